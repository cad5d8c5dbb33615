#if os(Linux)
    import CLinux
    import Glibc

    /// A counter of signals from one thread to another, kept in a pipe: each ``ring()`` lets one ``answer()`` or
    /// ``wait(until:)`` return.
    package final class Doorbell: Sendable {
        private let reader: Int32
        private let writer: Int32

        /// Creates a doorbell that has not been rung; fails if no file descriptors are left.
        package init() throws(SystemError) {
            var ends: (Int32, Int32) = (-1, -1)
            let result = unsafe withUnsafeMutableBytes(of: &ends) {
                unsafe pipe($0.bindMemory(to: Int32.self).baseAddress)
            }
            guard result == 0 else { throw .last("pipe") }
            for end in [ends.0, ends.1] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            (reader, writer) = ends
        }

        deinit {
            close(reader)
            close(writer)
        }

        /// Rings once; any thread may call it.
        package func ring() {
            var octet: UInt8 = 1
            while unsafe write(writer, &octet, 1) < 0, errno == EINTR {}
        }

        /// Blocks until there is a ring that was not answered yet, and answers it.
        package func answer() {
            var octet: UInt8 = 0
            while unsafe read(reader, &octet, 1) < 0, errno == EINTR {}
        }

        /// Waits for a ring until `deadline` (``SystemClock/ticks()``) and answers it; returns whether there was one.
        package func wait(until deadline: Int64) -> Bool {
            while true {
                let left = deadline &- SystemClock.ticks()
                var watched = reader
                if unsafe clinux_wait(&watched, 1, left) == 1 {
                    answer()
                    return true
                }
                guard left > 0 else { return false }
            }
        }
    }
#endif
