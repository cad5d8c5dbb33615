import CaptureFile
import TCPState
import TCPWire
import Tracking

/// What became of one tuple's segments: a life for each connection that they are of.
package struct SettledLife: Sendable {
    /// One of its segments.
    package struct Member: Sendable {
        /// Its place among the sightings that were handed in.
        package let sighting: Int
        /// When it came: its own time, unless the capture's clock was set back.
        package let time: Timestamp
        package let verdict: Verdict
    }

    /// Where its segments stand in the judge's order, which is that in which they came.
    package internal(set) var places: Range<Int>
    /// The packet of the next life whose RST ended this one too: its end still held it (RFC 9293 3.5, Figure 9).
    package internal(set) var endedBy: Int?
    /// The side that sent it.
    var endedFrom: Int?
    /// Where the numbers stand before the first, where that is known.
    package internal(set) var standing: Standing?
    /// Its record as it was when its segments were first gone through; `nil` where a verdict has changed since.
    var record: ConnectionRecord?

    init(from place: Int) { places = place..<place }
}

/// What the times of a capture, or of a connection, turned out to be.
package struct TimeDisorder: Sendable, Equatable {
    /// Packets that stand later in the capture than they came.
    package var late = 0
    /// By how much at most, in nanoseconds.
    package var longest: Int64 = 0
    /// How often the clock was set back.
    package var setsBack = 0
    /// By how much at most, in nanoseconds.
    package var longestSetBack: Int64 = 0

    package init() {}

    /// Adds what another connection's times turned out to be.
    package mutating func add(_ other: TimeDisorder) {
        late += other.late
        longest = max(longest, other.longest)
        setsBack += other.setsBack
        longestSetBack = max(longestSetBack, other.longestSetBack)
    }
}

/// Judges all segments of one tuple: in which order they came, which are copies, which were damaged or not taken, and which
/// connections they are of. What no flat pass can know, since the answer stands in what comes later.
package struct Judge: Sendable {
    let sightings: Sightings
    let traits: SightingTraits
    /// The places of the sightings that are judged together, in the order in which they came.
    var order: [Int] = []
    /// By sighting: its numbers do not fit the connection, so that it shows nobody alive.
    var isOdd: [Bool]
    var times: SettledTimes
    var verdicts: SettledVerdicts
    /// Segments that carry other octets than were sent with the same numbers before.
    var otherTexts: Set<Int> = []
    /// From an end to the other and back, in nanoseconds; `nil` where the segments do not show it.
    private(set) var trip: Int64?
    var disorder = TimeDisorder()

    /// Judges the segments of one tuple, which stand in the capture's order.
    ///
    /// - Parameter body: gets the connections, one by one in the order of their first segments, and the judge that knows
    ///   their segments.
    /// - Returns: what their times turned out to be.
    package static func settle(
        _ sightings: Sightings, to body: (SettledLife, borrowing Judge) -> Void
    ) -> TimeDisorder {
        var disorder = TimeDisorder()
        let traits = SightingTraits(of: sightings)
        let groups = traits.hasSeveralChannels ? Channels.groups(sightings) : [Array(sightings.indices)]
        for group in groups where !group.isEmpty {
            var judge = Judge(sightings, traits, group)
            judge.judge(body)
            disorder.add(judge.disorder)
        }
        return disorder
    }

    /// The first segment of a life.
    package func first(of life: SettledLife) -> TrackedSegment { segment(order[life.places.lowerBound]) }

    /// The segments of a life, in the order in which they came.
    package func members(of life: SettledLife) -> some RandomAccessCollection<SettledLife.Member> {
        order[life.places].lazy.map { index in
            SettledLife.Member(
                sighting: index, time: Timestamp(nanoseconds: times[index]), verdict: verdicts[index])
        }
    }

    private init(_ sightings: Sightings, _ traits: SightingTraits, _ group: [Int]) {
        self.sightings = sightings
        self.traits = traits
        order = group
        times = SettledTimes(of: sightings)
        verdicts = SettledVerdicts(count: sightings.count)
        isOdd = Array(repeating: false, count: sightings.count)
        guard traits.hasRefused else { return }
        for index in group where sightings[index].isRefused { verdicts[index] = .refused(.syn) }
    }

    private mutating func judge(_ body: (SettledLife, borrowing Judge) -> Void) {
        disorder = putInOrder()
        findCorrupt()
        trip = roundTrip()
        findCopies()
        findJoined()
        findOtherText()
        putCausesFirst()
        findFalseAcknowledgments()
        findOldStamps()
        splitLives { life, judge in
            judge.judgeResets(&life)
            body(life, judge)
        }
    }

    // MARK: What the others ask

    /// The segment at the time that counts.
    func segment(_ index: Int) -> TrackedSegment {
        TrackedSegment(sightings[index].segment, of: sightings.key, at: Timestamp(nanoseconds: times[index]))
    }

    /// Nanoseconds from one to the other.
    func gap(_ from: Int, _ to: Int) -> Int64 { times[to] &- times[from] }

    /// Whether it happened so on the wire, and for the first time.
    func isReal(_ index: Int) -> Bool {
        switch verdicts[index] {
        case .copy, .corrupt: false
        case .taken, .refused, .foreign: true
        }
    }

    /// From an end to the other and back, as far as the segments show it before copies are told; `nil` where they do not.
    private func roundTrip() -> Int64? {
        var cursor = ConnectionCursor()
        /// When the SYN came last: the timer before it is no part of a trip.
        var asked: Int64?
        for index in order where isReal(index) {
            if sightings[index].flags.intersection([.syn, .ack]) == .syn { asked = times[index] }
            guard cursor.take(segment(index)) != nil else { break }
            if cursor.record?.handshakeProved ?? false {
                return asked.map { times[index] &- $0 } ?? cursor.record?.handshakeDelay
            }
        }
        guard let one = cursor.record?.client.minimumRoundTrip, let other = cursor.record?.server.minimumRoundTrip
        else { return nil }
        return one &+ other
    }
}
