import CaptureFile
import FlatMemory

/// The policy by which a tracker lets connections go, so that an endless stream of packets is tracked in constant
/// memory.
public struct Eviction: Sendable {
    /// Nanoseconds without a segment after which a connection is let go. A later segment opens a new connection.
    public var idle: Int64
    /// The most connections that are kept. To make room for a new one, another is let go, preferably one whose opening
    /// was never answered.
    public var limit: Int
    /// How many nanoseconds after its end a connection is handed out, although it is still kept for late segments;
    /// `nil`: connections are handed out only when they are let go. If a connection carries new data after it was
    /// handed out, it is handed out again with the same number; retransmissions do not cause that.
    public var telling: Int64?

    /// Creates a policy. Values out of range are replaced by the nearest allowed ones: at least one nanosecond, and 1
    /// to 2^30 connections.
    public init(idle: Int64, limit: Int = 1 << 20, telling: Int64? = nil) {
        self.idle = max(1, idle)
        self.limit = max(1, min(limit, 1 << 30))
        self.telling = telling
    }
}

/// A connection that was handed out: let go, or ended and still kept (``Eviction/telling``).
public struct EndedConnection: Sendable {
    /// The connection's index in the order of first segments, from 0.
    public let serial: Int
    /// The connection's record when it was handed out.
    public let record: ConnectionRecord
}

/// The additional state of a tracker that lets connections go.
struct Evictor {
    let policy: Eviction
    /// Indices of records that hold no connection.
    var vacant: [UInt32] = []
    /// By record index: the connection's index in the order of first segments.
    var serials: [Int] = []
    /// By record index: the octets of both streams when the connection was handed out; ``untold`` if it was not yet.
    var told: [UInt64] = []
    var opened = 0
    var ended: [EndedConnection] = []
    /// The time of the last segment.
    var latest: Timestamp?

    init(_ policy: Eviction) { self.policy = policy }

    static let untold = UInt64.max

    mutating func end(_ index: Int, _ record: ConnectionRecord) {
        if told[index] != Self.octets(of: record) { tell(index, record) }
        vacant.append(UInt32(truncatingIfNeeded: index))
    }

    mutating func tell(_ index: Int, _ record: ConnectionRecord) {
        ended.append(EndedConnection(serial: serials[index], record: record))
        told[index] = Self.octets(of: record)
    }

    private static func octets(of record: ConnectionRecord) -> UInt64 {
        record.client.streamBytes &+ record.server.streamBytes
    }

    /// Nanoseconds for which a connection is kept after it has closed, because retransmitted FINs and late segments may
    /// follow.
    static let closedIdle: Int64 = 5_000_000_000
    /// How many records are examined to choose the connection to let go.
    static let searched = 1024
    /// How many records ``ConnectionTracker/sweep(afterSilence:)`` checks: at ten calls a second, it checks a million
    /// records in 1.6 s.
    static let sweptAtOnce = 1 << 16
}

extension ConnectionTracker {
    /// The number of connections that were opened so far, including those let go; `nil` if this tracker lets none go.
    package var opened: Int? { evictor?.opened }

    /// The connections that were handed out since the last call.
    public mutating func takeEnded() -> [EndedConnection] {
        guard let ended = evictor?.ended, !ended.isEmpty else { return [] }
        evictor?.ended.removeAll(keepingCapacity: true)
        return ended
    }

    /// Lets all remaining connections go, in the order of their first segments.
    public mutating func endAll() {
        guard let serials = evictor?.serials else { return }
        let left = (0..<records.count).filter { records[$0].firstPlace > 0 }.sorted { serials[$0] < serials[$1] }
        for index in left { evict(index) }
    }

    /// Checks the next two records, and lets their connections go if they have been idle for too long. It must be
    /// called for each segment. A segment opens at most one connection, so all records are checked again before as many
    /// new ones can have been added.
    mutating func sweep(at time: Timestamp) {
        evictor?.latest = time
        guard let policy = evictor?.policy, records.count > 0 else { return }
        for _ in 0..<2 { look(at: nextUnderHand(), time, policy) }
    }

