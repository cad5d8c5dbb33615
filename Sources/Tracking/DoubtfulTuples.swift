import FlatMemory

/// The tuples of a tracker of which a connection is in doubt, numbered from 1: all their connections have to be looked at
/// together.
///
/// Filled where it is made, then only read: that makes it safe to share (`@unchecked Sendable`).
package final class DoubtfulTuples: @unchecked Sendable {
    /// By record; 0 where its tuple is in no doubt.
    private var numbers: FlatStore<UInt32>
    /// By number, counted from 0.
    package private(set) var sizes: [Size] = []
    /// The records of all tuples, one tuple's behind the other's.
    private var records = FlatStore<UInt32>()

    /// What a tuple is, and how much there is of it.
    package struct Size {
        package let key: FlowKey
        package var segments = 0
        /// How many connections the first pass saw in it.
        package fileprivate(set) var lives = 0
        /// Where its records begin among those of all.
        fileprivate var first = 0
    }

    fileprivate init(records count: Int) { numbers = FlatStore(repeating: 0, count: count) }

    /// How many there are.
    package var count: Int { sizes.count }

    /// The tuple of a record; 0 where that is in no doubt.
    package func number(of record: Int) -> Int { record < numbers.count ? Int(numbers[record]) : 0 }

    /// The records of a tuple, in the order of their first segments.
    package func records(of tuple: Int) -> [Int] {
        let size = sizes[tuple - 1]
        return (size.first..<size.first + size.lives).map { Int(records[$0]) }
    }

    fileprivate func add(_ record: Int, _ key: FlowKey) {
        guard numbers[record] == 0 else { return }
        sizes.append(Size(key: key))
        numbers[record] = UInt32(truncatingIfNeeded: sizes.count)
    }

    fileprivate func join(_ record: Int, to other: Int) { numbers[record] = numbers[other] }

    fileprivate func count(_ segments: Int, of record: Int) {
        let number = Int(numbers[record])
        guard number > 0 else { return }
        sizes[number - 1].segments += segments
        sizes[number - 1].lives += 1
    }

    /// Lists the records, once all are counted.
    fileprivate func list() {
        var next: [Int] = []
        next.reserveCapacity(sizes.count)
        var total = 0
        for place in sizes.indices {
            sizes[place].first = total
            next.append(total)
            total += sizes[place].lives
        }
        records = FlatStore(repeating: 0, count: total)
        for record in 0..<numbers.count {
            let number = Int(numbers[record])
            guard number > 0 else { continue }
            records[next[number - 1]] = UInt32(truncatingIfNeeded: record)
            next[number - 1] += 1
        }
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

    /// The tuples in doubt; `nil` where there are none. Not of a tracker that lets connections go.
    package func doubtfulTuples() -> DoubtfulTuples? {
        var isReused = false
        var tuples: DoubtfulTuples?
        for index in 0..<records.count where records[index].isDoubtful {
            if tuples == nil { tuples = DoubtfulTuples(records: records.count) }
            isReused = isReused || records[index].reusesTuple
            guard let latest = latest(records[index].key, records[index].key.hash(seed: seed)) else { continue }
            tuples?.add(latest, records[index].key)
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
        found.list()
        return found
    }

    /// Puts what a connection turned out to be where it stands, or behind all others where none was seen.
    ///
    /// - Returns: its place.
    package mutating func settle(_ record: ConnectionRecord, at place: Int?) -> Int {
        guard let place else {
            records.append(record)
            return records.count - 1
        }
        records[place] = record
        return place
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
