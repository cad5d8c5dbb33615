/// For how long a sender was busy, and what limited it (what Linux counts as busy_time, rwnd_limited and
/// sndbuf_limited).
public struct BusyTimes: Hashable, Sendable {
    /// What the sender is doing, or what limits it.
    enum Kind: Hashable, Sendable {
        /// Nothing to send, and nothing unacknowledged.
        case idle
        /// Limited by the congestion window, the path, or the speed of the program.
        case sending
        /// Limited by the other end's window, which is full.
        case window
        /// Limited by the send buffer, which is full, while the program would write more.
        case buffer
    }

    private var kind = Kind.idle
    private var since = Instant()
    private var sending = Interval.zero
    private var window = Interval.zero
    private var buffer = Interval.zero

    init() {}

    mutating func note(_ next: Kind, now: Instant) {
        guard next != kind else { return }
        add(until: now)
        kind = next
        since = now
    }

    private mutating func add(until now: Instant) {
        let passed = now - since
        switch kind {
        case .idle: break
        case .sending: sending = sending + passed
        case .window: window = window + passed
        case .buffer: buffer = buffer + passed
        }
    }

    /// The whole busy time until `now`, and the parts of it that were limited by the window and by the buffer.
    public func read(now: Instant) -> (busy: Interval, windowLimited: Interval, bufferLimited: Interval) {
        var copy = self
        copy.add(until: now)
        return (copy.sending + copy.window + copy.buffer, copy.window, copy.buffer)
    }
}
