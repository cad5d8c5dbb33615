import TCPState

/// What one end of a connection sent, and the state it is in: flat, 68 octets.
public struct HalfConnection: Sendable, BitwiseCopyable {
    /// What has been seen of this end.
    public struct Marks: OptionSet, Sendable, BitwiseCopyable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// A SYN without ACK.
        public static let syn = Marks(rawValue: 1 << 0)
        /// A SYN with ACK.
        public static let synAck = Marks(rawValue: 1 << 1)
        /// A FIN that was believed.
        public static let fin = Marks(rawValue: 1 << 2)
        /// An RST, whether or not it was acceptable.
        public static let reset = Marks(rawValue: 1 << 3)
        /// ``HalfConnection/initialSequence`` is the ISN, from the SYN itself or from the ACK that covers it.
        public static let initialKnown = Marks(rawValue: 1 << 4)
        /// ``HalfConnection/initialSequence`` is a guess, from the first segment of a capture that starts in the
        /// middle.
        public static let initialGuessed = Marks(rawValue: 1 << 5)
        /// The other end acknowledged this end's SYN.
        public static let synAcknowledged = Marks(rawValue: 1 << 6)
        /// The other end acknowledged this end's FIN.
        public static let finAcknowledged = Marks(rawValue: 1 << 7)
        /// ``HalfConnection/highestAcknowledgment`` holds a number.
        public static let acknowledged = Marks(rawValue: 1 << 8)
        /// ``HalfConnection/next`` holds a number.
        public static let numbered = Marks(rawValue: 1 << 9)
        /// Sent an RST that the other end's numbers make acceptable.
        public static let resetAcceptable = Marks(rawValue: 1 << 10)
        /// A round trip is being measured, until ``HalfConnection/timedEnd`` is acknowledged.
        static let timing = Marks(rawValue: 1 << 11)
        /// ``HalfConnection/next`` has gone beyond ``HalfConnection/initialSequence``; from then on its wraps are
        /// counted.
        static let beyondInitial = Marks(rawValue: 1 << 12)
        /// There are holes: ``HalfConnection/holes`` is not 0.
        static let gapped = Marks(rawValue: 1 << 13)
        /// ``HalfConnection/window`` is from a SYN, where no window is scaled (RFC 7323 2.2).
        static let unscaled = Marks(rawValue: 1 << 14)
        /// The SYN was captured, but cut off before the option that would tell ``HalfConnection/windowScale``.
        static let scaleCutOff = Marks(rawValue: 1 << 15)
    }

    /// The ISN, or a guess at it; ``marks`` tells which.
    public internal(set) var initialSequence = SequenceNumber(0)
    /// The number after the highest one that was sent; after a FIN, the number after the FIN's.
    public internal(set) var next = SequenceNumber(0)
    /// The first of its linked holes in the ``HoleStore``, as index + 1; 0 for none.
    var holes: UInt32 = 0
    /// The highest number this end acknowledged.
    public internal(set) var highestAcknowledgment = SequenceNumber(0)
    /// Segments that it sent.
    public internal(set) var segments: UInt32 = 0
    /// Segments whose numbers were sent before: ``SegmentClass/isSentAgain``.
    public internal(set) var retransmittedSegments: UInt32 = 0
    /// Segments that others overtook: ``SegmentClass/isOutOfOrder``.
    public internal(set) var outOfOrderSegments: UInt32 = 0
    /// Segments of the class ``SegmentClass/duplicateACK``.
    public internal(set) var duplicateAcknowledgments: UInt32 = 0
    /// Payload octets that were sent again; stays at its largest value.
    public internal(set) var retransmittedBytes: UInt32 = 0
    /// The number whose acknowledgment ends the round trip that is being measured, and when it was sent, in ticks.
    var timedEnd = SequenceNumber(0)
    var timedAt: UInt32 = 0
    var shortestRoundTrip = UInt32.max
    /// How long the window was closed, in units of ``ConnectionRecord/tick``: the lower 32 bits, and the bits above them. The
    /// highest bit tells whether the window is closed now.
    private var closedTicks: UInt32 = 0
    private var closedTicksAbove: UInt32 = 0
    /// What the capture shows about this end.
    public internal(set) var marks: Marks = []
    /// The window field, not scaled, of the last segment that updated the receiver's view of it: not a
    /// ``SegmentClass/stray`` one, nor one that acknowledges less than was acknowledged before it (RFC 9293 3.10.7.4).
    public internal(set) var window: UInt16 = 0
    /// Segments of the class ``SegmentClass/zeroWindow``; stays at 65,535.
    public internal(set) var zeroWindows: UInt16 = 0
    /// How often this end closed its window, whatever it sent while it was closed; stays at its largest value.
    public private(set) var windowClosures: UInt16 = 0
    /// How many segments carried other octets than were sent with the same numbers before. Counted where the connection is
    /// judged, by hashes of the payloads, so that payloads that differ only behind their first octets may be missed. Stays
    /// at its largest value.
    public internal(set) var otherTexts: UInt16 = 0
    /// How often ``next`` has wrapped around past the ISN; stays at 255.
    private var circles: UInt8 = 0
    /// The state in the lower four bits, the window's shift count in the upper four; 15 stands for `nil`.
    private var stateAndScale: UInt8 = 0xff

    /// Creates an end that has sent nothing and whose state is not known.
    package init() {}
}

