import TCPStack
import TCPState

/// What is to happen, by (time, order of insertion): the same run every time.
struct EventQueue {
    enum Event {
        /// A packet reaches a host, sent by another, or in its place.
        case arrival(host: Int, sender: Int, octets: [UInt8], record: Int?)
        /// A packet that a middlebox held enters a link.
        case departure(link: Int, isForward: Bool, octets: [UInt8], record: Int?)
    }

    /// Small, for it is moved often; the event waits in its place.
    private struct Entry {
        var time: Instant
        var order: UInt64
        var place: Int

        func isBefore(_ other: Entry) -> Bool { time != other.time ? time < other.time : order < other.order }
    }

    private var heap: [Entry] = []
    private var events: [Event?] = []
    private var free: [Int] = []
    private var order: UInt64 = 0

    var nextTime: Instant? { heap.first?.time }

    mutating func push(_ event: Event, at time: Instant) {
        order &+= 1
        let place: Int
        if let unused = free.popLast() {
            place = unused
            events[place] = event
        } else {
            place = events.count
            events.append(event)
        }
        heap.append(Entry(time: time, order: order, place: place))
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
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        var event: Event?
        swap(&event, &events[top.place])
        free.append(top.place)
        return event
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = parent * 2 + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && heap[right].isBefore(heap[left]) ? right : left
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
