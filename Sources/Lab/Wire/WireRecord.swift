#if os(Linux)
    import CaptureFile
    import FlatMemory
    import LinuxKernel
    import Passes
    import Stories
    import TCPState
    import TCPWire
    import Tracking

    /// What happened on a ``KernelWire``: each segment with its departure and its fate, and, after each event, the
    /// state of both ends as their kernels reported it.
    struct WireRecord {
        struct Segment {
            let sender: Party
            let sent: Timestamp
            let octets: [UInt8]
            /// The number of the segment that it is a copy of; `nil` for none.
            let original: Int?
            var fate: Testimony.Fate = .underWay
            /// Both ends after it had left.
            let atDeparture: [Party: Look]
            /// Both ends after it had arrived; empty if it did not arrive.
            var atArrival: [Party: Look] = [:]
            /// What its sender's kernel counted until it had left.
            var counts: [Testimony.Count] = []
            /// The timer that sent it; `nil` for none.
            var timer: TimerName?
        }

        /// One end's state as its kernel reported it.
        struct Look {
            var state: State
            var isMini = false
            /// The socket as the kernel listed it; `nil` if the connection had none.
            var entry: SocketEntry?
        }

        private(set) var segments: [Segment] = []
        /// The events in order, each followed by a look at both ends.
        private var words: [Word] = []
        /// Both ends after each event that is no departure or arrival of a segment, in order.
        private var besides: [[Party: Look]] = []

        private enum Word {
            /// The segment with this number left.
            case departure(Int)
            case told(EndWord)
        }

        /// - Parameter looks: both ends before anything has happened.
        init(_ looks: [Party: Look]) {
            for (party, look) in looks { tell(.before, of: party, at: nil, look) }
        }

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
            words.append(.departure(segments.count))
            for party in Party.allCases {
                guard let look = looks[party] else { continue }
                guard party == sender else {
                    tell(.beside(segments.count), of: party, at: time, look)
                    continue
                }
                var word = word(.sent(segments.count), of: party, at: time, look)
                word.purpose = segments[segments.count - 1].purpose
                word.original = original
                word.counts = counts
                words.append(.told(word))
            }
            return segments.count
        }

        mutating func lose(_ number: Int) {
            segments[number - 1].fate = .lost(.link)
            words.append(
                .told(
                    EndWord(
                        .lost(number, .link), of: segments[number - 1].sender.other, by: .wire,
                        at: segments[number - 1].sent)))
        }

        mutating func arrive(
            _ number: Int, at time: Timestamp, counts: [Testimony.Count] = [], _ looks: [Party: Look]
        ) {
            // Of a segment and its copy, the one that arrives second is useless.
            let isSecond = segments.enumerated().contains { place, other in
                place + 1 != number && other.fate.arrival != nil
                    && (other.original == number || segments[number - 1].original == place + 1)
            }
            segments[number - 1].fate = isSecond ? .useless(at: time) : .arrived(at: time)
            segments[number - 1].atArrival = looks
            let receiver = segments[number - 1].sender.other
            tell(
                .arrived(number, isSecond ? .useless : .taken), of: receiver, at: time,
                looks[receiver] ?? Look(state: .closed), counts: counts)
            if let look = looks[receiver.other] { tell(.beside(number), of: receiver.other, at: time, look) }
        }

        /// Notes a call, the return of a call, or a timer that has expired.
        mutating func note(
            _ cause: Testimony.Moment.Cause, of party: Party, at time: Timestamp, counts: [Testimony.Count] = [],
            ran: Int64? = nil, _ looks: [Party: Look]
        ) {
            besides.append(looks)
            tell(.moment(cause), of: party, at: time, looks[party] ?? Look(state: .closed), counts: counts, ran: ran)
            if let look = looks[party.other] { tell(.elsewhere, of: party.other, at: time, look) }
        }

        private func word(_ occasion: EndWord.Occasion, of party: Party, at time: Timestamp?, _ look: Look) -> EndWord {
            EndWord(
                occasion, of: party, by: .kernel, at: time,
                end: Testimony.End(state: look.state, isMini: look.isMini, variables: nil))
        }

        private mutating func tell(
            _ occasion: EndWord.Occasion, of party: Party, at time: Timestamp?, _ look: Look,
            counts: [Testimony.Count] = [], ran: Int64? = nil
        ) {
            var word = word(occasion, of: party, at: time, look)
            (word.counts, word.ran) = (counts, ran)
            words.append(.told(word))
        }

        /// Both ends' sockets after each segment had left and after it had arrived, in the order of the segments'
        /// numbers; and after each call and timer, in order.
        var sockets: Experiment.Sockets {
            func entries(_ looks: [Party: Look]) -> [Party: SocketEntry] { looks.compactMapValues(\.entry) }
            return Experiment.Sockets(
                departures: segments.map { entries($0.atDeparture) }, arrivals: segments.map { entries($0.atArrival) },
                moments: besides.map(entries))
        }

        // MARK: As a story

        /// The connection's story, with the states that the kernels reported.
        var story: ConnectionStory? {
            var analysis = CaptureAnalysis(keeping: .all(limit: segments.count))
            for (place, segment) in segments.enumerated() {
                analysis.take(segment.octets.octets, number: place + 1, at: segment.sent, link: .raw)
            }
            guard let stored = analysis.stored(1) else { return nil }
            let places = Dictionary(stored.segments.map { ($0.number, $0) }) { first, _ in first }
            let builder = StoryBuilder(stored, tellsArrivals: true)
            builder.take(
                all: words.compactMap { word in
                    switch word {
                    case .departure(let number): places[number].map { .segment($0) }
                    case .told(let told): .word(told)
                    }
                })
            return builder.story
        }
    }

    extension WireRecord.Segment {
        /// What it was sent for, if its sender's kernel has counted a timer.
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
