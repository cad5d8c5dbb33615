#if os(Linux)
    import CaptureFile
    import Glibc
    import LinuxKernel
    import Stories
    import TCPState
    import TCPWire
    import Tracking

    /// The tutorial's experiment between two ends of the kernel on a wire that this process holds: the same server and
    /// client, with a delay in each direction, on the best wire available (``WireKind``). After each segment's
    /// departure and arrival, and after each call, both ends' sockets are asked for, so that SYN-SENT and SYN-RECEIVED
    /// are seen and not only concluded.
    public struct WireExperiment {
        /// How the experiment is to be done.
        public struct Options {
            /// The server's port. If it is taken, the next free one is used.
            public var port: UInt16 = 8080
            /// The delay in each direction, in nanoseconds.
            public var delay: Int64 = 10_000_000
            /// The interventions on the first connection, besides the delay.
            public var plan = WirePlan()
            /// More connections, made afterwards only to see their initial sequence numbers.
            public var furtherConnections = 0
            /// Returns whether the experiment is to be cancelled. It is called now and then.
            public var isCancelled: () -> Bool = { false }
            /// The kinds of wire that may be used, the best first.
            public var kinds = WireKind.allCases
            /// The path of the TUN device's node.
            public var tunPath = "/dev/net/tun"
            /// Creates the usual options: one connection to port 8080 with a delay of 10 ms in each direction, on the
            /// best wire available.
            public init() {}
        }

        private let options: Options

        /// Creates an experiment. Nothing happens until it is run.
        public init(_ options: Options = Options()) { self.options = options }

        /// Does the experiment and blocks meanwhile: a fifth of a second if nothing is lost.
        ///
        /// - Throws: ``NoWire`` if this process may not have a wire, or none that works; ``ExperimentCancelled``.
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
            // On a mirror the ports are those of this machine, so one may be taken.
            let (listener, endpoint) = try FreePort.first(from: options.port) { try wire.listen(on: $0) }
            var first: WireRun?
            var numbers: [UInt32] = []
            for place in 0...options.furtherConnections {
                // The plan applies only to the first connection's segments.
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
