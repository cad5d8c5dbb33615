#if os(Linux)
    import CaptureFile
    import FlatMemory
    import Glibc
    import LinuxKernel
    import Stories
    import TCPState
    import TCPWire
    import Tracking

    /// One connection on a ``KernelWire`` from connect() to its end: carries its segments, runs both programs, and
    /// records everything.
    final class WireRun {
        private struct Delivery {
            /// When it is due, in ``SystemClock/ticks()``.
            let due: Int64
            let number: Int
        }

        /// A segment that is to arrive after the next one from its end.
        private struct Held {
            let number: Int
            /// When it arrives alone, in ``SystemClock/ticks()``.
            let deadline: Int64
            let intervention: Intervention
        }

        private let wire: KernelWire
        private let options: WireExperiment.Options
        private let server: Endpoint
        private var deliveries: [Delivery] = []
        private var held: [Held] = []
        /// Interventions that waited in vain for a next segment.
        private var overdueOnes: [Intervention] = []
        /// Packets that have left and were not processed yet, the oldest first.
        private var waiting: [KernelWire.Departure] = []
        private var fates: PlannedFates
        private var programs: WirePrograms
        private(set) var record = WireRecord([
            .client: WireRecord.Look(state: .closed), .server: WireRecord.Look(state: .listen),
        ])
        private(set) var tables: [Experiment.TableMoment] = []
        private var clocks = WireClocks()
        /// Whether the server's end has been more than a listener.
        private var hasBegun = false
        private let deadline: Int64

        /// Whether it was ended because its time was up.
        private(set) var isCutOff = false

        /// Nanoseconds after which a run ends, whatever is still going on. The time for which the plan holds segments
        /// back, or keeps the client silent, comes on top. It is longer than Linux goes on sending a SYN-ACK again
        /// (about 63 s).
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
                switch intervention.action {
                case .hold(let time): sum &+ time
                case .holdBehindNext: sum &+ Intervention.longestWait
                case .drop, .duplicate: sum
                }
            }
            deadline = SystemClock.ticks() &+ Self.longest &+ held
        }

        var client: Endpoint? { programs.client }
        var unmatched: [Intervention] { fates.unmatched }
        /// Interventions that waited in vain for a next segment, so that their segments arrived alone.
        var overdue: [Intervention] { overdueOnes }
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
                // Before the next segment is passed on, the programs do everything that the last one allows them to do,
                // as they would on two machines.
                if try takeDeparture() { continue }
                if let call = try programs.next(isServerWaiting: look(.server).state == .finWait2) {
                    try note(call)
                    if call.cause == .returned("accept") { try photograph(.established) }
                    continue
                }
                if try deliver() { continue }
                var next = min(deadline, deliveries.first?.due ?? .max, held.map(\.deadline).min() ?? .max)
                if let wake = programs.wake { next = min(next, wake) }
                wire.wait(until: min(next, SystemClock.ticks() &+ Self.glance))
            }
            try photograph(.closed)
        }

        /// Nanoseconds after which it is checked again whether the run is to be cancelled.
        private static let glance: Int64 = 50_000_000

        /// Whether both programs are done, no segment is on its way, and the ends wait at most for the end of
        /// TIME-WAIT.
        private func isOver() throws -> Bool {
            guard programs.isDone, deliveries.isEmpty, held.isEmpty else { return false }
            return try Party.allCases.allSatisfy { [.closed, .listen, .timeWait].contains(try look($0).state) }
        }

        // MARK: Segments

        /// - Returns: whether any packet had left.
        private func takeDeparture() throws -> Bool {
            while let departure = try wire.departure() { waiting.append(departure) }
            guard !waiting.isEmpty else { return false }
            // Both ends may have sent packets since the last look.
            waiting.sort { $0.time < $1.time }
            try depart(waiting.removeFirst())
            return true
        }

        /// - Returns: whether any segment was due.
        private func deliver() throws -> Bool {
            let now = SystemClock.ticks()
            if let next = deliveries.first, next.due <= now {
                deliveries.removeFirst()
                try deliver(next.number)
                try release(behind: next.number)
                return true
            }
            guard let place = held.firstIndex(where: { $0.deadline <= now }) else { return false }
            let late = held.remove(at: place)
            overdueOnes.append(late.intervention)
            try deliver(late.number)
            return true
        }

        /// Delivers the segments that have waited for this next segment from their end.
        private func release(behind number: Int) throws {
            let sender = record.segments[number - 1].sender
            let isDue = { (one: Held) in one.number < number && self.record.segments[one.number - 1].sender == sender }
            let due = held.filter(isDue).sorted { $0.number < $1.number }
            held.removeAll(where: isDue)
            for one in due { try deliver(one.number) }
        }

        private func deliver(_ number: Int) throws {
            let segment = record.segments[number - 1]
            let receiver = segment.sender.other
            let now = SystemClock.now()
            try wire.deliver(segment.octets, to: receiver)
            try record.arrive(
                number, at: now, counts: clocks.arrival(wire.counts(of: receiver), at: receiver, now), looks())
        }

        private func depart(_ departure: KernelWire.Departure) throws {
            let bytes = departure.octets.octets
            var header = SegmentHeader()
            let verdict = PacketDecoder.decode(
                bytes, link: .raw, originalLength: departure.octets.count, into: &header)
            // Other packets that a kernel sends on a new interface are not of the connection.
            guard verdict == .segment, [header.sourceEndpoint, header.destinationEndpoint].contains(programs.client),
                [header.sourceEndpoint, header.destinationEndpoint].contains(server)
            else { return }
            let age = SystemClock.ticks() &- departure.time
            let time = Timestamp(nanoseconds: SystemClock.now().nanoseconds &- age)
            let told = clocks.departure(wire.counts(of: departure.sender), header, of: departure.sender, at: time)
            if let timer = told.timer {
                try record.note(
                    .timer(timer), of: departure.sender, at: time, counts: told.counts, ran: told.ran, looks())
            }
            let number = try record.depart(
                departure.octets, from: departure.sender, at: time, counts: told.timer == nil ? told.counts : [],
                by: told.timer, looks())
            let fate = fates.next(number, from: departure.sender, header.flags)
            send(number, at: departure.time, fate)
            guard fate.isDoubled else { return }
            let copy = try record.depart(departure.octets, from: departure.sender, at: time, copyOf: number, looks())
            send(copy, at: departure.time, fates.copy(copy))
        }

        private func send(_ number: Int, at time: Int64, _ fate: PlannedFates.Fate) {
            guard !fate.isLost else { return record.lose(number) }
            let due = time &+ options.delay &+ fate.held
            guard let intervention = fate.behindNext else { return send(Delivery(due: due, number: number)) }
            held.append(
                Held(number: number, deadline: due &+ Intervention.longestWait, intervention: intervention))
        }

        /// Schedules a delivery. Deliveries are sorted by when they are due, and those due at the same time by when
        /// they left.
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
            try record.note(
                cause, of: call.party, at: call.time, counts: clocks.call(wire.counts(of: call.party), of: call.party),
                looks())
        }

        /// Records the sockets of the experiment, each looked up separately, because reading the whole table would
        /// delay segments that are due meanwhile.
        private func photograph(_ moment: Experiment.TableMoment.Moment) throws {
            guard !tables.contains(where: { $0.moment == moment }) else { return }
            let sockets = [try wire.listener(on: server), try look(.server).entry, try look(.client).entry]
            tables.append(Experiment.TableMoment(moment: moment, sockets: sockets.compactMap(\.self)))
        }
    }
#endif
