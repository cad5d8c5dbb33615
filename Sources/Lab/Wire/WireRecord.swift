#if os(Linux)
    import CaptureFile
    import FlatMemory
    import LinuxKernel
    import Passes
    import Stories
    import TCPState
    import TCPWire
    import Tracking

    /// What happened on a ``KernelWire``: each segment with its departure and what became of it, and after each event what both
    /// kernels said of their ends of the connection.
    struct WireRecord {
        struct Segment {
            let sender: Party
            let sent: Timestamp
            let octets: [UInt8]
            /// The segment that it is a copy of, by number.
            let original: Int?
            var fate: Testimony.Fate = .underWay
            /// Both ends when it had left.
            let atDeparture: [Party: Look]
            /// Both ends when it had arrived; empty where it did not.
            var atArrival: [Party: Look] = [:]
            /// What its sender's kernel had counted until it had left.
            var counts: [Testimony.Count] = []
            /// The timer that sent it.
            var timer: TimerName?
        }

        /// One end as its kernel tells of it.
        struct Look {
            var state: State
            var isMini = false
            /// As the kernel listed it; `nil` where there was no socket of the connection.
            var entry: SocketEntry?
        }

        /// Something that was followed by a look at both ends, and that no segment's departure shows.
        struct Moment {
            let time: Timestamp
            let party: Party
            let cause: Testimony.Moment.Cause
            let looks: [Party: Look]
            let segmentsBefore: Int
            /// What this end's kernel had counted until then.
            let counts: [Testimony.Count]
            /// Of a timer: for how long it had run, in nanoseconds.
            var ran: Int64?
        }

        private(set) var segments: [Segment] = []
        private(set) var moments: [Moment] = []
        private var paths: [Party: [StatePath.Entry]] = [:]

        /// - Parameter looks: both ends before anything has happened.
        init(_ looks: [Party: Look]) { note(looks, at: nil, cause: nil) }

        // MARK: What happens

        /// - Returns: the segment's number, from 1.
        mutating func depart(
            _ octets: [UInt8], from sender: Party, at time: Timestamp, copyOf original: Int? = nil,
            counts: [Testimony.Count] = [], by timer: TimerName? = nil, _ looks: [Party: Look]
        ) -> Int {
            segments.append(
                Segment(
                    sender: sender, sent: time, octets: octets, original: original, atDeparture: looks, counts: counts,
                    timer: timer))
            note(looks, at: time, cause: segments.count)
            return segments.count
        }

        mutating func lose(_ number: Int) { segments[number - 1].fate = .lost(.link) }

        mutating func arrive(
            _ number: Int, at time: Timestamp, counts: [Testimony.Count] = [], _ looks: [Party: Look]
        ) {
            // Of a segment and its copy, the second to arrive is useless.
            let isSecond = segments.enumerated().contains { place, other in
                place + 1 != number && other.fate.arrival != nil
                    && (other.original == number || segments[number - 1].original == place + 1)
            }
            segments[number - 1].fate = isSecond ? .useless(at: time) : .arrived(at: time)
            segments[number - 1].atArrival = looks
            moments.append(
                Moment(
                    time: time, party: segments[number - 1].sender.other, cause: .segment(number), looks: looks,
                    segmentsBefore: segments.count, counts: counts))
            note(looks, at: time, cause: number)
        }

        /// A call, or its return, or a timer that has run out.
        mutating func note(
            _ cause: Testimony.Moment.Cause, of party: Party, at time: Timestamp, counts: [Testimony.Count] = [],
            ran: Int64? = nil, _ looks: [Party: Look]
        ) {
            moments.append(
                Moment(
                    time: time, party: party, cause: cause, looks: looks, segmentsBefore: segments.count,
                    counts: counts, ran: ran))
            note(looks, at: time, cause: nil)
        }

        private mutating func note(_ looks: [Party: Look], at time: Timestamp?, cause: Int?) {
            for (party, look) in looks where paths[party]?.last?.state != look.state {
                paths[party, default: []].append(
                    StatePath.Entry(seen: look.state, isMini: look.isMini, time: time, cause: cause))
            }
        }

        /// Both ends' sockets after a segment had left, and when it had arrived, by its number; and after each call and timer, in
        /// order.
        var sockets: Experiment.Sockets {
            func entries(_ looks: [Party: Look]) -> [Party: SocketEntry] { looks.compactMapValues(\.entry) }
            return Experiment.Sockets(
                departures: segments.map { entries($0.atDeparture) }, arrivals: segments.map { entries($0.atArrival) },
                moments: moments.compactMap { moment in
                    if case .segment = moment.cause { nil } else { entries(moment.looks) }
                })
        }

        // MARK: As a story

        /// The connection's story, its states as the kernels told them.
        var story: ConnectionStory? {
            var analysis = CaptureAnalysis(keeping: .all(limit: segments.count))
            for (place, segment) in segments.enumerated() {
                var packet = CapturedPacket()
                packet.number = place + 1
                packet.time = segment.sent
                packet.capturedLength = segment.octets.count
                packet.originalLength = segment.octets.count
                packet.linkType = LinkType.raw.rawValue
                analysis.take(segment.octets.octets, packet)
            }
            let stored = analysis.stored(1)?.arriving { segment in
                guard let time = segments[segment.number - 1].fate.arrival else { return .never }
                return .at(time)
            }
            guard let stored, var story = ConnectionStory(stored) else { return nil }
            story.settle(by: testimony(of: story))
            return story
        }

        private func testimony(of story: ConnectionStory) -> Testimony {
            let accounts = story.steps.map { step -> Testimony.Account in
                let segment = segments[step.segment.number - 1]
                func end(_ party: Party) -> Testimony.End? {
                    let looks =
                        party == segment.sender || segment.atArrival.isEmpty ? segment.atDeparture : segment.atArrival
                    return looks[party].map { Testimony.End(state: $0.state, isMini: $0.isMini, variables: nil) }
                }
                var account = Testimony.Account(
                    reason: nil, purpose: segment.purpose, original: segment.original, fate: segment.fate, effects: [],
                    client: end(.client), server: end(.server))
                account.counts = segment.counts
                return account
            }
            let told = moments.map { moment -> Testimony.Moment in
                let look = moment.looks[moment.party] ?? Look(state: .closed)
                var told = Testimony.Moment(
                    time: moment.time, party: moment.party, cause: moment.cause, rules: [], state: look.state,
                    isMini: look.isMini, segmentsBefore: moment.segmentsBefore)
                (told.counts, told.ran) = (moment.counts, moment.ran)
                return told
            }
            return Testimony(by: .kernel, accounts: accounts, moments: told, paths: paths)
        }
    }

    extension WireRecord.Segment {
        /// What it was sent for, where its kernel tells of a timer.
        fileprivate var purpose: Transmission? {
            switch timer {
            case .retransmission: .retransmission
            case .lossProbe: .lossProbe
            case .persist: .windowProbe
            case .keepAlive: .keepAlive
            default: nil
            }
        }
    }
#endif
