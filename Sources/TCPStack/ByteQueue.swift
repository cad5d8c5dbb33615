/// A queue of octets: they are appended at one end and removed at the other.
public struct ByteQueue: Hashable, Sendable {
    private var storage: [UInt8] = []
    private var head = 0

    init() {}

    /// How many octets the queue holds.
    public var count: Int { storage.count - head }

    /// Whether the queue holds no octets.
    public var isEmpty: Bool { storage.count == head }

    mutating func append(_ octets: some Collection<UInt8>) {
        if head == storage.count {
            storage.removeAll(keepingCapacity: storage.capacity <= Self.keptCapacity)
            head = 0
        } else if head * 2 >= storage.count, storage.count + octets.count > storage.capacity {
            // Moving no more octets than have been removed keeps the cost per octet constant.
            storage.removeSubrange(0..<head)
            head = 0
        }
        storage.append(contentsOf: octets)
    }

    /// The greatest capacity that an empty queue keeps for later octets.
    private static let keptCapacity = 1 << 18

    /// Removes the first octets, at most as many as there are. The memory is not changed until octets are appended,
    /// because slices of it may still be in use.
    mutating func removeFirst(_ amount: Int) { head += min(max(0, amount), count) }

    /// Moves at most `limit` octets to the end of `octets`.
    ///
    /// - Returns: how many were moved.
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

    /// The octets at these indices; indices beyond the end are left out.
    public subscript(range: Range<Int>) -> ArraySlice<UInt8> {
        let end = min(range.upperBound, count)
        guard range.lowerBound < end else { return [] }
        return storage[(head + range.lowerBound)..<(head + end)]
    }
}
