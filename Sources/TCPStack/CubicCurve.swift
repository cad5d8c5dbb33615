/// CUBIC's curve (RFC 9438 4), in segments and seconds.
struct CubicCurve: Hashable, Sendable {
    private static let c = 0.4
    private static let beta = 0.7

    private var maximum = 0.0
    /// cwnd_prior: the window before the last reduction.
    private var prior = 0.0
    private var epoch: Instant?
    private var plateauTime = 0.0
    private var estimate = 0.0
    private var fraction = 0.0

    /// The window after an ACK in congestion avoidance (RFC 9438 4.2 to 4.5), in octets.
    mutating func grown(
        _ size: UInt32, acknowledged octets: UInt32, segmentSize: UInt32, now: Instant, roundTrip: Interval
    ) -> UInt32 {
        let window = Double(size) / Double(segmentSize)
        let acknowledged = Double(octets) / Double(segmentSize)
        if epoch == nil {
            epoch = now
            estimate = window
            if maximum <= window {
                maximum = window
                plateauTime = 0
            } else {
                plateauTime = Self.cubeRoot((maximum - window) / Self.c)
            }
        }
        let elapsed = Double((now - (epoch ?? now) + roundTrip).nanoseconds) / 1e9
        let offset = elapsed - plateauTime
        let curve = Self.c * offset * offset * offset + maximum
        // The window that Reno would have, corrected for CUBIC's smaller reduction (RFC 9438 4.3).
        let alpha = estimate >= prior ? 1 : 3 * (1 - Self.beta) / (1 + Self.beta)
        estimate += alpha * acknowledged / window
        var next = window
        if curve < estimate {
            next = max(window, estimate)
        } else {
            let target = min(max(curve, window), 1.5 * window)
            next += (target - window) / window * acknowledged
        }
        fraction += (next - window) * Double(segmentSize)
        // Converted to an integer, since rounding would need the C library's `floor`.
        let whole = Int64(min(max(fraction, 0), 1e9))
        fraction -= Double(whole)
        return size.addingClamped(UInt32(whole))
    }

    /// The threshold after a loss (RFC 9438 4.6), with fast convergence (4.7), in octets.
    mutating func reduced(_ size: UInt32, segmentSize: UInt32) -> UInt32 {
        let window = Double(size) / Double(segmentSize)
        maximum = window < maximum ? window * (1 + Self.beta) / 2 : window
        prior = window
        epoch = nil
        return UInt32(Double(size) * Self.beta)
    }

    /// By Newton's method: the C library's `cbrt` may differ between systems, and the same seed must give the same
    /// packets.
    private static func cubeRoot(_ value: Double) -> Double {
        guard value > 0 else { return 0 }
        var root = max(1, value / 3)
        for _ in 0..<64 {
            let next = (2 * root + value / (root * root)) / 3
            if abs(next - root) < 1e-9 * root { return next }
            root = next
        }
        return root
    }
}
