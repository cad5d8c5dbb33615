import CaptureFile
import TCPState
import TCPWire
import Tracking

/// One connection of a tuple, with what became of its segments.
package struct SettledLife: Sendable {
    /// One of its segments.
    package struct Member: Sendable {
        /// Its index among the sightings that were judged.
        package let sighting: Int
        /// When it came: the captured time, unless the capture's clock was set back.
        package let time: Timestamp
        /// What the segment turned out to be.
        package let verdict: Verdict
    }

    /// Where its segments stand in the judge's order, which is the order in which they came.
    package internal(set) var places: Range<Int>
    /// The number of the packet of the next life whose RST ended this one too: its end still held this connection (RFC
    /// 9293 3.5, Figure 9).
    package internal(set) var endedBy: Int?
    /// The side that sent that RST.
    var endedFrom: Int?
    /// Where the sequence numbers stand before the first segment; `nil` if that is not known.
    package internal(set) var standing: Standing?
    /// The record that was made when the segments were first processed; `nil` if a verdict has changed since.
    var record: ConnectionRecord?

    init(from place: Int) { places = place..<place }
}

/// What is wrong with the times of a capture, or of a connection.
package struct TimeDisorder: Sendable, Equatable {
    /// Packets that were captured later than others that came after them.
    package var late = 0
    /// The longest time by which one of them is late, in nanoseconds.
    package var longest: Int64 = 0
    /// How often the clock was set back.
    package var setsBack = 0
    /// The longest time by which it was set back, in nanoseconds.
    package var longestSetBack: Int64 = 0

    /// Creates a result that says the times are in order.
    package init() {}

    /// Adds what is wrong with another connection's times.
    package mutating func add(_ other: TimeDisorder) {
        late += other.late
        longest = max(longest, other.longest)
        setsBack += other.setsBack
        longestSetBack = max(longestSetBack, other.longestSetBack)
    }
}

/// Judges all segments of one tuple together: in which order they came, which are copies, which were damaged or not
/// accepted, and to which connections they belong. A single pass over the packets cannot know this, since later
/// segments decide it.
package struct Judge: Sendable {
    let sightings: Sightings
    let traits: SightingTraits
    /// Indices of the sightings that are judged together, in the order in which they came.
    var order: [Int] = []
    /// By sighting: whether its numbers do not fit the connection, so that it does not show that its sender still has
    /// the connection.
    var isOdd: [Bool]
    var times: SettledTimes
    var verdicts: SettledVerdicts
    /// Segments that carry other octets than were sent with the same numbers before.
    var otherTexts: Set<Int> = []
    /// The round trip between the two ends, in nanoseconds; `nil` where the segments do not show it.
    private(set) var trip: Int64?
    var disorder = TimeDisorder()

    /// Judges the segments of one tuple, which must be in the capture's order.
    ///
    /// - Parameter body: is called with each connection, in the order of their first segments, and with the judge that
    ///   knows its segments.
    /// - Returns: what is wrong with their times.
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

    // MARK: Helpers of the rules

    /// The segment with its corrected time.
    func segment(_ index: Int) -> TrackedSegment {
        TrackedSegment(sightings[index].segment, of: sightings.key, at: Timestamp(nanoseconds: times[index]))
    }

    /// Nanoseconds from one segment to the other.
    func gap(_ from: Int, _ to: Int) -> Int64 { times[to] &- times[from] }

    /// Whether the segment was really sent at this point, undamaged, and is no copy.
    func isReal(_ index: Int) -> Bool {
        switch verdicts[index] {
        case .copy, .corrupt: false
        case .taken, .refused, .foreign: true
        }
    }

    /// The round trip between the two ends, as far as the segments show it before copies are found; `nil` where they do
    /// not.
    private func roundTrip() -> Int64? {
        var cursor = ConnectionCursor()
        /// When the last SYN came: the time that the client waited before it sent its SYN again is no part of the round
        /// trip.
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
