/// The retransmission timeout, computed from measured round-trip times (RFC 6298).
public struct RoundTripEstimator: Hashable, Sendable {
    /// SRTT; `nil` before the first measurement.
    public private(set) var smoothed: Interval?
    /// RTTVAR.
    public private(set) var variation = Interval.zero
    /// The smallest round-trip time measured so far.
    public private(set) var minimum: Interval?
    /// The round-trip time measured last.
    public private(set) var latest: Interval?
    /// RTO before backoff.
    public private(set) var base: Interval
    /// How many times the RTO is currently doubled.
    public private(set) var backoff = 0
    private let least: Interval
    private let most: Interval

    init(initial: Interval, least: Interval, most: Interval) {
        base = initial
        self.least = least
        self.most = most
    }

    /// RTO: doubled for each timeout since the last new acknowledgment (RFC 6298 5.5).
    public var timeout: Interval {
        var timeout = base
        for _ in 0..<min(backoff, 40) where timeout < most { timeout = timeout * 2 }
        return min(timeout, most)
    }

    /// Adds a measurement. It must be from a segment that was sent only once (Karn's algorithm, MUST-18), or be proved
    /// by a timestamp.
    mutating func measure(_ sample: Interval) {
        let sample = max(sample, .microseconds(1))
        latest = sample
        minimum = minimum.map { min($0, sample) } ?? sample
        if let smoothed {
            // RFC 6298 2.3, in this order: the variation uses the old mean.
            let error = Interval(nanoseconds: abs(smoothed.nanoseconds - sample.nanoseconds))
            variation = (variation * 3 + error) / 4
            self.smoothed = (smoothed * 7 + sample) / 8
        } else {
            smoothed = sample
            variation = sample / 2
        }
        // As in Linux, the least RTO is a lower bound for the variation and not for the sum: so on a steady path whose
        // round trip is longer than that, one late packet does not cause a timeout at once.
        base = min((smoothed ?? sample) + max(least, variation * 4), most)
        backoff = 0
    }

    /// Doubles the RTO after a timeout (RFC 6298 5.5).
    mutating func backOff() { backoff += 1 }

    /// Ends the doubling after a new acknowledgment.
    mutating func endBackoff() { backoff = 0 }

    /// Raises the RTO because the SYN timed out, so that nothing is known of the path (RFC 6298 5.7).
    mutating func distrust() { base = max(base, .seconds(3)) }
}