extension HalfConnection {
    /// The state as the packets show it so far; `nil` where they do not.
    public internal(set) var state: State? {
        @inline(__always) get { State(rawValue: stateAndScale & 0x0f) }
        @inline(__always) set { stateAndScale = stateAndScale & 0xf0 | (newValue?.rawValue ?? 0x0f) }
    }

    @inline(__always)
    var isEstablished: Bool { stateAndScale & 0x0f == State.established.rawValue }

    /// The window's shift count as offered in the SYN (14 where it said more: RFC 7323 2.3); `nil` where none was seen.
    public internal(set) var windowScale: UInt8? {
        get { stateAndScale >> 4 == 0x0f ? nil : stateAndScale >> 4 }
        set { stateAndScale = stateAndScale & 0x0f | (newValue.map { min($0, 14) } ?? 0x0f) << 4 }
    }

    /// The number from which this end's sequence numbers are counted: the ISN, or a guess at it; `nil` if neither is known.
    public var zero: UInt32? {
        marks.isDisjoint(with: [.initialKnown, .initialGuessed]) ? nil : initialSequence.rawValue
    }

    /// The FIN's own sequence number. It has a meaning only where ``marks`` contains a FIN.
    public var finSequence: SequenceNumber { next - 1 }

    /// Payload octets in sequence space: each counted once, holes in the capture included. Beyond 1 TB the number is
    /// too low.
    public var streamBytes: UInt64 {
        let control: UInt64 = marks.contains(.fin) ? 2 : 1
        return extent > control ? extent - control : 0
    }

    /// The shortest time from a segment to the acknowledgment that covered it, in nanoseconds, as seen where the
    /// capture was taken; repeated segments are not measured (RFC 6298 3). `nil` where none was.
    public var minimumRoundTrip: Int64? {
        shortestRoundTrip == .max ? nil : Int64(shortestRoundTrip) * ConnectionRecord.tick
    }

    private static let closedMark: UInt32 = 1 << 31

    /// Whether the window is closed.
    @inline(__always)
    var isClosed: Bool { closedTicksAbove & Self.closedMark != 0 }

    /// For how many nanoseconds the window was closed, up to the connection's last segment; 228 years if it was longer.
    public var closedTime: Int64 {
        (Int64(closedTicksAbove & ~Self.closedMark) << 32 | Int64(closedTicks)) * ConnectionRecord.tick
    }

    /// Adds nanoseconds to ``closedTime``.
    mutating func addClosed(_ nanoseconds: Int64) {
        let longest: Int64 = 1 << 56
        let sum = min(longest, (closedTime / ConnectionRecord.tick) &+ max(0, nanoseconds) / ConnectionRecord.tick)
        closedTicks = UInt32(truncatingIfNeeded: sum)
        closedTicksAbove = UInt32(truncatingIfNeeded: sum >> 32) | closedTicksAbove & Self.closedMark
    }

    /// Notes the window that an accepted segment offers.
    ///
    /// - Parameter closes: whether the segment has ``SegmentClass/zeroWindow``.
    mutating func noteWindow(_ window: UInt16, closes: Bool) {
        self.window = window
        if closes, !isClosed, windowClosures < .max { windowClosures &+= 1 }
        if closes { closedTicksAbove |= Self.closedMark } else if window > 0 { closedTicksAbove &= ~Self.closedMark }
    }

    /// Whether some segments were sent again or out of order, or look so.
    var isDoubtful: Bool { retransmittedSegments | outOfOrderSegments | duplicateAcknowledgments > 0 }

    /// Sets ``next`` to the first number, and counts its wraps from there.
    mutating func begin(at number: SequenceNumber) {
        next = number
        marks.insert(.numbered)
        countCirclesAnew()
    }

    /// Counts the wraps of ``next`` from 0 again, because the ISN turned out to be another than was thought.
    mutating func countCirclesAnew() {
        circles = 0
        if marks.contains(.numbered), next.isAfter(initialSequence) {
            marks.insert(.beyondInitial)
        } else {
            marks.remove(.beyondInitial)
        }
    }

    @inline(__always)
    mutating func advance(to end: SequenceNumber) {
        if marks.contains(.beyondInitial) {
            let hasWrapped = end.relative(to: initialSequence) < next.relative(to: initialSequence)
            if hasWrapped, circles < .max { circles &+= 1 }
        } else if end.isAfter(initialSequence) {
            marks.insert(.beyondInitial)
        }
        next = end
    }

    /// Moves ``next`` back to where the stream turned out to end.
    mutating func retreat(to end: SequenceNumber) {
        let wrapsBack = end.relative(to: initialSequence) > next.relative(to: initialSequence)
        if marks.contains(.beyondInitial), wrapsBack {
            if circles > 0 { circles &-= 1 } else { marks.remove(.beyondInitial) }
        }
        next = end
    }

    /// How many sequence numbers the stream takes up from the ISN on, wraps included; 0 before the first.
    var extent: UInt64 {
        guard marks.isSuperset(of: [.numbered, .beyondInitial]) else { return 0 }
        return UInt64(circles) << 32 | UInt64(next.relative(to: initialSequence))
    }
}

extension UInt32 {
    /// Adds a number; if the sum overflows, it becomes the largest value.
    @inline(__always)
    mutating func addStaying(_ other: UInt32) {
        let (sum, isOver) = addingReportingOverflow(other)
        self = isOver ? .max : sum
    }
}
