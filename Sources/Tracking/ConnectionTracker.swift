import CaptureFile
import FlatMemory
import TCPState
import TCPWire

/// Assigns segments to connections in one pass, by an open-addressing hash table over records of fixed size. Nothing is
/// allocated per segment. Memory grows with the number of connections, or stays constant where they are let go
/// (``Eviction``).
public struct ConnectionTracker: ~Copyable {
    var records: FlatStore<ConnectionRecord>
    /// The holes in the records' directions.
    var holes = HoleStore()
    /// 0 for an empty slot. Otherwise the lower half is the record's index + 1, and the upper half (the tag) is the
    /// part of the key's hash that determines where the search for the key begins. So slots of other keys are passed
    /// over, and the table is enlarged, without reading the records, which are rarely in the cache. Between a half and
    /// five eighths of the slots are taken: 16 octets a connection at most.
    var slots = FlatStore<UInt64>(repeating: 0, count: 1024)
    var used = 0
    let seed: HashSeed
    private let transitions = TransitionMatrix()
    /// How many tuples have been used again, so that they got another record, since the records for the current 32
    /// segments were looked up.
    private var replacements = 0
    var evictor: Evictor?
    /// Index of the record that the evictor looks at next. It goes through all records and begins again, like the hand
    /// of a clock.
    var clockHand = 0

    /// Room is reserved for this many connections at first; few captures hold more. It is 24 MB of address space, of
    /// which only what is used becomes memory.
    public static let usualCount = 1 << 17

    /// - Parameters:
    ///   - eviction: when to let connections go; `nil` keeps all.
    ///   - count: how many connections to expect; there may be more.
    public init(seed: HashSeed, eviction: Eviction? = nil, expecting count: Int = usualCount) {
        self.seed = seed
        records = FlatStore(expecting: count)
        evictor = eviction.map { Evictor($0) }
    }

    /// The number of connections that are kept, without those that were let go.
    public var count: Int { records.count - (evictor?.vacant.count ?? 0) }

    /// The number of holes for which there is memory, in use or not.
    package var holeCount: Int { holes.count }

    /// Whether it lets connections go.
    package var isEvicting: Bool { evictor != nil }

    /// The positions of some connections' first packets in the capture (``ConnectionRecord/firstPlace``), read without
    /// copying the records.
    package func firstPlaces(of range: Range<Int>) -> [UInt64] { range.map { records[$0].firstPlace } }

    /// The position of a connection's first packet in the capture (``ConnectionRecord/firstPlace``).
    package func firstPlace(of place: Int) -> UInt64 { records[place].firstPlace }

    /// A connection by its place in the order of first segments. In a tracker that lets connections go the indices have
    /// no order.
    public subscript(index: Int) -> ConnectionRecord { records[index] }

    /// Processes the next segment.
    ///
    /// - Returns: the index of its connection, and how the segment relates to it.
    @discardableResult
    public mutating func add(_ segment: TrackedSegment) -> (connection: Int, reading: SegmentReading) {
        if evictor != nil { sweep(at: segment.time) }
        let index = find(segment, segment.key.hash(seed: seed), after: 0)
        return (index, records[index].takeInFull(segment, transitions, &holes))
    }

    /// Processes segments one after another, and reports how each one was read.
    ///
    /// - Parameters:
    ///   - before: the number of packets before the first one that the segments' numbers count.
    ///   - index: notes where each segment's packet lies.
    ///   - note: is called for each segment with its index in `entries`, its connection, its reading, and the
    ///     connection's record after it.
    package mutating func take(
        _ entries: borrowing SegmentBatch.Entries, after before: Int, into index: inout SegmentIndex,
        noting note: (Int, Int, SegmentReading, ConnectionRecord) -> Void
    ) {
        for entry in 0..<entries.count {
            if evictor != nil { sweep(at: entries[entry].segment.time) }
            let connection = find(entries[entry].segment, entries[entry].hash, after: before)
            let reading = records[connection].takeInFull(entries[entry].segment, transitions, &holes)
            note(entry, connection, reading, records[connection])
            index.note(
                connection, offset: entries[entry].offset, number: before &+ entries[entry].segment.number,
                part: entries[entry].segment.part)
        }
    }

