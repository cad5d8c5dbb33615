/// How long a sender was busy, and what held it up (what Linux counts as busy_time, rwnd_limited and sndbuf_limited).
public struct BusyTimes: Hashable, Sendable {
    /// What the sender is about.
    enum Kind: Hashable, Sendable {
        /// Nothing to send, and nothing under way.
        case idle
        /// The congestion window, the path, or the program's own pace.
        case sending
        /// The other end's window is full.
        case window
        /// The program would write more than the buffer takes.
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

    /// The whole time until then, and its parts.
    public func read(now: Instant) -> (busy: Interval, windowLimited: Interval, bufferLimited: Interval) {
        var copy = self
        copy.add(until: now)
        return (copy.sending + copy.window + copy.buffer, copy.window, copy.buffer)
    }
}
