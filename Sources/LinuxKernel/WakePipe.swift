#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A pipe by which one thread wakes another that is waiting in poll(2). Both descriptors are open from `init` to
/// `deinit`.
package final class WakePipe: Sendable {
    private let writer: Int32
    /// The descriptor to poll for reading. After ``wake()`` it stays readable until ``wait(milliseconds:)`` consumes
    /// the wake.
    package let reader: Int32

    /// Creates the pipe; both ends are non-blocking.
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

    /// Wakes the thread that is waiting, or the next one that will wait; any thread may call it.
    package func wake() {
        var byte: UInt8 = 1
        _ = unsafe write(writer, &byte, 1)
    }

    /// Waits for a wake for at most this many milliseconds and consumes it, so that the thread can be woken again.
    package func wait(milliseconds: Int32) {
        var state = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&state, 1, milliseconds) > 0 else { return }
        var taken = [UInt8](repeating: 0, count: 64)
        while unsafe read(reader, &taken, taken.count) == taken.count {}
    }
}
