/// Slots by deadline: a binary heap, ties in the order they came, so that every run is the same. An entry that is out of
/// date is left in place and found out when its time comes.
struct DeadlineQueue: Sendable {
    private struct Entry: Sendable {
        var deadline: Instant
        var order: UInt64
        var slot: Int

        func isBefore(_ other: Entry) -> Bool {
            deadline != other.deadline ? deadline < other.deadline : order < other.order
        }
    }

    private var heap: [Entry] = []
    private var order: UInt64 = 0

    var first: Instant? { heap.first?.deadline }

    mutating func push(_ deadline: Instant, _ slot: Int) {
        order &+= 1
        heap.append(Entry(deadline: deadline, order: order, slot: slot))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popDue(now: Instant) -> Int? {
        guard let top = heap.first, top.deadline <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count {
                    if heap[child].isBefore(heap[least]) { least = child }
                }
                guard least != parent else { break }
                heap.swapAt(least, parent)
                parent = least
            }
        }
        return top.slot
    }
}
