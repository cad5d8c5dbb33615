import TCPStack
import TCPState

/// Future events, sorted by time and then by order of insertion, so that every run is the same.
struct EventQueue {
    enum Event {
        /// A packet reaches `host`. `sender` is the host at the other end of the link, or `host` itself for an ICMP
        /// error that the link made.
        case arrival(host: Int, sender: Int, octets: [UInt8], record: Int?)
        /// A packet that a middlebox held enters a link.
        case departure(link: Int, isForward: Bool, octets: [UInt8], record: Int?)
    }

    /// Entries are small because they are moved often; the event itself stays at its index in `events`.
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
