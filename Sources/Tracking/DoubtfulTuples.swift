import FlatMemory

/// The tuples that have a connection in doubt, numbered from 1. All connections of such a tuple have to be looked at
/// together.
package final class DoubtfulTuples: Sendable {
    /// A tuple's key, and how many segments and connections it has.
    package struct Size: Sendable {
        /// The tuple.
        package let key: FlowKey
        /// How many segments its connections have together.
        package var segments = 0
        /// How many connections the first pass found for it.
        package fileprivate(set) var lives = 0
        /// Index of its first entry in ``DoubtfulTuples/records``.
        fileprivate var first = 0
    }

    /// The number of each record's tuple; 0 where the tuple is not in doubt.
    private let numbers: FlatStore<UInt32>
    /// By the tuple's number - 1.
    package let sizes: [Size]
    /// The indices of the records of all tuples, grouped by tuple.
    private let records: FlatStore<UInt32>

    /// - Parameters:
    ///   - numbers: the number of each record's tuple, by the record's index.
    ///   - segments: returns how many segments a record has.
    fileprivate init(_ numbers: consuming FlatStore<UInt32>, keys: [FlowKey], segments: (Int) -> Int) {
        var sizes = keys.map { Size(key: $0) }
        for record in 0..<numbers.count where numbers[record] > 0 {
            sizes[Int(numbers[record]) - 1].segments += segments(record)
            sizes[Int(numbers[record]) - 1].lives += 1
        }
        var total = 0
        for place in sizes.indices {
            sizes[place].first = total
            total += sizes[place].lives
        }
        var next = sizes.map(\.first)
        var records = FlatStore(repeating: UInt32(0), count: total)
        for record in 0..<numbers.count where numbers[record] > 0 {
            let tuple = Int(numbers[record]) - 1
            records[next[tuple]] = UInt32(truncatingIfNeeded: record)
            next[tuple] += 1
        }
        self.numbers = numbers
        self.sizes = sizes
        self.records = records
    }

    /// The number of tuples in doubt.
    package var count: Int { sizes.count }

    /// The number of a record's tuple; 0 where the tuple is not in doubt.
    package func number(of record: Int) -> Int { record < numbers.count ? Int(numbers[record]) : 0 }

    /// The indices of a tuple's records, in the order of their first segments.
    package func records(of tuple: Int) -> [Int] {
        let size = sizes[tuple - 1]
        return (size.first..<size.first + size.lives).map { Int(records[$0]) }
    }
}

extension ConnectionTracker {
    /// Calls `body` with the hash of each of these tuples; of a tuple with several connections, once for each.
    package func hashes(of tuples: DoubtfulTuples, _ body: (UInt64) -> Void) {
        for index in 0..<records.count where tuples.number(of: index) > 0 { body(records[index].key.hash(seed: seed)) }
    }

    /// The index of the last connection of a segment's tuple; `nil` where there is none.
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

    /// Notes an ICMP error in the record of the last connection of its tuple.
    package mutating func note(_ error: ReportedError) {
        if let index = latest(error.key, error.key.hash(seed: seed)) { records[index].note(error) }
    }

    /// The tuples in doubt; `nil` where there are none. Must not be called for a tracker that lets connections go.
    package func doubtfulTuples() -> DoubtfulTuples? {
        guard let first = (0..<records.count).first(where: { records[$0].isDoubtful }) else { return nil }
        var isReused = false
        var keys: [FlowKey] = []
        var numbers = FlatStore(repeating: UInt32(0), count: records.count)
        for index in first..<records.count where records[index].isDoubtful {
            isReused = isReused || records[index].reusesTuple
            guard let latest = latest(of: index), numbers[latest] == 0 else { continue }
            keys.append(records[index].key)
            numbers[latest] = UInt32(truncatingIfNeeded: keys.count)
        }
        if isReused {
            for index in 0..<records.count where numbers[index] == 0 {
                if let latest = latest(of: index), latest != index { numbers[index] = numbers[latest] }
            }
        }
        return DoubtfulTuples(numbers, keys: keys) {
            Int(records[$0].halves[0].segments) + Int(records[$0].halves[1].segments)
        }
    }

    /// The index of the last connection of a record's tuple.
    private func latest(of record: Int) -> Int? { latest(records[record].key, records[record].key.hash(seed: seed)) }

    /// Stores what a connection turned out to be: in place of the record that the first pass made of it, or after all
    /// others where that pass made none.
    ///
    /// - Returns: the record's index.
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
