#if os(Linux)
    import CaptureFile
    import Glibc
    import LinuxKernel
    import Stories
    import TCPState
    import TCPWire
    import Tracking

    /// The tutorial's experiment between two kernels on a wire of our own: the same server and client, with a delay each way, on
    /// the best wire that is to be had (``WireKind``). After each segment's departure and arrival, and each call, both kernels are
    /// asked for their ends, so that SYN-SENT and SYN-RECEIVED are seen and not concluded.
    public struct WireExperiment {
        /// What the experiment is to be like.
        public struct Options {
            /// The server's port, or the first to try: where it is taken, the next free one is used.
            public var port: UInt16 = 8080
            /// From one end to the other, in nanoseconds.
            public var delay: Int64 = 10_000_000
            /// What happens to the first connection on the way, besides the delay.
            public var plan = WirePlan()
            /// More connections, made afterwards only to see their initial sequence numbers.
            public var furtherConnections = 0
            /// Whether nobody wants it any more; asked now and then.
            public var isCancelled: () -> Bool = { false }
            /// Which kinds of wire, the best first.
            public var kinds = WireKind.allCases
            /// The TUN device's node.
            public var tunPath = "/dev/net/tun"
            /// One connection to port 8080 with 10 ms each way, on the best wire that is to be had.
            public init() {}
        }

        private let options: Options

        /// Of these options; nothing happens before it is run.
        public init(_ options: Options = Options()) { self.options = options }

        /// Runs it: a fifth of a second where nothing is lost, and blocks meanwhile.
        ///
        /// - Throws: ``NoWire`` where this process may have none, or none that works; ``ExperimentCancelled``.
        public func run() throws -> Experiment.Record {
            let wire = try KernelWire.best(of: options.kinds, tunPath: options.tunPath)
            do {
                return try run(on: wire)
            } catch let cancelled as ExperimentCancelled {
                throw cancelled
            } catch {
                throw NoWire(wire.refusals + [WireRefusal(wire.kind, KernelWire.reason(error))])
            }
        }

        private func run(on wire: KernelWire) throws -> Experiment.Record {
            // On a mirror the ports are this machine's.
            let (listener, endpoint) = try FreePort.first(from: options.port) { try wire.listen(on: $0) }
            var first: WireRun?
            var numbers: [UInt32] = []
            for place in 0...options.furtherConnections {
                // What is done to segments is done to the first connection's.
                var further = Options()
                further.isCancelled = options.isCancelled
                let run = try WireRun(wire, listener, endpoint, place == 0 ? options : further)
                try run.run()
                if place == 0 {
                    first = run
                } else if let story = run.record.story {
                    numbers.append(story.record.client.initialSequence.rawValue)
                }
            }
            guard let run = first, let client = run.client else { throw SystemError(call: "connect", code: ETIMEDOUT) }
            return Experiment.Record(
                place: .wire(wire.kind), refusals: wire.refusals, server: endpoint,
                takenPort: endpoint.port == options.port ? nil : options.port, client: client, dial: run.dial,
                serverEvents: run.serverEvents, observations: [], tables: run.tables, story: run.record.story,
                droppedByKernel: 0, furtherInitialNumbers: numbers, unmatched: run.unmatched,
                overdue: run.overdue, sockets: run.record.sockets, isCutOff: run.isCutOff)
        }
    }
#endif
