#if os(Linux)
    import CaptureFile
    import Glibc
    import LinuxKernel
    import Stories
    import TCPState
    import TCPWire
    import Tracking

    /// The tutorial's experiment between two kernels on a wire of our own: the same server and client, each in a network namespace
    /// of its own, with a delay each way. After each segment's departure and arrival, and each call, both kernels are asked for
    /// their ends, so that SYN-SENT and SYN-RECEIVED are seen and not concluded. Needs the rights that ``PrivateRun`` gives.
    public struct WireExperiment {
        public struct Options {
            public var port: UInt16 = 8080
            /// From one end to the other, in nanoseconds.
            public var delay: Int64 = 10_000_000
            public var plan = WirePlan()
            /// More connections, made afterwards only to see their initial sequence numbers.
            public var furtherConnections = 0
            /// Whether nobody wants it any more; asked now and then.
            public var isCancelled: () -> Bool = { false }
            /// The TUN device's node.
            public var tunPath = "/dev/net/tun"
            public init() {}
        }

        /// Nobody wanted it any more.
        public struct Cancelled: Error {}

        private let options: Options

        public init(_ options: Options = Options()) { self.options = options }

        /// Runs it: a fifth of a second where nothing is lost, and blocks meanwhile.
        ///
        /// - Throws: ``SystemError`` of the call that this process may not make, or that failed.
        public func run() throws -> Experiment.Record {
            let wire = try KernelWire(tunPath: options.tunPath)
            let listener = try Self.listen(wire, options.port)
            let endpoint = Endpoint(address: KernelWire.serverAddress, port: options.port)
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
                place: .wire, server: endpoint, takenPort: nil, client: client, dial: run.dial,
                serverEvents: run.serverEvents, observations: [], tables: run.tables, story: run.record.story,
                droppedByKernel: 0, furtherInitialNumbers: numbers, unmatched: run.unmatched,
                overdue: run.overdue, sockets: run.record.sockets, isCutOff: run.isCutOff)
        }

        private static func listen(_ wire: KernelWire, _ port: UInt16) throws -> StreamSocket {
            try wire.at(.server) {
                let name = SocketName(Endpoint(address: KernelWire.serverAddress, port: port))
                let socket = try StreamSocket.make(family: name.family)
                try socket.bind(to: name)
                // With a queue of none the kernel would answer with SYN cookies and keep no state.
                try socket.listen(backlog: 16)
                return socket
            }
        }
    }
#endif
