import CaptureFile
import FlatMemory

/// When a tracker lets connections go, so that an endless stream of packets is tracked in constant memory.
public struct Eviction: Sendable {
    /// Nanoseconds without a segment after which a connection is let go. A later segment opens a new connection.
    public var idle: Int64
    /// The most connections that are kept. To make room for a new one another is let go, preferably one that was never
    /// answered.
    public var limit: Int
    /// Nanoseconds after its end at which a connection is handed out already, while it is kept for late segments; `nil`
    /// where it is handed out only when it is let go. A connection that carries data after that is handed out once
    /// more, with the same number; segments that are only retransmitted change nothing.
    public var telling: Int64?

    /// Creates a policy. Values out of range are replaced by the nearest allowed ones: at least one nanosecond, and 1
    /// to 2^30 connections.
    public init(idle: Int64, limit: Int = 1 << 20, telling: Int64? = nil) {
        self.idle = max(1, idle)
        self.limit = max(1, min(limit, 1 << 30))
        self.telling = telling
    }
}

/// A connection that was let go.
public struct EndedConnection: Sendable {
    /// Its place in the order of first segments, from 0.
    public let serial: Int
    /// Its record at the time when it was let go.
    public let record: ConnectionRecord
}

/// What a tracker that lets connections go keeps besides the records.
struct Evictor {
    let policy: Eviction
    /// Indices of records that hold no connection.
    var vacant: [UInt32] = []
    /// By record index: the connection's place in the order of first segments.
    var serials: [Int] = []
    /// By record index: the octets of both streams when the connection was handed out; ``untold`` where it was not.
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
    /// How many records are looked at in search of the one to let go.
    static let searched = 1024
    /// How many records one sweep without a segment looks at: at ten sweeps a second, a million records take 1.6 s.
    static let sweptAtOnce = 1 << 16
}

extension ConnectionTracker {
    /// How many connections there were, those let go too; `nil` where none is.
    package var opened: Int? { evictor?.opened }

    /// The connections that were let go since this was last called.
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

    /// Lets the connections of the next two records go, where they have been idle for too long. It is called for each
    /// segment. A segment opens one connection at most, so all records are looked at again before as many new ones can
    /// have come.
    mutating func sweep(at time: Timestamp) {
        evictor?.latest = time
        guard let policy = evictor?.policy, records.count > 0 else { return }
        for _ in 0..<2 { look(at: nextUnderHand(), time, policy) }
    }

    /// The same where no segment arrives, for a live source, where time passes by the clock. It looks at as many
    /// records as can be looked at in a short time.
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

    /// Lets a connection go that has been idle for too long, or hands it out after its end.
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

    /// Stores a new record, where possible in place of one that is no longer in use, and returns its index.
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

    /// Lets one connection go: of the next few records from ``ConnectionTracker/clockHand`` on, the first that was
    /// never answered, else the one that has been silent longest.
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
    /// no search ends too early (Knuth, The Art of Computer Programming 6.4, algorithm R). An earlier life of a reused
    /// tuple has no slot.
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
