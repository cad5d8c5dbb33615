import TCPState
import TCPWire

/// One TCP segment as a value: what a control block is given and what it gives.
public struct Segment: Hashable, Sendable {
    /// Who sends it.
    public var source: Endpoint
    /// Whom it is sent to.
    public var destination: Endpoint
    /// SEG.SEQ.
    public var sequence = SequenceNumber(0)
    /// SEG.ACK; means something only with ACK.
    public var acknowledgment = SequenceNumber(0)
    /// The control bits.
    public var flags: TCPFlags = []
    /// The window field as sent, not scaled.
    public var window: UInt16 = 0
    /// The urgent pointer; means something only with URG.
    public var urgentPointer: UInt16 = 0
    /// The options that this stack knows.
    public var options = SegmentOptions()
    /// The text: a view into the packet it came in, or the queue it goes out from, which costs no copy.
    var text: ArraySlice<UInt8> = []
    /// DSCP and ECN of the packet that carries it.
    public var trafficClass: UInt8 = 0
    /// Time to live, or hop limit.
    public var hopLimit: UInt8 = 64

    /// The text.
    public var payload: [UInt8] {
        get { Array(text) }
        set { text = newValue[...] }
    }

    /// A segment without flags, options and text.
    public init(from source: Endpoint, to destination: Endpoint) {
        self.source = source
        self.destination = destination
    }

    /// SEG.LEN (RFC 9293 3.4): the text, and one each for SYN and FIN.
    public var length: UInt32 {
        UInt32(truncatingIfNeeded: text.count) &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
    }

    /// The first sequence number behind the segment.
    public var end: SequenceNumber { sequence + length }

    /// The number of the first octet of text: a SYN's own number stands before it.
    var textStart: SequenceNumber { flags.contains(.syn) ? sequence + 1 : sequence }

    /// The number behind the text, which is a FIN's if there is one.
    var textEnd: SequenceNumber { textStart + UInt32(truncatingIfNeeded: text.count) }

    /// The same with a copy of the text, to be kept: a view would keep all of the queue it looks into.
    var detached: Segment {
        var copy = self
        copy.payload = payload
        return copy
    }
}

/// The options of a segment that mean something to this stack; every other one is skipped (RFC 9293 3.1, MUST-6).
public struct SegmentOptions: Hashable, Sendable {
    /// MSS, in octets; only in a SYN (RFC 9293 3.7.1).
    public var maximumSegmentSize: UInt16?
    /// Window scale; only in a SYN (RFC 7323 2.2).
    public var windowScale: UInt8?
    /// SACK-Permitted; only in a SYN (RFC 2018 2).
    public var sackPermitted = false
    /// Timestamps (RFC 7323 3.2).
    public var timestamps: TCPTimestamps?
    /// What is either in a SYN or never: in one place, for a segment is copied often.
    private var rest = Rest.nothing

    private enum Rest: Hashable, Sendable {
        case nothing
        case sack(SACKBlocks)
        case fastOpen(FastOpenOption)
    }

    /// SACK blocks (RFC 2018 3).
    public var sack: SACKBlocks {
        get { if case .sack(let blocks) = rest { blocks } else { SACKBlocks() } }
        set { rest = newValue.isEmpty ? .nothing : .sack(newValue) }
    }

    /// Fast Open; only in a SYN (RFC 7413 4.1.1).
    public var fastOpen: FastOpenOption? {
        get { if case .fastOpen(let option) = rest { option } else { nil } }
        set { rest = newValue.map { .fastOpen($0) } ?? .nothing }
    }

    /// No options.
    public init() {}
}
