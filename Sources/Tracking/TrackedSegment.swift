import CaptureFile
import FlatMemory
import TCPState
import TCPWire

/// The fields of a segment that the first pass needs: of fixed size and small, since they are copied from one worker to
/// another.
public struct TrackedSegment: Sendable, BitwiseCopyable {
    // In this order the fields fill 72 octets without a gap. A value with gaps is copied field by field, in stores of
    // different sizes, and a load that spans two stores has to wait until both are done.
    /// The connection's tuple, with the tunnels and VLANs around it.
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
    /// The lowest bit says which of the key's endpoints sent it: 0 for the lower, 1 for the higher (always 0 in a
    /// connection of a socket with itself). The other bits are ``part``.
    fileprivate private(set) var senderSide: UInt8
    /// A SYN's window shift count + 1; 0 if it has no such option, and for other segments; ``cutOff`` if the option was
    /// not captured.
    let scaleCode: UInt8
    static let cutOff: UInt8 = 16
    /// The lower half of its timestamp (RFC 7323 3.2) with the lowest bit set; 0 for none. The timestamp is read only
    /// where it stands first among the options, as nearly all senders put it (appendix A).
    let stamp: UInt16

    /// The initializer is transparent, so that it is inlined before any other optimization. The inliner would leave it
    /// a call because of its size, and then arguments and result go through memory.
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

    /// The lower half of the timestamp after NOP, NOP, with the lowest bit set: one tick more or less makes no
    /// difference, and 0 stands for none. Which segments have one follows no pattern, so it is read in any case,
    /// without a branch; if the frame has no room for it, its last eight octets are read and ignored.
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

    /// The same initializer as a function call, for other rooms, which process segments one at a time.
    package init(_ header: SegmentHeader, of packet: borrowing CapturedPacket, in frame: RawSpan) {
        self.init(header, in: frame, at: packet.time, number: packet.number)
    }

    /// Creates a segment from one that was kept without its tuple.
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

    /// This segment at another time, for a capture whose clock was set back.
    package func at(_ time: Timestamp) -> TrackedSegment {
        var moved = self
        moved.time = time
        return moved
    }

    /// Adds `before`, the number of packets before the first one that this segment's number counts.
    package mutating func count(after before: Int) { number &+= before }

    /// The side that sent it: 0 the key's lower endpoint, 1 the higher.
    @inline(__always)
    package var side: Int { Int(senderSide & 1) }

    /// Which packet of its frame it came in, from 0; above 0 only where the frame carries several
    /// (``PacketDecoder/mostParts``).
    @inline(__always)
    package var part: Int { Int(senderSide >> 1) }

    /// This segment as another packet of its frame.
    package func inPart(_ part: Int) -> TrackedSegment {
        var own = self
        own.senderSide = senderSide & 1 | UInt8(truncatingIfNeeded: part &<< 1)
        return own
    }

    /// SEG.LEN (RFC 9293 3.4): the payload's octets, and one each for SYN and FIN.
    @inline(__always)
    package var sequenceLength: UInt32 {
        payloadLength &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
    }

    /// Whether it is a SYN or SYN-ACK. With RST it opens nothing (RFC 9293 3.10.7 looks at the RST first).
    @inline(__always)
    package var opens: Bool { flags.contains(.syn) && !flags.contains(.rst) }

    var sourcePort: UInt16 { side == 0 ? key.low.port : key.high.port }
    var destinationPort: UInt16 { side == 0 ? key.high.port : key.low.port }
}

/// A ``TrackedSegment`` without its tuple, half as large, for code that keeps many segments of one tuple.
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
    /// The lower half of its timestamp with the lowest bit set; 0 for none.
    package let stamp: UInt16
    /// The side that sent it, in the lowest bit; the other bits are ``part``.
    package let senderSide: UInt8
    /// A SYN's window shift count + 1; 0 for none.
    package let scaleCode: UInt8

    /// Creates the segment without its tuple, which the caller must keep.
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

    /// Whether it comes before another one in the capture's packet order.
    package func isBefore(_ other: TupleSegment) -> Bool { (number, part) < (other.number, other.part) }

    /// The side that sent it: 0 the key's lower endpoint, 1 the higher.
    @inline(__always)
    package var side: Int { Int(senderSide & 1) }

    /// SEG.LEN (RFC 9293 3.4): the payload's octets, and one each for SYN and FIN.
    @inline(__always)
    package var sequenceLength: UInt32 {
        payloadLength &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
    }
}
