/// At most one deadline for each of several numbered slots. It is a binary heap that knows each slot's position, so
/// that a deadline can be moved or removed without leaving an entry behind. Equal deadlines expire in the order in
/// which they were set, so that every run is the same.
public struct DeadlineQueue: Sendable {
    private struct Entry: Sendable {
        var deadline: Instant
        var order: UInt64
        var slot: Int

        func isBefore(_ other: Entry) -> Bool {
            deadline != other.deadline ? deadline < other.deadline : order < other.order
        }
    }

    private var heap: [Entry] = []
    /// The position in the heap of each slot's deadline; -1 for none.
    private var places: [Int] = []
    private var order: UInt64 = 0

    /// An empty queue.
    public init() {}

    /// The earliest deadline.
    public var first: Instant? { heap.first?.deadline }

    /// How many slots have a deadline.
    var count: Int { heap.count }

    /// The deadline of a slot; `nil` where it has none.
    func deadline(of slot: Int) -> Instant? {
        guard places.indices.contains(slot), places[slot] >= 0 else { return nil }
        return heap[places[slot]].deadline
    }

    /// Sets or moves the deadline of a slot. Slots are numbered from 0 without large gaps.
    public mutating func set(_ deadline: Instant, of slot: Int) {
        order &+= 1
        let entry = Entry(deadline: deadline, order: order, slot: slot)
        while places.count <= slot { places.append(-1) }
        let place = places[slot]
        if place < 0 {
            heap.append(entry)
            places[slot] = heap.count - 1
            rise(heap.count - 1)
        } else {
            let isEarlier = entry.isBefore(heap[place])
            heap[place] = entry
            if isEarlier { rise(place) } else { sink(place) }
        }
    }

    /// Removes the deadline of a slot.
    public mutating func remove(_ slot: Int) {
        guard places.indices.contains(slot), places[slot] >= 0 else { return }
        let place = places[slot]
        places[slot] = -1
        let last = heap.removeLast()
        guard place < heap.count else { return }
        heap[place] = last
        places[last.slot] = place
        rise(place)
        sink(places[last.slot])
    }

    /// The slot with the earliest deadline, if that time has come; its deadline is removed. `nil` otherwise.
    public mutating func popDue(now: Instant) -> Int? {
        guard let top = heap.first, top.deadline <= now else { return nil }
        remove(top.slot)
        return top.slot
    }

    private mutating func rise(_ place: Int) {
        var child = place
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            swap(child, parent)
            child = parent
        }
    }

    private mutating func sink(_ place: Int) {
        var parent = place
        while true {
            var least = parent
            for child in (parent * 2 + 1)...(parent * 2 + 2) where child < heap.count {
                if heap[child].isBefore(heap[least]) { least = child }
            }
            guard least != parent else { return }
            swap(least, parent)
            parent = least
        }
    }

    private mutating func swap(_ one: Int, _ other: Int) {
        heap.swapAt(one, other)
        places[heap[one].slot] = one
        places[heap[other].slot] = other
    }
}
