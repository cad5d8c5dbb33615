import TCPState

/// The congestion window, in octets (RFC 5681; grown and shrunk by Reno's or CUBIC's rule).
public struct CongestionWindow: Hashable, Sendable {
    /// Which rule.
    public let control: ConnectionOptions.CongestionControl
    /// cwnd.
    public internal(set) var size: UInt32
    /// ssthresh: arbitrarily high at the beginning (RFC 5681 3.1).
    public internal(set) var threshold = UInt32.max
    /// SMSS, of which everything else is a multiple.
    private(set) var segmentSize: UInt32
    private let initialSegments: UInt32
    /// Whether the window was what held the sender back in the round trip that ``usageEnd`` ends.
    private(set) var isFilled = false
    /// The largest flight of that round trip.
    private(set) var largestFlight: UInt32 = 0
    /// SND.NXT when it was seen.
    private var usageEnd: SequenceNumber?
    private var acknowledged: UInt32 = 0
    private var cubic = CubicCurve()

    init(control: ConnectionOptions.CongestionControl, segmentSize: UInt32, initialSegments: Int) {
        self.control = control
        self.segmentSize = max(segmentSize, 1)
        self.initialSegments = UInt32(clamping: max(1, min(initialSegments, 1000)))
        size = self.segmentSize &* self.initialSegments
    }

    /// IW (RFC 6928).
    var initialSize: UInt32 { segmentSize &* initialSegments }

    /// Whether the window doubles each round trip.
    public var isSlowStart: Bool { size < threshold }

    /// The handshake, or the path, has settled another segment size. A window in the making stays that many segments.
    mutating func setSegmentSize(_ newSize: UInt32) {
        let segments = max(1, size / segmentSize)
        segmentSize = max(1, newSize)
        size = segments &* segmentSize
    }

    /// What was under way after sending, and whether more would have gone out with a larger window: the largest of a round
    /// trip counts.
    mutating func noteUsage(flight: UInt32, isFilled now: Bool, una: SequenceNumber, nxt: SequenceNumber) {
        if let end = usageEnd, una.isBefore(end), !now, isFilled || flight <= largestFlight { return }
        isFilled = now
        largestFlight = flight
        usageEnd = nxt
    }

    /// RFC 5681 3.1: the SYN was lost, so begin with one segment.
    mutating func beginSmall() { size = segmentSize }

    /// RFC 5681 4.1: after a silence longer than the RTO nothing is known of the path.
    mutating func restart() {
        size = min(size, initialSize)
        cubic = CubicCurve()
    }

    /// Octets were acknowledged, and the window was what held the sender back.
    ///
    /// - Parameter limit: L of appropriate byte counting: how many segments an ACK may add in slow start, two, but after a
    ///   time-out one (RFC 3465 2.3).
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

    /// ssthresh after a loss: half the flight, or CUBIC's 0.7 of it; never below two segments (RFC 5681 equation 4).
    mutating func reduceThreshold(flight: UInt32) {
        switch control {
        case .reno: threshold = max(flight / 2, 2 &* segmentSize)
        case .cubic: threshold = max(cubic.reduced(min(size, flight), segmentSize: segmentSize), 2 &* segmentSize)
        }
        acknowledged = 0
    }

    /// The window becomes what the threshold says at once.
    mutating func enterRecovery() { size = threshold }

    /// So many segments.
    mutating func resize(toSegments count: UInt32) { size = count &* segmentSize }

    /// RFC 5681 3.1: after a time-out, the loss window.
    mutating func collapse() { size = segmentSize }

    /// The reduction turned out to be unfounded.
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
