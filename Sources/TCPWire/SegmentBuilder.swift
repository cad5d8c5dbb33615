/// Builds a TCP segment and the packet and frame around it, with correct lengths and checksums.
///
///     SegmentBuilder(from: client, to: server).syn(sequence: 100, options: [.maximumSegmentSize(1460)]).ethernetFrame()
public struct SegmentBuilder: Sendable {
    /// The sender of the segment.
    public var source: Endpoint
    /// The receiver of the segment.
    public var destination: Endpoint
    /// SEG.SEQ.
    public var sequence: UInt32 = 0
    /// SEG.ACK; written also where the ACK bit is off.
    public var acknowledgment: UInt32 = 0
    /// The control bits.
    public var flags: TCPFlags = []
    /// The window field as sent, not scaled.
    public var window: UInt16 = 65535
    /// The urgent pointer; written also where the URG bit is off.
    public var urgentPointer: UInt16 = 0
    /// The options, written in this order and padded with end-of-options to a multiple of 32 bits; see ``fits``.
    public var options: [TCPOption] = []
    /// Octets written unchanged after ``options``: for options that no ``TCPOption`` can express.
    public var rawOptions: [UInt8] = []
    /// The octets after the header.
    public var payload: [UInt8] = []
    /// A checksum to be written instead of the correct one.
    public var checksum: UInt16?
    /// Time to live, or hop limit.
    public var hopLimit: UInt8 = 64
    /// DSCP and ECN: IPv4's type of service, or IPv6's traffic class.
    public var trafficClass: UInt8 = 0
    /// IPv4 identification.
    public var identification: UInt16 = 0

    /// A segment without flags, options and payload.
    public init(from source: Endpoint, to destination: Endpoint) {
        self.source = source
        self.destination = destination
    }

    /// A copy with these header fields.
    public func with(
        _ flags: TCPFlags, sequence: UInt32, acknowledgment: UInt32 = 0, options: [TCPOption] = [],
        payload: [UInt8] = []
    ) -> SegmentBuilder {
        var copy = self
        copy.flags = flags
        copy.sequence = sequence
        copy.acknowledgment = acknowledgment
        copy.options = options
        copy.payload = payload
        return copy
    }

    /// An opening segment.
    public func syn(sequence: UInt32, options: [TCPOption] = []) -> SegmentBuilder {
        with(.syn, sequence: sequence, options: options)
    }

    /// The answer to a SYN.
    public func synAck(sequence: UInt32, acknowledgment: UInt32, options: [TCPOption] = []) -> SegmentBuilder {
        with([.syn, .ack], sequence: sequence, acknowledgment: acknowledgment, options: options)
    }

    /// A segment that only acknowledges.
    public func ack(sequence: UInt32, acknowledgment: UInt32, options: [TCPOption] = []) -> SegmentBuilder {
        with(.ack, sequence: sequence, acknowledgment: acknowledgment, options: options)
    }

    /// A data segment with PSH, as the last segment of a write has it.
    public func data(
        _ payload: [UInt8], sequence: UInt32, acknowledgment: UInt32, options: [TCPOption] = []
    ) -> SegmentBuilder {
        with([.psh, .ack], sequence: sequence, acknowledgment: acknowledgment, options: options, payload: payload)
    }

    /// A closing segment, which acknowledges too.
    public func fin(sequence: UInt32, acknowledgment: UInt32, options: [TCPOption] = []) -> SegmentBuilder {
        with([.fin, .ack], sequence: sequence, acknowledgment: acknowledgment, options: options)
    }

    /// A reset that answers an ACK (RFC 9293 3.5.2, group 1): no ACK bit.
    public func rst(sequence: UInt32) -> SegmentBuilder { with(.rst, sequence: sequence) }

    /// A reset that answers a segment without ACK, as a closed port answers a SYN.
    public func rstAck(sequence: UInt32, acknowledgment: UInt32) -> SegmentBuilder {
        with([.rst, .ack], sequence: sequence, acknowledgment: acknowledgment)
    }

    /// Whether the options fit into the 40 octets a header has for them.
    public var fits: Bool { optionOctets.count <= 40 }

    /// The TCP header with options and payload.
    ///
    /// - Precondition: the options fit (``fits``).
    public func segment() -> [UInt8] {
        let optionOctets = optionOctets
        precondition(optionOctets.count <= 40, "the options do not fit into a TCP header")
        let words = UInt16(20 + optionOctets.count) / 4
        var octets: [UInt8] = []
        octets.reserveCapacity(20 + optionOctets.count + payload.count)
        octets.append(source.port)
        octets.append(destination.port)
        octets.append(sequence)
        octets.append(acknowledgment)
        octets.append(words << 12 | flags.rawValue & 0x0fff)
        octets.append(window)
        octets.append(UInt16(0))
        octets.append(urgentPointer)
        octets += optionOctets
        octets += payload
        let sum = checksum ?? TCPChecksum.of(octets, from: source.address, to: destination.address)
        octets[16] = UInt8(sum >> 8)
        octets[17] = UInt8(sum & 0xff)
        return octets
    }

    private var optionOctets: [UInt8] {
        var octets: [UInt8] = []
        for option in options { option.append(to: &octets) }
        octets += rawOptions
        octets += Array(repeating: 0, count: (4 - octets.count % 4) % 4)
        return octets
    }
}

extension [UInt8] {
    mutating func append(_ value: UInt16) {
        append(UInt8(value >> 8))
        append(UInt8(value & 0xff))
    }

    mutating func append(_ value: UInt32) {
        append(UInt16(value >> 16))
        append(UInt16(value & 0xffff))
    }

    mutating func append(_ value: UInt64) {
        append(UInt32(value >> 32))
        append(UInt32(value & 0xffff_ffff))
    }
}
