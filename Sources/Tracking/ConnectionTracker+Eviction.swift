import CaptureFile
import FlatMemory

/// When a connection is taken to be over, so that an endless stream is tracked in constant memory.
public struct Eviction: Sendable {
    /// Nanoseconds without a segment after which a connection is let go. Segments that come later open another one.
    public var idle: Int64
    /// Connections held at most: where a new one finds no room, one goes, before all others one that was never answered.
    public var limit: Int
    /// Nanoseconds after its end at which a connection is told already, though it is held for what may still come of it; `nil`:
    /// it is told when it is let go. One that goes on after all is told once more, at its true end; what is only sent again behind
    /// the end changes nothing.
    public var telling: Int64?

    /// Both are held within what makes sense: a nanosecond at least, a connection at least, 2^30 connections at most.
    public init(idle: Int64, limit: Int = 1 << 20, telling: Int64? = nil) {
        self.idle = max(1, idle)
        self.limit = max(1, min(limit, 1 << 30))
        self.telling = telling
    }
}

/// A connection that was let go, with its place in the order of first segments, from 0.
public struct EndedConnection: Sendable {
    /// Its place in the order of first segments, from 0.
    public let serial: Int
    /// Its record as it was let go.
    public let record: ConnectionRecord
}

/// What a tracker that lets connections go remembers besides them.
struct Evictor {
    let policy: Eviction
    /// Records that hold no connection.
    var vacant: [UInt32] = []
    /// By record index: the connection's place in the order of first segments.
    var serials: [Int] = []
    /// By record index, of one whose end was told before it is let go, the octets of its streams by then; else ``untold``.
    var told: [UInt64] = []
    var opened = 0
    var ended: [EndedConnection] = []
    /// When the last segment came.
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

    /// How long one that has closed is kept for what may still come of it: retransmitted FINs, late segments.
    static let closedIdle: Int64 = 5_000_000_000
    /// Records looked at in search of the one to give up.
    static let searched = 1024
    /// Records looked at when nothing comes: a million of them take a second and a half, at ten times a second.
    static let sweptAtOnce = 1 << 16
}

extension ConnectionTracker {
    /// How many connections there were, those let go too; `nil` where none is.
    package var opened: Int? { evictor?.opened }

    /// The connections let go since they were last taken.
    public mutating func takeEnded() -> [EndedConnection] {
        guard let ended = evictor?.ended, !ended.isEmpty else { return [] }
        evictor?.ended.removeAll(keepingCapacity: true)
        return ended
    }

    /// Lets go all that are left, in the order of their first segments.
    public mutating func endAll() {
        guard let serials = evictor?.serials else { return }
        let left = (0..<records.count).filter { records[$0].firstPlace > 0 }.sorted { serials[$0] < serials[$1] }
        for index in left { evict(index) }
    }

    /// Looks at two records more for each segment. A segment opens one connection at most, so all records are looked at again before
    /// as many new ones can have come.
    mutating func sweep(at time: Timestamp) {
        evictor?.latest = time
        guard let policy = evictor?.policy, records.count > 0 else { return }
        for _ in 0..<2 { look(at: nextUnderHand(), time, policy) }
    }

    /// The same without a segment, of as many records as do not take long: for who reads what is live, where time passes though
    /// nothing comes.
    ///
    /// - Parameter silence: nanoseconds since the last segment came.
    package mutating func sweep(afterSilence silence: Int64) {
        guard let policy = evictor?.policy, let latest = evictor?.latest, let known = evictor?.ended.count else {
            return
        }
        let time = Timestamp(nanoseconds: latest.nanoseconds &+ silence)
        for _ in 0..<min(records.count, Evictor.sweptAtOnce) { look(at: nextUnderHand(), time, policy) }
        evictor?.ended[known...].sort { $0.serial < $1.serial }
    }

    /// Lets one go that has been silent for long enough, or tells its end.
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

    /// A place for a new record, where possible one that was used before.
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

    /// Of the next few from ``ConnectionTracker/clockHand`` on: one that was never answered, else the one that has been silent longest.
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

    /// Empties the connection's slot and moves back what had been pushed behind it, so that no search ends too early
    /// (Knuth, The Art of Computer Programming 6.4, algorithm R). An earlier life of a reused tuple has no slot.
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
            // It may move back unless its home lies between the hole and itself.
            if distance(from: home(slots[next]), to: next) >= distance(from: hole, to: next) {
                slots[hole] = slots[next]
                hole = next
            }
        }
        slots[hole] = 0
        used -= 1
    }

    /// Slots from one to another, going round where the table ends.
    private func distance(from start: Int, to end: Int) -> Int {
        end >= start ? end - start : end + slots.count - start
    }
}
