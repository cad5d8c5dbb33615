import TCPStack

/// What is to happen, by (time, order of insertion): the same run every time.
struct EventQueue {
    enum Event {
        /// A packet reaches a host.
        case arrival(host: Int, octets: [UInt8], record: Int?)
        /// A packet that a middlebox held enters a link.
        case departure(link: Int, isForward: Bool, octets: [UInt8], record: Int?)
    }

    private struct Entry {
        var time: Instant
        var order: UInt64
        var event: Event

        func isBefore(_ other: Entry) -> Bool { time != other.time ? time < other.time : order < other.order }
    }

    private var heap: [Entry] = []
    private var order: UInt64 = 0

    var nextTime: Instant? { heap.first?.time }

    mutating func push(_ event: Event, at time: Instant) {
        order &+= 1
        heap.append(Entry(time: time, order: order, event: event))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> Event? {
        guard let top = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return top.event }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count {
                if heap[child].isBefore(heap[least]) { least = child }
            }
            if least == parent { return top.event }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
