import FlatMemory

/// The tuples of a tracker of which a connection is in doubt, numbered from 1: all their connections have to be looked at
/// together.
///
/// Filled where it is made, then only read: that makes it safe to share (`@unchecked Sendable`).
package final class DoubtfulTuples: @unchecked Sendable {
    /// By record; 0 where its tuple is in no doubt.
    private var numbers: FlatStore<UInt32>
    /// By number, counted from 0: how many segments and connections the tuple has.
    package private(set) var sizes: [(segments: Int, lives: Int)] = []

    fileprivate init(records count: Int) { numbers = FlatStore(repeating: 0, count: count) }

    /// How many there are.
    package var count: Int { sizes.count }

    /// The tuple of a record; 0 where that is in no doubt.
    package func number(of record: Int) -> Int { record < numbers.count ? Int(numbers[record]) : 0 }

    fileprivate func add(_ record: Int) {
        guard numbers[record] == 0 else { return }
        sizes.append((0, 0))
        numbers[record] = UInt32(truncatingIfNeeded: sizes.count)
    }

    fileprivate func join(_ record: Int, to other: Int) { numbers[record] = numbers[other] }

    fileprivate func count(_ segments: Int, of record: Int) {
        let number = Int(numbers[record])
        guard number > 0 else { return }
        sizes[number - 1].segments += segments
        sizes[number - 1].lives += 1
    }
}

extension ConnectionTracker {
    /// Hands out the hash of each of some tuples.
    package func hashes(of tuples: DoubtfulTuples, _ body: (UInt64) -> Void) {
        for index in 0..<records.count where tuples.number(of: index) > 0 { body(records[index].key.hash(seed: seed)) }
    }

    /// The last connection of a segment's tuple; `nil` where there is none.
    @inline(__always)
    package func latest(of segment: TrackedSegment, _ hash: UInt64) -> Int? { latest(segment.key, hash) }

    private func latest(_ key: FlowKey, _ hash: UInt64) -> Int? {
        var slot = home(hash)
        while slots[slot] != 0 {
            let entry = slots[slot]
            let index = Self.index(entry)
            if Self.tag(entry) == Self.tag(hash), records[index].key == key { return index }
            slot = following(slot)
        }
        return nil
    }

    /// Notes what an ICMP error says, of the last connection of its tuple.
    package mutating func note(_ error: ReportedError) {
        if let index = latest(error.key, error.key.hash(seed: seed)) { records[index].note(error) }
    }

    /// The tuples in doubt; `nil` where there are none. Not of a tracker that lets connections go.
    package func doubtfulTuples() -> DoubtfulTuples? {
        var isReused = false
        var tuples: DoubtfulTuples?
        for index in 0..<records.count where records[index].isDoubtful {
            if tuples == nil { tuples = DoubtfulTuples(records: records.count) }
            isReused = isReused || records[index].reusesTuple
            guard let latest = latest(records[index].key, records[index].key.hash(seed: seed)) else { continue }
            tuples?.add(latest)
        }
        guard let found = tuples else { return nil }
        if isReused {
            for index in 0..<records.count where found.number(of: index) == 0 {
                guard let latest = latest(records[index].key, records[index].key.hash(seed: seed)), latest != index
                else { continue }
                found.join(index, to: latest)
            }
        }
        for index in 0..<records.count where found.number(of: index) > 0 {
            found.count(
                Int(records[index].halves[0].segments) + Int(records[index].halves[1].segments), of: index)
        }
        return found
    }

    /// The hash by which a segment's connection is found.
    @inline(__always)
    package func hash(of segment: TrackedSegment) -> UInt64 { segment.hash(seed: seed) }
}

extension TrackedSegment {
    /// The hash of its tuple.
    @inline(__always)
    package func hash(seed: HashSeed) -> UInt64 { key.hash(seed: seed) }
}
