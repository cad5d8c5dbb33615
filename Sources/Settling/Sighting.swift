import CaptureFile
import FlatMemory
import TCPState
import TCPWire
import Tracking

/// One segment with what judging needs of its packet: of fixed size, so that the segments of many connections can be
/// held at once.
package struct Sighting: BitwiseCopyable, Sendable {
    /// What its checksum shows.
    package enum Sum: UInt8, BitwiseCopyable, Sendable {
        case right, wrong
        /// Not filled in: left to the network card.
        case unfilled
        case unknown
    }

    /// The segment's fields, without its tuple.
    package var segment: TupleSegment
    /// A hash of the TCP header without its checksum, and of what follows it, as captured.
    let print: UInt64
    /// The ones' complement sum of the payload, and whether all of it was captured.
    let payloadSum: UInt16
    let isWhole: Bool
    /// A hash of the payload's first octets, at most ``beginningLength`` of them.
    let beginning: UInt64
    /// What its checksum shows.
    package let sum: Sum
    /// The time to live (hop limit) at the capture point.
    package let hopLimit: UInt8
    /// The IPv4 identification; 0 for none.
    let identification: UInt32
    /// Where it was captured, as far as the headers around it tell: VLAN, virtual network, tunnel.
    let channel: UInt64
    /// TSval, and whether it has one.
    let stamp: UInt32
    let hasStamp: Bool
    /// The right edge of the highest SACK block above its acknowledgment; its own acknowledgment where there is none.
    let sacked: UInt32
    /// The numbers that it reports as received twice (D-SACK, RFC 2883); empty where it reports none.
    private let twice: (start: UInt32, end: UInt32)
    /// Whether it was known before the judging that its receiver refused it (a verdict of the ``StoredSegment``).
    var isRefused = false

    /// - Parameter frame: the bytes that `header` was decoded from.
    package init(_ header: SegmentHeader, in frame: RawSpan, _ segment: TrackedSegment) {
        self.segment = TupleSegment(segment)
        let start = min(Int(header.tcpOffset), frame.byteCount)
        let payload = min(start &+ Int(header.headerLength), frame.byteCount)
        let end = min(payload &+ Int(header.capturedPayloadLength), frame.byteCount)
        print =
            header.flags.contains(.syn)
            ? Self.print(ofOpening: frame, from: start, to: end, payload: payload)
            : Self.print(of: frame, from: start, to: end)
        var sum = InternetSum()
        sum.add(frame, from: payload, to: end)
        payloadSum = ~sum.checksum
        beginning = Self.print(of: frame, from: payload, to: min(payload &+ Self.beginningLength, end))
        isWhole = header.capturedPayloadLength == header.payloadLength && !header.isFirstFragment
        self.sum =
            switch TCPChecksum.verify(header, in: frame, payload: sum) {
            case .correct: .right
            case .wrong: .wrong
            case .partial, .zero: .unfilled
            case .cannotVerify: .unknown
            }
        hopLimit = header.hopLimit
        identification = header.identification
        channel = header.channel
        let stamps = header.timestamps(in: frame)
        stamp = stamps?.value ?? 0
        hasStamp = stamps != nil
        let (highest, twice) = Self.selective(header, in: frame)
        sacked = highest
        self.twice = (twice?.left ?? 0, twice?.right ?? 0)
    }

    private static func selective(
        _ header: SegmentHeader, in frame: RawSpan
    ) -> (highest: UInt32, twice: SACKBlock?) {
        guard header.flags.contains(.ack), header.headerLength >= 32 else { return (header.acknowledgment, nil) }
        let blocks = header.sackBlocks(in: frame)
        var highest = SequenceNumber(header.acknowledgment)
        for block in blocks { highest = highest.later(SequenceNumber(block.right)) }
        return (highest.rawValue, blocks.duplicate(below: header.acknowledgment))
    }

    /// How many octets of a payload ``beginning`` covers. They tell two payloads of different lengths apart: an HTTP status
    /// line, or a TLS record with the start of its message, fits in.
    static let beginningLength = 32

    /// Whether it reports that its sender received something twice.
    var hasTwice: Bool { twice.start != twice.end }

    /// Whether the numbers that it reports as received twice are of `other`.
    func says(twice other: Sighting) -> Bool {
        hasTwice && SequenceNumber(twice.start).isBefore(other.end)
            && other.segment.sequence.isBefore(SequenceNumber(twice.end))
    }

    /// A hash of the octets without those of the checksum (16 and 17), because a copy may have been captured before the
    /// checksum was filled in.
    private static func print(of frame: RawSpan, from start: Int, to end: Int) -> UInt64 {
        var mixed: UInt64 = 0x9e37_79b9_7f4a_7c15 ^ UInt64(truncatingIfNeeded: end &- start)
        var place = start
        // The header's first words are hashed one after another, the rest in four lanes that do not depend on each
        // other.
        while end &- place >= 8, place < start &+ 24 {
            var word = frame.bigEndian64(at: place)
            if place == start &+ 16 { word &= 0x0000_ffff_ffff_ffff }
            mixed = fold(mixed ^ word)
            place &+= 8
        }
        var lanes = SIMD4<UInt64>(mixed, mixed &+ 1, mixed &+ 2, mixed &+ 3)
        while end &- place >= 32 {
            lanes[0] = fold(lanes[0] ^ frame.bigEndian64(at: place))
            lanes[1] = fold(lanes[1] ^ frame.bigEndian64(at: place &+ 8))
            lanes[2] = fold(lanes[2] ^ frame.bigEndian64(at: place &+ 16))
            lanes[3] = fold(lanes[3] ^ frame.bigEndian64(at: place &+ 24))
            place &+= 32
        }
        mixed = fold(fold(lanes[0] ^ lanes[1] &* 3) ^ lanes[2] &* 5 ^ lanes[3] &* 7)
        while end &- place >= 8 {
            mixed = fold(mixed ^ frame.bigEndian64(at: place))
            place &+= 8
        }
        var rest: UInt64 = 0
        while place < end {
            let isSum = place == start &+ 16 || place == start &+ 17
            rest = rest << 8 | (isSum ? 0 : UInt64(frame.octet(at: place)))
            place &+= 1
        }
        return fold(mixed ^ rest)
    }

    /// The hash of a SYN, without its maximum segment size option: a router may lower that on the way (MSS clamping).
    private static func print(ofOpening frame: RawSpan, from start: Int, to end: Int, payload: Int) -> UInt64 {
        var mixed = print(of: frame, from: start, to: min(start &+ 20, end))
        var place = start &+ 20
        while place < min(payload, end) {
            let kind = frame.octet(at: place)
            let size = kind <= 1 || place &+ 1 >= end ? 1 : max(2, Int(frame.octet(at: place &+ 1)))
            let behind = min(place &+ size, end)
            if kind != 2 { mixed = fold(mixed ^ print(of: frame, from: place, to: behind)) }
            place = behind
        }
        return fold(mixed ^ print(of: frame, from: min(payload, end), to: end))
    }

    @inline(__always)
    private static func fold(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
        return product.high ^ product.low
    }

    /// Whether its octets, from the TCP header on, equal those of the other one.
    func isAlike(_ other: Sighting) -> Bool {
        print == other.print && side == other.side && segment.sequence == other.segment.sequence
            && segment.payloadLength == other.segment.payloadLength && segment.flags == other.segment.flags
    }

    var side: Int { segment.side }
    var flags: TCPFlags { segment.flags }
    /// The number after the last one that it takes up.
    var end: SequenceNumber { segment.sequence + segment.sequenceLength }
    /// Whether it is a pure ACK: no payload, no SYN, FIN or RST.
    var isEmpty: Bool { segment.payloadLength == 0 && flags.isDisjoint(with: [.syn, .fin, .rst]) }
}

extension SegmentHeader {
    /// Where its packet was captured, as far as what is around it shows: virtual network, depth of tunnels, VLAN.
    var channel: UInt64 { UInt64(network) << 24 | UInt64(tunnelDepth) << 16 | UInt64(vlan) }
}
