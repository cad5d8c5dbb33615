import FlatMemory
import TCPState
import TCPWire

extension Segment {
    /// The segment that `header` describes in `packet`.
    ///
    /// Options are read at any position and alignment (MUST-5, MUST-64); unknown ones, and those with an invalid
    /// length, are left out (MUST-6, MUST-7).
    public init(_ header: SegmentHeader, in packet: [UInt8]) {
        source = header.sourceEndpoint
        destination = header.destinationEndpoint
        sequence = SequenceNumber(header.sequence)
        acknowledgment = SequenceNumber(header.acknowledgment)
        flags = header.flags
        window = header.window
        urgentPointer = header.urgentPointer
        trafficClass = header.trafficClass
        hopLimit = header.hopLimit
        let start = Int(header.tcpOffset) + Int(header.headerLength)
        let end = start + Int(header.capturedPayloadLength)
        if start < end, end <= packet.count { text = packet[start..<end] }
        if header.headerLength > 20 {
            options = SegmentOptions(
                in: packet.octets, from: Int(header.tcpOffset) + 20,
                to: Int(header.tcpOffset) + Int(header.headerLength))
        }
    }
}

extension Segment {
    /// The length in octets of the TCP header in an IP packet; `nil` where the header does not fit into the packet.
    static func headerLength(_ packet: InternetPacket, in octets: [UInt8]) -> Int? {
        guard packet.end - packet.payloadStart >= 20 else { return nil }
        let length = Int(octets[packet.payloadStart + 12] >> 4) * 4
        return length >= 20 && length <= packet.end - packet.payloadStart ? length : nil
    }

    /// The segment in an IP packet, with a header of `headerLength` octets. The checksum is not verified.
    init(_ packet: InternetPacket, headerLength: Int, in octets: [UInt8]) {
        let start = packet.payloadStart
        let span = octets.octets
        let offsetAndFlags = span.bigEndian16(at: start + 12)
        source = Endpoint(address: packet.source, port: span.bigEndian16(at: start))
        destination = Endpoint(address: packet.destination, port: span.bigEndian16(at: start + 2))
        sequence = SequenceNumber(span.bigEndian32(at: start + 4))
        acknowledgment = SequenceNumber(span.bigEndian32(at: start + 8))
        flags = TCPFlags(rawValue: offsetAndFlags & 0x0fff)
        window = span.bigEndian16(at: start + 14)
        urgentPointer = span.bigEndian16(at: start + 18)
        trafficClass = packet.trafficClass
        hopLimit = packet.hopLimit
        if headerLength > 20 { options = SegmentOptions(in: span, from: start + 20, to: start + headerLength) }
        text = octets[(start + headerLength)..<packet.end]
    }

    /// Whether the checksum is correct (MUST-3).
    static func isIntact(_ packet: InternetPacket, in octets: [UInt8]) -> Bool {
        var sum = TCPChecksum.pseudoHeader(
            from: packet.source, to: packet.destination, length: packet.end - packet.payloadStart)
        sum.add(octets.octets, from: packet.payloadStart, to: packet.end)
        return sum.checksum == 0
    }
}

extension SegmentOptions {
    init(in packet: RawSpan, from start: Int, to end: Int) {
        // The options of nearly every segment (RFC 7323 appendix A).
        if end - start == 12, end <= packet.byteCount, packet.bigEndian32(at: start) == 0x0101_080a {
            timestamps = TCPTimestamps(
                value: packet.bigEndian32(at: start + 4), echoReply: packet.bigEndian32(at: start + 8))
            return
        }
        var cursor = TCPOptionCursor(start: start, end: end)
        while let option = cursor.next(in: packet) {
            switch option {
            case .maximumSegmentSize(let size): maximumSegmentSize = size
            case .windowScale(let shift): windowScale = min(shift, 14)
            case .sackPermitted: sackPermitted = true
            case .sack(let blocks): sack = blocks
            case .timestamps(let stamps): timestamps = stamps
            case .fastOpen(let cookie, let isExperimental): fastOpen = FastOpenOption(cookie, isExperimental)
            default: break
            }
        }
    }
}
