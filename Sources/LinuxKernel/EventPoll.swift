#if os(Linux)
    import CLinux

    /// epoll(7), which Swift's Glibc module does not offer. Results are those of the system calls: -1 with errno for an
    /// error.
    package enum EventPoll {
        /// The events that a descriptor is watched for, or that have occurred (struct epoll_event).
        package struct Entry {
            /// EPOLLIN and others, with Linux's numbers.
            package var events: UInt32
            /// A value that the kernel returns with the event.
            package var data: UInt64

            /// The events to watch for, and the value that the kernel returns with them.
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