    /// Checks many records while no segment arrives from a live source: the current time is then the time of the last
    /// segment plus the silence since. It checks as many records as take only a short time (``Evictor/sweptAtOnce``).
    ///
    /// - Parameter silence: nanoseconds since the last segment arrived.
    package mutating func sweep(afterSilence silence: Int64) {
        guard let policy = evictor?.policy, let latest = evictor?.latest, let known = evictor?.ended.count else {
            return
        }
        let time = Timestamp(nanoseconds: latest.nanoseconds &+ silence)
        for _ in 0..<min(records.count, Evictor.sweptAtOnce) { look(at: nextUnderHand(), time, policy) }
        evictor?.ended[known...].sort { $0.serial < $1.serial }
    }

    /// Lets the connection of a record go if it has been idle for too long, or hands it out if its end was long enough
    /// ago.
    private mutating func look(at index: Int, _ time: Timestamp, _ policy: Eviction) {
        guard records[index].firstPlace > 0 else { return }
        let idle = time.nanoseconds(since: records[index].lastTime)
        let isOver = records[index].isOver
        if idle > (isOver ? min(policy.idle, Evictor.closedIdle) : policy.idle) { return evict(index) }
        guard let telling = policy.telling else { return }
        if !isOver {
            evictor?.told[index] = Evictor.untold
        } else if idle >= telling, evictor?.told[index] == Evictor.untold {
            let record = records[index]
            evictor?.tell(index, record)
        }
    }

    /// Stores a new record, reusing a vacant one if there is any, and returns its index. At the policy's limit, another
    /// connection is let go first.
    mutating func openSparingly(_ record: ConnectionRecord) -> Int {
        if let policy = evictor?.policy, count >= policy.limit { giveOneUp() }
        let serial = evictor?.opened ?? 0
        evictor?.opened += 1
        if let vacant = evictor?.vacant.popLast() {
            let index = Int(vacant)
            records[index] = record
            evictor?.serials[index] = serial
            evictor?.told[index] = Evictor.untold
            return index
        }
        records.append(record)
        evictor?.serials.append(serial)
        evictor?.told.append(Evictor.untold)
        return records.count - 1
    }

    /// Lets one connection go: of the next ``Evictor/searched`` records from ``ConnectionTracker/clockHand`` on, the
    /// first that was never answered, else the one that has been silent longest.
    private mutating func giveOneUp() {
        var chosen: Int?
        for _ in 0..<Evictor.searched {
            let index = nextUnderHand()
            guard records[index].firstPlace > 0 else { continue }
            if records[index].isUnanswered {
                chosen = index
                break
            }
            if let other = chosen, records[other].lastTime <= records[index].lastTime { continue }
            chosen = index
        }
        if let chosen { evict(chosen) }
    }

    private mutating func nextUnderHand() -> Int {
        let index = clockHand < records.count ? clockHand : 0
        clockHand = index + 1
        return index
    }

    private mutating func evict(_ index: Int) {
        let record = records[index]
        evictor?.end(index, record)
        unlink(index)
        for side in 0...1 { holes.removeAll(of: &records[index].halves[side].holes) }
        records[index].firstPlace = 0
    }

    /// Empties the connection's slot and moves back the entries after it that had found their own slots taken, so that
    /// no search ends too early (Knuth, The Art of Computer Programming 6.4, algorithm R). Does nothing for an earlier
    /// connection between the same endpoints, which no longer has a slot.
    private mutating func unlink(_ index: Int) {
        let hash = records[index].key.hash(seed: seed)
        let wanted = Self.entry(index, hash)
        var hole = home(hash)
        while slots[hole] != wanted {
            if slots[hole] == 0 { return }
            hole = following(hole)
        }
        var next = hole
        while true {
            next = following(next)
            guard slots[next] != 0 else { break }
            // The entry may move back unless its home slot lies between the hole and the entry.
            if distance(from: home(slots[next]), to: next) >= distance(from: hole, to: next) {
                slots[hole] = slots[next]
                hole = next
            }
        }
        slots[hole] = 0
        used -= 1
    }

    /// The number of slots from one to another, wrapping around at the table's end.
    private func distance(from start: Int, to end: Int) -> Int {
        end >= start ? end - start : end + slots.count - start
    }
}
