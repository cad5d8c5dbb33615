import CaptureFile
import FlatMemory
import Measures
import Settling
import TCPWire
import Tracking

/// The connections of a pass that were in doubt, judged with all their segments at hand; and the order of all.
///
/// Filled by one thread, then only read: that makes it safe to share (`@unchecked Sendable`).
final class Settlement: @unchecked Sendable {
    /// One connection that was judged.
    struct Connection {
        var record: ConnectionRecord
        /// Its packets in the order in which they came.
        var members: [Member]
        /// ``SettledLife/endedBy``.
        var endedBy: Int?
        var standing: Standing?
    }

    struct Member {
        let place: PacketPlace
        let time: Timestamp
        let verdict: Verdict
    }

    /// Where a connection is: among those that were judged, or the pass's own.
    enum Source {
        case judged(Int)
        case pass(Int)
    }

    private(set) var connections: [Connection] = []
    /// What was measured of them, where that was asked for; else empty.
    private(set) var measures: [ConnectionMeasures] = []
    /// By place in the order of first packets: of a judged one the complement of its index, else the pass's index.
    private var order: [Int32] = []
    /// Where the packets lie of segments that came in several.
    var fragments = FragmentPlaces(isKept: false)
    private(set) var disorder = TimeDisorder()
    /// Connections in doubt that could not be judged: their packets are too many to be held at once.
    private(set) var unsettled = 0
    /// Whether the capture could not be read once more, so that the pass's own connections stand as they are.
    let isLeftOut: Bool

    init() { isLeftOut = false }

    /// Of a capture that is gone.
    init(leavingOut lives: Int) {
        isLeftOut = true
        unsettled = lives
    }

    var count: Int { order.count }

    func source(of index: Int) -> Source {
        let entry = Int(order[index])
        return entry < 0 ? .judged(~entry) : .pass(entry)
    }

    /// Judges one tuple.
    ///
    /// - Parameters:
    ///   - details: what is measured, of each sighting; empty where nothing is.
    ///   - places: where each lies; empty where nobody will ask.
    func add(_ sightings: [Sighting], details: [SegmentDetail], places: [PacketPlace]) {
        let (lives, disorder) = Judge.settle(sightings)
        self.disorder.add(disorder)
        for (place, life) in lives.enumerated() {
            var measures: ConnectionMeasures?
            let record =
                details.isEmpty
                ? life.settledRecord(sightings)
                : life.replay(sightings) { member, segment, reading, record in
                    guard member.verdict.isMeasured else { return }
                    if measures == nil { measures = ConnectionMeasures(startingWith: segment) }
                    measures?.take(segment, details[member.sighting], reading, record)
                }
            guard var record else { continue }
            record.reusesTuple = place > 0
            if !details.isEmpty {
                self.measures.append(measures ?? ConnectionMeasures(startingWith: sightings[0].segment))
            }
            connections.append(
                Connection(
                    record: record,
                    members: places.isEmpty
                        ? []
                        : life.members.map {
                            Member(place: places[$0.sighting], time: $0.time, verdict: $0.verdict)
                        }, endedBy: life.endedBy, standing: life.standing))
        }
    }

    /// Adds what another one has.
    func add(_ other: Settlement) {
        connections += other.connections
        measures += other.measures
        disorder.add(other.disorder)
        unsettled += other.unsettled
    }

    /// Counts a tuple that cannot be judged.
    func leaveOut(_ lives: Int) { unsettled += lives }

    /// Puts those that were judged among the pass's own, by their first packets.
    ///
    /// - Parameters:
    ///   - count: how many the pass has.
    ///   - isReplaced: whether one of them was judged.
    func putInOrder(_ count: Int, number: (Int) -> UInt64, isReplaced: (Int) -> Bool) {
        let judged = connections.indices.sorted {
            connections[$0].record.firstNumber < connections[$1].record.firstNumber
        }
        order = []
        order.reserveCapacity(count)
        var next = 0
        for index in 0..<count where isLeftOut || !isReplaced(index) {
            while next < judged.count, connections[judged[next]].record.firstNumber < number(index) {
                order.append(~Int32(truncatingIfNeeded: judged[next]))
                next += 1
            }
            order.append(Int32(truncatingIfNeeded: index))
        }
        for index in judged[next...] { order.append(~Int32(truncatingIfNeeded: index)) }
    }
}

extension Verdict {
    /// Whether it adds to what is measured: a copy was measured once, and what is older than the connection is none of it.
    fileprivate var isMeasured: Bool {
        switch self {
        case .taken, .corrupt, .foreign, .refused(.reset), .refused(.syn), .refused(.acknowledgment): true
        case .copy, .refused(.oldTimestamp), .refused(.window): false
        }
    }
}
