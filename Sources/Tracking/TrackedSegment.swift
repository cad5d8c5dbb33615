import CaptureFile
import FlatMemory
import TCPState
import TCPWire

/// What the first pass looks at of a segment: flat, and small, since a copy of it is handed from one worker to another.
public struct TrackedSegment: Sendable, BitwiseCopyable {
    // In this order the fields fill 72 octets without a gap. A value with gaps is copied field by field, in stores of different
    // sizes, and a load that spans two stores has to wait until both are done.
    /// The tuple, with the tunnels and VLANs around it.
    package let key: FlowKey
    /// SEG.SEQ: the number of its first octet, or of its SYN.
    package let sequence: SequenceNumber
    /// The packet's time.
    package private(set) var time: Timestamp
    /// The packet's number in its source, from 1.
    package private(set) var number: Int
    /// SEG.ACK as sent, also where the ACK bit is off.
    package let acknowledgment: SequenceNumber
    /// Payload octets by the IP header, whether or not all were captured.
    package let payloadLength: UInt32
    /// The control bits as sent.
    package let flags: TCPFlags
    /// The window field as sent, not scaled.
    package let window: UInt16
    /// In the lowest bit which of the key's endpoints sent it: 0 low, 1 high, of a connection of a socket with itself always 0.
    /// Above it ``part``.
    fileprivate private(set) var senderSide: UInt8
    /// A SYN's shift count, and 1 more; 0 where it said none, or where this is no SYN; ``cutOff`` where it was not captured.
    let scaleCode: UInt8
    static let cutOff: UInt8 = 16
    /// The lower half of its timestamp (RFC 7323 3.2), made odd, where that stands first among the options, as nearly all senders
    /// put it (appendix A); 0 for none.
    let stamp: UInt16

    /// Transparent, so inlined before any other optimisation: by its size the inliner would leave it a call, whose arguments
    /// and result go through memory.
    ///
    /// - Parameter frame: the bytes that `header` was decoded from.
    @_transparent
    init(_ header: SegmentHeader, in frame: RawSpan, at time: Timestamp, number: Int) {
        let (key, side) = FlowKey.of(header)
        self.key = key
        senderSide = side
        self.time = time
        self.number = number
        sequence = SequenceNumber(header.sequence)
        acknowledgment = SequenceNumber(header.acknowledgment)
        payloadLength = header.payloadLength
        flags = header.flags
        window = header.window
        stamp = Self.stamp(headerLength: header.headerLength, in: frame, at: Int(header.tcpOffset) &+ 20)
        // Not by a method of the header: calling one would force the header into memory.
        scaleCode =
            header.flags.contains(.syn)
            ? Self.scaleCode(SYNOptions(in: frame, at: Int(header.tcpOffset), length: Int(header.headerLength))) : 0
    }

    private static func scaleCode(_ options: SYNOptions) -> UInt8 {
        guard options.isWindowScaleKnown else { return cutOff }
        return options.windowScale.map { min($0, 14) + 1 } ?? 0
    }

    /// The lower half of the timestamp behind NOP, NOP, made odd: one tick more or less tells nothing, and 0 is for none. Which
    /// segments have one follows no pattern, so it is read in any case; where there is no room for it, whatever stands last is
    /// read, and not taken.
    ///
    /// - Parameter start: where the options would start.
    @_transparent
    private static func stamp(headerLength: UInt8, in frame: RawSpan, at start: Int) -> UInt16 {
        let last = frame.byteCount &- 8
        guard last >= 0 else { return 0 }
        let word = frame.bigEndian64(at: min(start, last))
        let isStamp = (word >> 32 == 0x0101_080a).bit & (headerLength >= 32).bit & (start <= last).bit
        return UInt16(truncatingIfNeeded: BranchlessChoice(isStamp)(word | 1, else: 0))
    }

    /// The same as a call, for other rooms, which look at segments one at a time.
    package init(_ header: SegmentHeader, of packet: borrowing CapturedPacket, in frame: RawSpan) {
        self.init(header, in: frame, at: packet.time, number: packet.number)
    }