    @inline(__always)
    private mutating func take(_ segment: TrackedSegment, of index: Int) {
        if !records[index].takeInBulk(segment) { records[index].takeInFull(segment, transitions, &holes) }
    }

    /// Processes segments, 32 at a time. Their records lie scattered in memory; all 32 are prefetched before the first
    /// segment is processed, so that the processor does not wait for each cache miss.
    ///
    /// - Parameters:
    ///   - before: the number of packets before the first one that the segments' numbers count.
    ///   - index: notes where each segment's packet lies.
    package mutating func take(
        _ entries: borrowing SegmentBatch.Entries, after before: Int = 0, into index: inout SegmentIndex
    ) {
        var likely = InlineArray<32, Int>(repeating: 0)
        var start = 0
        while start < entries.count {
            let end = min(start &+ likely.count, entries.count)
            for entry in start..<end { slots.prefetch(home(entries[entry].hash)) }
            for entry in start..<end {
                let record = likelyRecord(entries[entry].hash)
                likely[entry &- start] = record
                records.prefetch(record)
            }
            replacements = 0
            for entry in start..<end {
                let segment = entries[entry].segment
                let connection = connection(of: segment, entries[entry].hash, likely[entry &- start], after: before)
                take(segment, of: connection)
                index.note(
                    connection, offset: entries[entry].offset, number: before &+ segment.number, part: segment.part)
            }
            start = end
        }
    }

    /// - Parameter likely: the record that was found by a part of the key's hash alone. It is the segment's if the
    ///   whole key matches and no tuple was used again since it was found.
    @inline(__always)
    private mutating func connection(
        of segment: TrackedSegment, _ hash: UInt64, _ likely: Int, after before: Int
    ) -> Int {
        if evictor == nil {
            let isThere = UInt(bitPattern: likely) < UInt(bitPattern: records.count) && replacements == 0
            if isThere, records[likely].key == segment.key, !segment.opens { return likely }
        } else {
            sweep(at: segment.time)
        }
        return find(segment, hash, after: before)
    }

    /// The index of the record that a key with this hash most likely has, judged by the slots alone; negative if there
    /// is none.
    @inline(__always)
    private func likelyRecord(_ hash: UInt64) -> Int {
        let first = home(hash)
        guard first &+ 4 <= slots.count else { return likelyRecord(hash, from: first) }
        // The distance to the right slot follows no pattern, so four slots are compared in any case, without a branch.
        // Empty slots are not tested for: a slot with this tag after an empty one belongs to another key, and the
        // caller compares the whole key.
        let found =
            hasTag(slots[first], hash) | hasTag(slots[first &+ 1], hash) << 1
            | hasTag(slots[first &+ 2], hash) << 2 | hasTag(slots[first &+ 3], hash) << 3
        guard found != 0 else { return likelyRecord(hash, from: first) }
        return Self.index(slots[first &+ found.trailingZeroBitCount])
    }

    private func likelyRecord(_ hash: UInt64, from first: Int) -> Int {
        var slot = first
        while slots[slot] != 0, hasTag(slots[slot], hash) == 0 { slot = following(slot) }
        return Self.index(slots[slot])
    }

    /// 1 for a slot whose tag is the hash's; else 0.
    @inline(__always)
    private func hasTag(_ entry: UInt64, _ hash: UInt64) -> UInt64 { (Self.tag(entry) == Self.tag(hash)).bit }

    /// The existing connection of a segment's tuple, if the segment would begin another one; else `nil`.
    package func predecessor(of segment: TrackedSegment) -> Int? {
        var slot = home(segment.key.hash(seed: seed))
        while slots[slot] != 0 {
            let index = Self.index(slots[slot])
            if records[index].key == segment.key {
                return segment.opens && records[index].hasOtherLife(segment) ? index : nil
            }
            slot = following(slot)
        }
        return nil
    }

