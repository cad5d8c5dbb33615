/// Octets that come in at one end and leave at the other.
public struct ByteQueue: Hashable, Sendable {
    private var storage: [UInt8] = []
    private var head = 0

    init() {}

    /// Octets held.
    public var count: Int { storage.count - head }

    /// Whether it holds nothing.
    public var isEmpty: Bool { storage.count == head }

    mutating func append(_ octets: some Collection<UInt8>) {
        if head == storage.count {
            storage.removeAll(keepingCapacity: storage.capacity <= Self.keptCapacity)
            head = 0
        } else if head * 2 >= storage.count, storage.count + octets.count > storage.capacity {
            // Moving no more than what has left keeps the cost per octet constant.
            storage.removeSubrange(0..<head)
            head = 0
        }
        storage.append(contentsOf: octets)
    }

    /// What an empty queue may keep for what comes next.
    private static let keptCapacity = 1 << 18

    /// Removes the first octets; as many as there are. They stay where they are until something is added, for views of them
    /// may be on their way out.
    mutating func removeFirst(_ amount: Int) { head += min(max(0, amount), count) }

    /// Moves at most `limit` octets to the end of `octets`.
    ///
    /// - Returns: how many.
    mutating func move(_ limit: Int, to octets: inout [UInt8]) -> Int {
        let moved = self[0..<min(max(0, limit), count)]
        octets.append(contentsOf: moved)
        removeFirst(moved.count)
        return moved.count
    }

    mutating func removeAll() {
        storage = []
        head = 0
    }

    /// The octets at these places; places beyond the end are left out.
    public subscript(range: Range<Int>) -> ArraySlice<UInt8> {
        let end = min(range.upperBound, count)
        guard range.lowerBound < end else { return [] }
        return storage[(head + range.lowerBound)..<(head + end)]
    }
}
