#if os(Linux)
    import Glibc
    import LinuxKernel
    import PacketScript
    import Synchronization

    /// The thread that makes a script's socket calls, since some of them block. It makes one call at a time, in the
    /// script's namespace.
    final class SocketWorker: Sendable {
        private struct State {
            var request: ScriptCall?
            var result: ScriptResult?
            var isEnding = false
            /// The open descriptors, which are closed at the end.
            var descriptors: Set<Int32> = []
            /// Buffers that were sent with MSG_ZEROCOPY. They are kept because the kernel may send them again at any
            /// time.
            var lent: [[UInt8]] = []
            /// The congestion control of new sockets, if the namespace may not set it for all of them; else `nil`.
            var congestionControl: String?
        }

        private let state = Mutex(State())
        private let requests: Doorbell
        private let results: Doorbell

        init(in namespace: NetworkNamespace) throws {
            requests = try Doorbell()
            results = try Doorbell()
            try WorkerThread.start { [self] in
                ThreadPriority.raise()
                _ = try? namespace.run { serve() }
            }
        }

        func start(_ call: ScriptCall) {
            state.withLock { $0.request = call }
            requests.ring()
        }

        func result(until deadline: Int64) -> ScriptResult? {
            guard results.wait(until: deadline) else { return nil }
            return state.withLock { state in
                defer { state.result = nil }
                return state.result
            }
        }

        /// Makes the thread leave its current call, close everything and end. Open connections are reset, so that none
        /// goes on retransmitting in a namespace that nobody uses any more.
        func end() {
            let open = state.withLock { state in
                state.isEnding = true
                return state.descriptors
            }
            for descriptor in open {
                var abort = linger(l_onoff: 1, l_linger: 0)
                unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
            requests.ring()
        }

        /// Sets the congestion control of all sockets that are opened from now on.
        func setCongestionControl(_ name: String) { state.withLock { $0.congestionControl = name } }

        private func serve() {
            while true {
                requests.answer()
                let (request, isEnding) = state.withLock { state in
                    defer { state.request = nil }
                    return (state.request, state.isEnding)
                }
                guard !isEnding else { break }
                guard let request else { continue }
                let chosen = state.withLock { state in
                    if case .send(_, let octets, let flags, _) = request, flags.contains(.zeroCopy) {
                        state.lent.append(octets)
                    }
                    return state.congestionControl
                }
                let result = SocketCalls.perform(request)
                if case .socket = request, result.errno == 0, let chosen {
                    _ = SocketCalls.perform(
                        .setOption(Int32(truncatingIfNeeded: result.value), .congestion, .text(chosen)))
                }
                state.withLock { state in
                    switch request {
                    case .socket, .accept, .epollCreate:
                        if result.errno == 0 { state.descriptors.insert(Int32(truncatingIfNeeded: result.value)) }
                    case .close(let descriptor): state.descriptors.remove(descriptor)
                    default: break
                    }
                    state.result = result
                }
                results.ring()
            }
            for descriptor in state.withLock({ $0.descriptors }) { close(descriptor) }
        }
    }
#endif
