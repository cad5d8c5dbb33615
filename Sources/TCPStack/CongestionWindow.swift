import TCPState

/// The congestion window, in octets (RFC 5681); it grows and shrinks by Reno's or by CUBIC's rule.
public struct CongestionWindow: Hashable, Sendable {
    /// The rule by which the window changes.
    public let control: ConnectionOptions.CongestionControl
    /// cwnd.
    public internal(set) var size: UInt32
    /// ssthresh; arbitrarily high at the beginning (RFC 5681 3.1).
    public internal(set) var threshold = UInt32.max
    /// SMSS, the sender's maximum segment size; changes of the window are multiples of it.
    private(set) var segmentSize: UInt32
    private let initialSegments: UInt32
    /// Whether the window limited the sender in the round trip that ends at ``usageEnd``.
    private(set) var isFilled = false
    /// The largest flight in that round trip, in octets.
    private(set) var largestFlight: UInt32 = 0
    /// The value of SND.NXT when that flight was measured.
    private var usageEnd: SequenceNumber?
    private var acknowledged: UInt32 = 0
    private var cubic = CubicCurve()

    init(control: ConnectionOptions.CongestionControl, segmentSize: UInt32, initialSegments: Int) {
        self.control = control
        self.segmentSize = max(segmentSize, 1)
        self.initialSegments = UInt32(clamping: max(1, min(initialSegments, 1000)))
        size = self.segmentSize &* self.initialSegments
    }

    /// IW, the initial window (RFC 6928).
    var initialSize: UInt32 { segmentSize &* initialSegments }

    /// Whether this is slow start, in which the window doubles each round trip.
    public var isSlowStart: Bool { size < threshold }

    /// Sets the segment size that the handshake, or the path, has determined. The window keeps its size in segments.
    mutating func setSegmentSize(_ newSize: UInt32) {
        let segments = max(1, size / segmentSize)
        segmentSize = max(1, newSize)
        size = segments &* segmentSize
    }

    /// Notes the flight after sending, and whether a larger window would have let more out. Only the largest flight of
    /// each round trip is kept.
    mutating func noteUsage(flight: UInt32, isFilled now: Bool, una: SequenceNumber, nxt: SequenceNumber) {
        if let end = usageEnd, una.isBefore(end), !now, isFilled || flight <= largestFlight { return }
        isFilled = now
        largestFlight = flight
        usageEnd = nxt
    }

    /// The SYN was lost, so the window begins with one segment (RFC 5681 3.1).
    mutating func beginSmall() { size = segmentSize }

    /// After a silence longer than the RTO nothing is known of the path, so the window is at most the initial one (RFC
    /// 5681 4.1).
    mutating func restart() {
        size = min(size, initialSize)
        cubic = CubicCurve()
    }

    /// Grows the window. Must be called when octets were acknowledged while the window limited the sender.
    ///
    /// - Parameter limit: L of appropriate byte counting (RFC 3465 2.3): how many segments an ACK may add in slow
    ///   start: two, or one after a timeout.
    mutating func grow(acknowledged octets: UInt32, limit: UInt32, now: Instant, roundTrip: Interval) {
        var octets = octets
        if isSlowStart {
            let step = min(octets, limit.multipliedClamped(by: segmentSize))
            let room = threshold - size
            if step <= room {
                size = size.addingClamped(step)
                return
            }
            size = threshold
            octets = step - room
        }
        switch control {
        case .reno:
            acknowledged = acknowledged.addingClamped(octets)
            if acknowledged >= size {
                acknowledged -= size
                size = size.addingClamped(segmentSize)
            }
        case .cubic:
            size = cubic.grown(size, acknowledged: octets, segmentSize: segmentSize, now: now, roundTrip: roundTrip)
        }
    }

    /// Sets ssthresh after a loss: to half of the flight, or for CUBIC to 0.7 of it; never below two segments (RFC 5681
    /// equation 4).
    mutating func reduceThreshold(flight: UInt32) {
        switch control {
        case .reno: threshold = max(flight / 2, 2 &* segmentSize)
        case .cubic: threshold = max(cubic.reduced(min(size, flight), segmentSize: segmentSize), 2 &* segmentSize)
        }
        acknowledged = 0
    }

    /// Sets the window to the threshold at once.
    mutating func enterRecovery() { size = threshold }

    /// Sets the window to this many segments.
    mutating func resize(toSegments count: UInt32) { size = count &* segmentSize }

    /// Sets the window to the loss window, after a timeout (RFC 5681 3.1).
    mutating func collapse() { size = segmentSize }

    /// Restores window and threshold, because the reduction turned out to be unfounded.
    mutating func undo(size: UInt32, threshold: UInt32) {
        self.size = max(self.size, size)
        self.threshold = threshold
    }
}

extension UInt32 {
    func multipliedClamped(by other: UInt32) -> UInt32 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }

    func addingClamped(_ other: UInt32) -> UInt32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
