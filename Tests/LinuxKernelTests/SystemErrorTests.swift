import Foundation
import LinuxKernel
import Testing

@Suite struct SystemErrorTests {
    /// What the manual pages of the calls that are made here name: open, read, write, socket, bind, listen, connect, accept,
    /// sendto, recvfrom, getsockopt, ioctl, fork, unshare, mmap.
    static let named: [Int32] = [
        EPERM, ENOENT, ESRCH, EINTR, EIO, ENXIO, E2BIG, ENOEXEC, EBADF, ECHILD, EAGAIN, ENOMEM, EACCES, EFAULT, ENOTBLK,
        EBUSY, EEXIST, EXDEV, ENODEV, ENOTDIR, EISDIR, EINVAL, ENFILE, EMFILE, ENOTTY, ETXTBSY, EFBIG, ENOSPC, ESPIPE,
        EROFS, EMLINK, EPIPE, EDOM, ERANGE, EDEADLK, ENAMETOOLONG, ENOLCK, ENOSYS, ENOTEMPTY, ELOOP, EPROTO, EBADMSG,
        EOVERFLOW, EILSEQ, EUSERS, ENOTSOCK, EDESTADDRREQ, EMSGSIZE, EPROTOTYPE, ENOPROTOOPT, EPROTONOSUPPORT,
        ESOCKTNOSUPPORT, EOPNOTSUPP, EPFNOSUPPORT, EAFNOSUPPORT, EADDRINUSE, EADDRNOTAVAIL, ENETDOWN, ENETUNREACH,
        ENETRESET, ECONNABORTED, ECONNRESET, ENOBUFS, EISCONN, ENOTCONN, ESHUTDOWN, ETOOMANYREFS, ETIMEDOUT,
        ECONNREFUSED, EHOSTDOWN, EHOSTUNREACH, EALREADY, EINPROGRESS, ESTALE, EDQUOT, ECANCELED,
    ]

    @Test("every error that can come has a Chinese text", arguments: named)
    func chinese(code: Int32) {
        let error = SystemError(call: "connect", code: code)
        #expect(error.chineseMessage.unicodeScalars.contains { $0.value >= 0x4e00 && $0.value < 0xa000 })
        #expect(error.chineseDescription == "connect：" + error.chineseMessage)
        #expect(error.description == "connect: " + String(cString: strerror(code)))
    }
}
