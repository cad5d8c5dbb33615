import TCPState

/// What a segment is to its connection by its numbers, flags, window and length alone. Each segment is classified once, by
/// the cursors of the two directions (``ConnectionRecord``); whoever says more of it, a label or a measure, starts from this
/// and counts nothing anew.
public struct SegmentClass: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Carries numbers beyond all that its end sent before.
    public static let advances = SegmentClass(rawValue: 1 << 0)
    /// Begins beyond the number that comes next: what lies between was not captured before it.
    public static let opensHole = SegmentClass(rawValue: 1 << 1)
    /// Carries numbers that were captured before, and none that are new.
    public static let repeats = SegmentClass(rawValue: 1 << 2)
    /// Carries numbers that were captured before, and new ones behind them.
    public static let partlyOld = SegmentClass(rawValue: 1 << 3)
    /// Carries numbers that had been left out.
    public static let fillsHole = SegmentClass(rawValue: 1 << 4)
    /// Fills a hole so soon that it cannot have been sent again: others overtook it on the way to the capture.
    public static let overtaken = SegmentClass(rawValue: 1 << 5)
    /// One octet or none at the number before the next one, everything acknowledged, the window open (RFC 9293 3.8.4).
    public static let keepAlive = SegmentClass(rawValue: 1 << 6)
    /// One octet or none into a closed window (RFC 9293 3.8.6.1).
    public static let windowProbe = SegmentClass(rawValue: 1 << 7)
    /// An acknowledgment and nothing that takes a number.
    public static let pureACK = SegmentClass(rawValue: 1 << 8)
    /// A pure ACK of the number that was acknowledged last, with the same window, while octets are on their way (RFC 5681 2).
    public static let duplicateACK = SegmentClass(rawValue: 1 << 9)
    /// Offers no window; not said of FIN and RST, nor of what its receiver does not take.
    public static let zeroWindow = SegmentClass(rawValue: 1 << 10)
    /// Its acknowledgment ends a round trip that is measured.
    public static let endsRoundTrip = SegmentClass(rawValue: 1 << 11)
    /// Acknowledges numbers that were not captured.
    public static let acknowledgesUnseen = SegmentClass(rawValue: 1 << 12)
    /// Carries numbers that cannot be of this stream, as far as is known when it comes: further ahead than any window
    /// reaches, before the ISN, behind the FIN. It counts no octets.
    public static let stray = SegmentClass(rawValue: 1 << 13)
    /// Bears out what its own end sent before and was not believed.
    public static let bearsOut = SegmentClass(rawValue: 1 << 14)
    /// Bears out what the other end sent before and was not believed.
    public static let bearsOutOther = SegmentClass(rawValue: 1 << 15)
    /// Acknowledges numbers that the other end cannot have sent, as far as is known: nobody takes it (RFC 9293 3.10.7.4).
    public static let invalidACK = SegmentClass(rawValue: 1 << 16)
}

extension SegmentClass {
    /// Every class, and its name where names are asked for.
    public static let named: [(classes: SegmentClass, name: String)] = [
        (.advances, "advances"), (.opensHole, "opens-hole"), (.repeats, "repeats"), (.partlyOld, "partly-old"),
        (.fillsHole, "fills-hole"), (.overtaken, "overtaken"), (.keepAlive, "keep-alive"),
        (.windowProbe, "window-probe"), (.pureACK, "pure-ack"), (.duplicateACK, "duplicate-ack"),
        (.zeroWindow, "zero-window"), (.endsRoundTrip, "ends-round-trip"), (.acknowledgesUnseen, "acks-unseen"),
        (.stray, "stray"), (.bearsOut, "bears-out"), (.bearsOutOther, "bears-out-other"),
        (.invalidACK, "invalid-ack"),
    ]

    /// The names of those it has.
    public var names: [String] { Self.named.filter { contains($0.classes) }.map(\.name) }
}

// The table by which classes are counted.
extension SegmentClass {
    /// Its numbers were sent before: what the lists call retransmitted. What fills a hole was sent before as well, and lost
    /// before it could be captured, unless it was only overtaken.
    public var isSentAgain: Bool {
        !isDisjoint(with: [.repeats, .partlyOld]) || intersection([.fillsHole, .overtaken]) == .fillsHole
    }

    /// Without any of these, nothing of a segment is counted but that it came.
    static let counted: SegmentClass = [.repeats, .partlyOld, .fillsHole, .duplicateACK, .zeroWindow]

    /// It came out of order: overtaken on its way, and not sent again.
    public var isOutOfOrder: Bool { contains(.overtaken) && isDisjoint(with: [.repeats, .partlyOld]) }
}

/// A segment's class, with the numbers that belong to it.
public struct SegmentReading: Sendable, Equatable, BitwiseCopyable {
    public package(set) var classes: SegmentClass = []
    /// Of a segment that was sent again, the payload octets that were.
    public internal(set) var octetsSentAgain: UInt32 = 0
    /// Octets of the other end that this acknowledges though they were not captured.
    package internal(set) var missing: UInt32 = 0
    /// Octets in it that were acknowledged before they were captured.
    package internal(set) var found: UInt32 = 0
    /// Holes of the other end that this acknowledges.
    package internal(set) var missingHoles: UInt32 = 0
    /// With ``SegmentClass/endsRoundTrip``: in units of ``ConnectionRecord/tick``.
    package internal(set) var roundTrip: UInt32 = 0
    /// With ``SegmentClass/bearsOut`` or ``SegmentClass/bearsOutOther``: the first number of the segment that is believed now.
    package internal(set) var borneOut = SequenceNumber(0)

    init() {}
}
