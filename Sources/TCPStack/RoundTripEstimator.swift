/// RFC 6298: the retransmission time-out from measured round trips.
public struct RoundTripEstimator: Hashable, Sendable {
    /// SRTT; `nil` before the first measurement.
    public private(set) var smoothed: Interval?
    /// RTTVAR.
    public private(set) var variation = Interval.zero
    /// The least ever measured.
    public private(set) var minimum: Interval?
    /// The last measured.
    public private(set) var latest: Interval?
    /// RTO before backoff.
    public private(set) var base: Interval
    /// How often the RTO is doubled at the moment.
    public private(set) var backoff = 0
    private let least: Interval
    private let most: Interval

    init(initial: Interval, least: Interval, most: Interval) {
        base = initial
        self.least = least
        self.most = most
    }

    /// RTO: doubled for each time-out since the last new acknowledgment (RFC 6298 5.5).
    public var timeout: Interval {
        var timeout = base
        for _ in 0..<min(backoff, 40) where timeout < most { timeout = timeout * 2 }
        return min(timeout, most)
    }

    /// A round trip of a segment sent once (Karn's algorithm, MUST-18) or proved by a timestamp.
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
        // As in Linux the least bounds the variation, not the sum: a steady path longer than the least does not time out at
        // once when one packet is late.
        base = min((smoothed ?? sample) + max(least, variation * 4), most)
        backoff = 0
    }

    /// A time-out (RFC 6298 5.5).
    mutating func backOff() { backoff += 1 }

    /// Something new was acknowledged.
    mutating func endBackoff() { backoff = 0 }

    /// RFC 6298 5.7: the SYN timed out, so nothing is known of the path.
    mutating func distrust() { base = max(base, .seconds(3)) }
}
