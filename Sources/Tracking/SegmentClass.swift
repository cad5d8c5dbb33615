import TCPState

/// What a segment is to its connection by its numbers, flags, window and length alone. Each segment is classified once,
/// by the cursors of the two directions (``ConnectionRecord``); labels and measures are derived from the class and
/// count nothing anew.
public struct SegmentClass: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Carries numbers beyond all that its end sent before.
    public static let advances = SegmentClass(rawValue: 1 << 0)
    /// Begins beyond the number that comes next: the numbers between have not been captured so far.
    public static let opensHole = SegmentClass(rawValue: 1 << 1)
    /// Carries numbers that were captured before, and none that are new.
    public static let repeats = SegmentClass(rawValue: 1 << 2)
    /// Carries numbers that were captured before, and new ones after them.
    public static let partlyOld = SegmentClass(rawValue: 1 << 3)
    /// Carries numbers that were missing until now.
    public static let fillsHole = SegmentClass(rawValue: 1 << 4)
    /// Fills a hole so soon that it cannot have been sent again: others overtook it on the way to the capture.
    public static let overtaken = SegmentClass(rawValue: 1 << 5)
    /// At most one octet, at the number before the next one, while everything is acknowledged and the window is open
    /// (RFC 9293 3.8.4).
    public static let keepAlive = SegmentClass(rawValue: 1 << 6)
    /// At most one octet, sent into a closed window (RFC 9293 3.8.6.1).
    public static let windowProbe = SegmentClass(rawValue: 1 << 7)
    /// An acknowledgment and nothing that takes a number.
    public static let pureACK = SegmentClass(rawValue: 1 << 8)
    /// A pure ACK of the number that was acknowledged last, with the same window, while octets are on their way (RFC
    /// 5681 2).
    public static let duplicateACK = SegmentClass(rawValue: 1 << 9)
    /// Offers no window; not set for FIN and RST, nor for segments that the receiver does not accept.
    public static let zeroWindow = SegmentClass(rawValue: 1 << 10)
    /// Its acknowledgment ends a round trip that is measured.
    public static let endsRoundTrip = SegmentClass(rawValue: 1 << 11)
    /// Acknowledges numbers that were not captured.
    public static let acknowledgesUnseen = SegmentClass(rawValue: 1 << 12)
    /// Carries numbers that cannot be of this stream, as far as is known when it comes: further ahead than any window
    /// reaches, before the ISN, or after the FIN. Its octets are not counted.
    public static let stray = SegmentClass(rawValue: 1 << 13)
    /// Bears out an earlier segment of its own end that was not believed.
    public static let bearsOut = SegmentClass(rawValue: 1 << 14)
    /// Bears out an earlier segment of the other end that was not believed.
    public static let bearsOutOther = SegmentClass(rawValue: 1 << 15)
    /// Acknowledges numbers that the other end cannot have sent, as far as is known: the receiver ignores it (RFC 9293
    /// 3.10.7.4).
    public static let invalidACK = SegmentClass(rawValue: 1 << 16)
}

extension SegmentClass {
    /// Every class, with the name that is printed for it.
    public static let named: [(classes: SegmentClass, name: String)] = [
        (.advances, "advances"), (.opensHole, "opens-hole"), (.repeats, "repeats"), (.partlyOld, "partly-old"),
        (.fillsHole, "fills-hole"), (.overtaken, "overtaken"), (.keepAlive, "keep-alive"),
        (.windowProbe, "window-probe"), (.pureACK, "pure-ack"), (.duplicateACK, "duplicate-ack"),
        (.zeroWindow, "zero-window"), (.endsRoundTrip, "ends-round-trip"), (.acknowledgesUnseen, "acks-unseen"),
        (.stray, "stray"), (.bearsOut, "bears-out"), (.bearsOutOther, "bears-out-other"),
        (.invalidACK, "invalid-ack"),
    ]

    /// The names of the classes in this set.
    public var names: [String] { Self.named.filter { contains($0.classes) }.map(\.name) }
}

// How a connection's counters follow from the classes.
extension SegmentClass {
    /// Whether its numbers were sent before, so that it counts as retransmitted. A segment that fills a hole was also
    /// sent before, and lost before it could be captured, unless it was only overtaken.
    public var isSentAgain: Bool {
        !isDisjoint(with: [.repeats, .partlyOld]) || intersection([.fillsHole, .overtaken]) == .fillsHole
    }

    /// A segment with none of these classes changes no counter but the number of segments.
    static let counted: SegmentClass = [.repeats, .partlyOld, .fillsHole, .duplicateACK, .zeroWindow]

    /// Whether it came out of order: overtaken on its way, and not sent again.
    public var isOutOfOrder: Bool { contains(.overtaken) && isDisjoint(with: [.repeats, .partlyOld]) }
}

/// A segment's class, with the numbers that belong to it.
public struct SegmentReading: Sendable, Equatable, BitwiseCopyable {
    /// The segment's classes.
    public package(set) var classes: SegmentClass = []
    /// If the segment was sent again, how many of its payload octets had been sent before.
    public internal(set) var octetsSentAgain: UInt32 = 0
    /// Octets of the other end that this acknowledges though they were not captured.
    package internal(set) var missing: UInt32 = 0
    /// Octets in it that were acknowledged before they were captured.
    package internal(set) var found: UInt32 = 0
    /// The number of holes in the other end's direction that this acknowledges.
    package internal(set) var missingHoles: UInt32 = 0
    /// With ``SegmentClass/endsRoundTrip``: the round trip, in units of ``ConnectionRecord/tick``.
    package internal(set) var roundTrip: UInt32 = 0
    /// With ``SegmentClass/bearsOut`` or ``SegmentClass/bearsOutOther``: the first number of the segment that is
    /// believed now.
    package internal(set) var borneOut = SequenceNumber(0)

    init() {}
}