    /// Marks the connections of a batch's late segments as in doubt: these were processed after segments that came
    /// later.
    package mutating func doubtLate(_ batch: borrowing SegmentBatch, shard: Int) {
        for late in batch.late where late.shard == shard {
            guard let index = latest(of: late.segment, late.segment.hash(seed: seed)) else { continue }
            doubt(index)
        }
    }

    /// Marks a connection as in doubt because a segment was processed after others that came later.
    package mutating func doubt(_ connection: Int) { records[connection].traits.insert(.timesGoBack) }

    /// The index of the record of the segment's connection: an existing record, or a new one.
    @inline(never)
    private mutating func find(_ segment: TrackedSegment, _ hash: UInt64, after before: Int) -> Int {
        var slot = home(hash)
        while slots[slot] != 0 {
            let entry = slots[slot]
            let index = Self.index(entry)
            if Self.tag(entry) == Self.tag(hash), records[index].key == segment.key {
                guard segment.opens, records[index].hasOtherLife(segment) else { return index }
                return reopen(segment, hash, before, after: index)
            }
            slot = following(slot)
        }
        return insert(segment, hash, before)
    }

    /// Creates a record for a later life of a tuple and gives it the slot of the earlier life; or its own slot, where
    /// the earlier life was let go to make room.
    @inline(never)
    private mutating func reopen(_ segment: TrackedSegment, _ hash: UInt64, _ before: Int, after earlier: Int) -> Int {
        let fresh = open(segment, before)
        records[fresh].traits.insert(.reusesTuple)
        // Searched again: making room may have moved the entries.
        var slot = home(hash)
        while slots[slot] != 0, slots[slot] != Self.entry(earlier, hash) { slot = following(slot) }
        if slots[slot] == 0 { used += 1 }
        slots[slot] = Self.entry(fresh, hash)
        replacements &+= 1
        return fresh
    }

    @inline(never)
    private mutating func insert(_ segment: TrackedSegment, _ hash: UInt64, _ before: Int) -> Int {
        let fresh = open(segment, before)
        if used * 8 >= slots.count * 5 { grow() }
        // Searched again: making room may have moved the entries.
        var slot = home(hash)
        while slots[slot] != 0 { slot = following(slot) }
        slots[slot] = Self.entry(fresh, hash)
        used += 1
        return fresh
    }

    private mutating func open(_ segment: TrackedSegment, _ before: Int) -> Int {
        var record = ConnectionRecord(startingWith: segment)
        record.firstPlace &+= UInt64(truncatingIfNeeded: before) << 6
        if evictor != nil { return openSparingly(record) }
        records.append(record)
        return records.count - 1
    }

    @inline(__always)
    static func entry(_ index: Int, _ hash: UInt64) -> UInt64 {
        hash & 0xffff_ffff_0000_0000 | UInt64(UInt32(truncatingIfNeeded: index &+ 1))
    }

    @inline(__always)
    static func index(_ entry: UInt64) -> Int { Int(entry & 0xffff_ffff) &- 1 }

    /// The upper half of a hash or of a slot's entry, by which slots are chosen and told apart.
    @inline(__always)
    static func tag(_ hash: UInt64) -> UInt64 { hash >> 32 }

    /// The slot where the search for a key begins, by the key's hash or by its entry: the tag, scaled to the size of
    /// the table.
    @inline(__always)
    func home(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: (Self.tag(hash) &* UInt64(truncatingIfNeeded: slots.count)) >> 32)
    }

    /// The slot after this one, wrapping around at the table's end.
    @inline(__always)
    func following(_ slot: Int) -> Int { slot &+ 1 == slots.count ? 0 : slot &+ 1 }

    private mutating func grow() {
        var old = FlatStore<UInt64>(repeating: 0, count: slots.count / 4 * 5)
        swap(&old, &slots)
        for index in 0..<old.count where old[index] != 0 {
            var slot = home(old[index])
            while slots[slot] != 0 { slot = following(slot) }
            slots[slot] = old[index]
        }
    }
}
