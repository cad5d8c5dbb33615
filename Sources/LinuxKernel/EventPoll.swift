#if os(Linux)
    import CLinux

    /// epoll(7), which Swift's Glibc module does not carry. Results as the calls': -1 with errno.
    package enum EventPoll {
        /// What is watched for, or told.
        package struct Entry {
            /// EPOLLIN and the others, with Linux's numbers.
            package var events: UInt32
            /// What is told back with the event.
            package var data: UInt64

            /// What is to be watched for, and what to tell back.
            package init(events: UInt32, data: UInt64) {
                self.events = events
                self.data = data
            }
        }

        /// epoll_create1(2); the descriptor is closed on exec.
        package static func create() -> Int32 { clinux_epoll_create() }

        /// epoll_ctl(2).
        package static func control(
            _ descriptor: Int32, _ operation: Int32, _ watched: Int32, _ entry: Entry
        ) -> Int32 {
            clinux_epoll_control(descriptor, operation, watched, entry.events, entry.data)
        }

        /// epoll_wait(2) for at most 64 entries.
        package static func wait(
            _ descriptor: Int32, limit: Int32, milliseconds: Int32
        ) -> (result: Int32, entries: [Entry]) {
            var entries = [clinux_epoll_entry](repeating: clinux_epoll_entry(), count: 64)
            let result = unsafe clinux_epoll_wait(descriptor, &entries, limit, milliseconds)
            let told = entries.prefix(max(0, Int(result))).map { Entry(events: $0.events, data: $0.data) }
            return (result, told)
        }
    }
#endif
