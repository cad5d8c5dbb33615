import TCPState
import TCPWire

/// One TCP segment as a value: the form in which control blocks receive and send segments.
public struct Segment: Hashable, Sendable {
    /// The endpoint of the sender.
    public var source: Endpoint
    /// The endpoint of the receiver.
    public var destination: Endpoint
    /// SEG.SEQ.
    public var sequence = SequenceNumber(0)
    /// SEG.ACK; valid only with ACK.
    public var acknowledgment = SequenceNumber(0)
    /// The control bits.
    public var flags: TCPFlags = []
    /// The window field as sent, not scaled.
    public var window: UInt16 = 0
    /// The urgent pointer; valid only with URG.
    public var urgentPointer: UInt16 = 0
    /// The options that this stack supports.
    public var options = SegmentOptions()
    /// The text, as a slice of the packet in which it arrived or of the queue from which it is sent, so that it is not
    /// copied.
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

    /// SEG.LEN (RFC 9293 3.4): the length of the text, plus one each for SYN and FIN.
    public var length: UInt32 {
        UInt32(truncatingIfNeeded: text.count) &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
    }

    /// The first sequence number after the segment.
    public var end: SequenceNumber { sequence + length }

    /// The sequence number of the first octet of text, which comes after that of a SYN.
    var textStart: SequenceNumber { flags.contains(.syn) ? sequence + 1 : sequence }

    /// The sequence number after the text, which is that of the FIN if there is one.
    var textEnd: SequenceNumber { textStart + UInt32(truncatingIfNeeded: text.count) }

    /// A copy with a text of its own, for segments that are kept: a slice would keep the whole queue in memory.
    var detached: Segment {
        var copy = self
        copy.payload = payload
        return copy
    }
}

/// The options of a segment that this stack supports; all others are skipped (RFC 9293 3.1, MUST-6).
public struct SegmentOptions: Hashable, Sendable {
    /// MSS, in octets; only in a SYN (RFC 9293 3.7.1).
    public var maximumSegmentSize: UInt16?
    /// Window scale; only in a SYN (RFC 7323 2.2).
    public var windowScale: UInt8?
    /// SACK-Permitted; only in a SYN (RFC 2018 2).
    public var sackPermitted = false
    /// Timestamps (RFC 7323 3.2).
    public var timestamps: TCPTimestamps?
    /// Either SACK blocks, which no SYN has, or Fast Open, which only a SYN has. They share their memory, since
    /// segments are copied often.
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
