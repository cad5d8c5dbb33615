#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A pipe by which one thread wakes another that waits in poll(2). Both descriptors are open from `init` to `deinit`.
package final class WakePipe: Sendable {
    private let writer: Int32
    /// To be polled for reading; never read, so that once woken it stays so.
    package let reader: Int32

    package init() throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutableBytes(of: &ends) { unsafe pipe($0.bindMemory(to: Int32.self).baseAddress) }
        guard result == 0 else { throw .last("pipe") }
        for end in [ends.0, ends.1] {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (reader, writer) = ends
    }

    deinit {
        close(reader)
        close(writer)
    }

    package func wake() {
        var byte: UInt8 = 1
        _ = unsafe write(writer, &byte, 1)
    }
}