    /// One of a tuple that is known.
    package init(_ segment: TupleSegment, of key: FlowKey, at time: Timestamp) {
        self.key = key
        self.time = time
        number = segment.number
        sequence = segment.sequence
        acknowledgment = segment.acknowledgment
        payloadLength = segment.payloadLength
        flags = segment.flags
        window = segment.window
        senderSide = segment.senderSide
        scaleCode = segment.scaleCode
        stamp = segment.stamp
    }

    /// The same at another time: where the capture's clock was set back.
    package func at(_ time: Timestamp) -> TrackedSegment {
        var moved = self
        moved.time = time
        return moved
    }

    /// Numbers it on: so many packets came before those that its number counts from.
    package mutating func count(after before: Int) { number &+= before }

    /// The side that sent it: 0 the key's lower endpoint, 1 the higher.
    @inline(__always)
    package var side: Int { Int(senderSide & 1) }

    /// Which of its frame's packets it came in, from 0; another than 0 where the frame carries several
    /// (``PacketDecoder/mostParts``).
    @inline(__always)
    package var part: Int { Int(senderSide >> 1) }

    /// The same as another of its frame's packets.
    package func inPart(_ part: Int) -> TrackedSegment {
        var own = self
        own.senderSide = senderSide & 1 | UInt8(truncatingIfNeeded: part &<< 1)
        return own
    }

    /// RFC 9293 3.4: SEG.LEN.
    @inline(__always)
    package var sequenceLength: UInt32 {
        payloadLength &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
    }

    /// SYN or SYN-ACK. With RST it opens nothing (RFC 9293 3.10.7 looks at the RST first).
    @inline(__always)
    package var opens: Bool { flags.contains(.syn) && !flags.contains(.rst) }

    var sourcePort: UInt16 { side == 0 ? key.low.port : key.high.port }
    var destinationPort: UInt16 { side == 0 ? key.high.port : key.low.port }
}

/// The same without its tuple, for whoever holds many of one: half as large.
package struct TupleSegment: Sendable, BitwiseCopyable {
    /// The packet's time.
    package let time: Timestamp
    /// The packet's number in its source, from 1.
    package private(set) var number: Int
    /// SEG.SEQ: the number of its first octet, or of its SYN.
    package let sequence: SequenceNumber
    /// SEG.ACK as sent, also where the ACK bit is off.
    package let acknowledgment: SequenceNumber
    /// Payload octets by the IP header, whether or not all were captured.
    package let payloadLength: UInt32
    /// The control bits as sent.
    package let flags: TCPFlags
    /// The window field as sent, not scaled.
    package let window: UInt16
    // Not private: an accessor would be a call from other rooms.
    /// The lower half of its timestamp, made odd; 0 for none.
    package let stamp: UInt16
    /// The side that sent it in the lowest bit, and ``part`` above it.
    package let senderSide: UInt8
    /// A SYN's shift count, and 1 more; 0 for none.
    package let scaleCode: UInt8

    /// The same segment; its tuple is kept by whoever holds it.
    package init(_ segment: TrackedSegment) {
        time = segment.time
        number = segment.number
        sequence = segment.sequence
        acknowledgment = segment.acknowledgment
        payloadLength = segment.payloadLength
        flags = segment.flags
        window = segment.window
        stamp = segment.stamp
        senderSide = segment.senderSide
        scaleCode = segment.scaleCode
    }

    /// ``TrackedSegment/count(after:)``.
    package mutating func count(after before: Int) { number &+= before }

    /// ``TrackedSegment/part``.
    package var part: Int { Int(senderSide >> 1) }

    /// Whether it stands before another in the capture.
    package func isBefore(_ other: TupleSegment) -> Bool { (number, part) < (other.number, other.part) }

    /// The side that sent it: 0 the key's lower endpoint, 1 the higher.
    @inline(__always)
    package var side: Int { Int(senderSide & 1) }

    /// RFC 9293 3.4: SEG.LEN.
    @inline(__always)
    package var sequenceLength: UInt32 {
        payloadLength &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
    }
}
