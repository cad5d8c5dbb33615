/// Octets that come in at one end and leave at the other.
public struct ByteQueue: Hashable, Sendable {
    private var storage: [UInt8] = []
    private var head = 0

    init() {}

    /// Octets held.
    public var count: Int { storage.count - head }

    /// Whether it holds nothing.
    public var isEmpty: Bool { storage.count == head }

    mutating func append(_ octets: some Collection<UInt8>) { storage.append(contentsOf: octets) }

    /// Removes the first octets; as many as there are.
    mutating func removeFirst(_ amount: Int) {
        head += min(max(0, amount), count)
        if head == storage.count {
            storage.removeAll(keepingCapacity: storage.capacity <= 1 << 16)
            head = 0
        } else if head >= 1 << 12, head * 2 >= storage.count {
            // Moving no more than what has left keeps the cost per octet constant.
            storage.removeSubrange(0..<head)
            head = 0
        }
    }

    /// Removes and returns at most `limit` octets.
    mutating func take(_ limit: Int) -> [UInt8] {
        let taken = self[0..<min(max(0, limit), count)]
        removeFirst(taken.count)
        return taken
    }

    mutating func removeAll() {
        storage = []
        head = 0
    }

    /// A copy of the octets at these places; places beyond the end are left out.
    public subscript(range: Range<Int>) -> [UInt8] {
        let end = min(range.upperBound, count)
        guard range.lowerBound < end else { return [] }
        return Array(storage[(head + range.lowerBound)..<(head + end)])
    }
}
