#if os(Linux)
    import CaptureFile
    import FlatMemory
    import Glibc
    import LinuxKernel
    import Stories
    import TCPState
    import TCPWire
    import Tracking

    /// One connection on a ``KernelWire``, from connect() to the end: carries its segments, runs both programs and notes all of it.
    final class WireRun {
        private struct Delivery {
            /// ``SystemClock/ticks()``.
            let due: Int64
            let number: Int
        }

        private let wire: KernelWire
        private let options: WireExperiment.Options
        private let server: Endpoint
        private var deliveries: [Delivery] = []
        /// What has left and was not looked at yet, the oldest first.
        private var waiting: [KernelWire.Departure] = []
        private var fates: PlannedFates
        private var programs: WirePrograms
        private(set) var record = WireRecord([
            .client: WireRecord.Look(state: .closed), .server: WireRecord.Look(state: .listen),
        ])
        private(set) var tables: [Experiment.TableMoment] = []
        /// The server's end was no mere listener.
        private var hasBegun = false
        private let deadline: Int64

        /// Whether it ended because the time was up.
        private(set) var isCutOff = false

        /// Nanoseconds after which a run ends, whatever goes on, besides what segments are held and the client is silent: longer
        /// than a SYN-ACK is sent again.
        private static let longest: Int64 = 75_000_000_000

        init(_ wire: KernelWire, _ listener: StreamSocket, _ server: Endpoint, _ options: WireExperiment.Options) throws
        {
            self.wire = wire
            self.server = server
            self.options = options
            fates = PlannedFates(options.plan)
            programs = try wire.at(.client) {
                try WirePrograms(listener, server: server, silence: options.plan.silence)
            }
            let held = options.plan.interventions.reduce(options.plan.silence) { sum, intervention in
                if case .hold(let time) = intervention.action { sum &+ time } else { sum }
            }
            deadline = SystemClock.ticks() &+ Self.longest &+ held
        }

        var client: Endpoint? { programs.client }
        var unmatched: [Intervention] { fates.unmatched }
        var dial: DialStory { programs.dial }
        var serverEvents: [ServerEvent] { programs.serverEvents }

        func run() throws {
            try photograph(.listening)
            programs.listens()
            if let call = programs.connect() { try note(call) }
            while try !isOver() {
                guard SystemClock.ticks() < deadline else {
                    isCutOff = true
                    break
                }
                if options.isCancelled() { throw ExperimentCancelled() }
                // Before the next segment is handed over, the programs do what the last one lets them do, as on machines of their own.
                if try takeDeparture() { continue }
                if let call = try programs.next(isServerWaiting: look(.server).state == .finWait2) {
                    try note(call)
                    if call.cause == .returned("accept") { try photograph(.established) }
                    continue
                }
                if try deliver() { continue }
                var next = min(deadline, deliveries.first?.due ?? .max)
                if let wake = programs.wake { next = min(next, wake) }
                wire.wait(until: min(next, SystemClock.ticks() &+ Self.glance))
            }
            try photograph(.closed)
        }

        /// Nanoseconds from one look at whether anybody still wants it to the next.
        private static let glance: Int64 = 50_000_000

        /// Both programs are done, nothing is under way, and no end waits for anything but the end of TIME-WAIT.
        private func isOver() throws -> Bool {
            guard programs.isDone, deliveries.isEmpty else { return false }
            return try Party.allCases.allSatisfy { [.closed, .listen, .timeWait].contains(try look($0).state) }
        }

        // MARK: Segments

        /// - Returns: whether anything had left.
        private func takeDeparture() throws -> Bool {
            while let departure = try wire.departure() { waiting.append(departure) }
            guard !waiting.isEmpty else { return false }
            // Two ends may send before anybody looks.
            waiting.sort { $0.time < $1.time }
            try depart(waiting.removeFirst())
            return true
        }

        /// - Returns: whether anything was due.
        private func deliver() throws -> Bool {
            guard let next = deliveries.first, next.due <= SystemClock.ticks() else { return false }
            deliveries.removeFirst()
            let segment = record.segments[next.number - 1]
            let now = SystemClock.now()
            try wire.deliver(segment.octets, to: segment.sender.other)
            try record.arrive(next.number, at: now, looks())
            return true
        }

        private func depart(_ departure: KernelWire.Departure) throws {
            let bytes = departure.octets.octets
            var header = SegmentHeader()
            let verdict = PacketDecoder.decode(
                bytes, link: .raw, originalLength: departure.octets.count, into: &header)
            // Whatever else a kernel says on a new interface is not of the connection.
            guard verdict == .segment, [header.sourceEndpoint, header.destinationEndpoint].contains(programs.client),
                [header.sourceEndpoint, header.destinationEndpoint].contains(server)
            else { return }
            let age = SystemClock.ticks() &- departure.time
            let time = Timestamp(nanoseconds: SystemClock.now().nanoseconds &- age)
            let number = try record.depart(departure.octets, from: departure.sender, at: time, looks())
            let fate = fates.next(number, from: departure.sender, header.flags)
            send(number, at: departure.time, fate)
            guard fate.isDoubled else { return }
            let copy = try record.depart(departure.octets, from: departure.sender, at: time, copyOf: number, looks())
            send(copy, at: departure.time, fates.copy(copy))
        }

        private func send(_ number: Int, at time: Int64, _ fate: PlannedFates.Fate) {
            guard !fate.isLost else { return record.lose(number) }
            send(Delivery(due: time &+ options.delay &+ fate.held, number: number))
        }

        /// In the order in which they are due, and of those due at once in which they left.
        private func send(_ delivery: Delivery) {
            let place = deliveries.firstIndex { $0.due > delivery.due } ?? deliveries.count
            deliveries.insert(delivery, at: place)
        }

        // MARK: Both ends

        private func looks() throws -> [Party: WireRecord.Look] {
            [.client: try look(.client), .server: try look(.server)]
        }

        private func look(_ party: Party) throws -> WireRecord.Look {
            guard let client = programs.client else {
                return WireRecord.Look(state: party == .client ? .closed : .listen)
            }
            if let entry = try wire.socket(of: party, client: client, server: server) {
                if party == .server { hasBegun = true }
                return WireRecord.Look(state: entry.state, isMini: entry.form != .full, entry: entry)
            }
            return WireRecord.Look(state: party == .client || hasBegun ? .closed : .listen)
        }

        private func note(_ call: WirePrograms.Call) throws {
            guard let cause = call.cause else { return }
            try record.note(cause, of: call.party, at: call.time, looks())
        }

        /// The sockets that concern the experiment, each looked up by itself: a walk through the whole table would hold up the
        /// segments that are due meanwhile.
        private func photograph(_ moment: Experiment.TableMoment.Moment) throws {
            guard !tables.contains(where: { $0.moment == moment }) else { return }
            let sockets = [try wire.listener(on: server), try look(.server).entry, try look(.client).entry]
            tables.append(Experiment.TableMoment(moment: moment, sockets: sockets.compactMap(\.self)))
        }
    }
#endif
