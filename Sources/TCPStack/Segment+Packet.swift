import TCPState
import TCPWire

extension Segment {
    /// The segment that `header` describes in `packet`.
    ///
    /// Options are read wherever they stand and however they are aligned (MUST-5, MUST-64); those unknown or of a length
    /// they cannot have are left out (MUST-6, MUST-7).
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
        if start < end, end <= packet.count { payload = Array(packet[start..<end]) }
        if header.headerLength > 20 { options = SegmentOptions(header, in: packet) }
    }

    /// The segment in an IPv4 or IPv6 packet, checksums filled in.
    ///
    /// - Parameter identification: IPv4's; a retransmission gets a fresh one (RFC 6864 4.1).
    public func packet(identification: UInt16) -> [UInt8] {
        var builder = SegmentBuilder(from: source, to: destination)
        builder.sequence = sequence.rawValue
        builder.acknowledgment = acknowledgment.rawValue
        builder.flags = flags
        builder.window = window
        builder.urgentPointer = urgentPointer
        builder.options = options.list
        builder.payload = payload
        builder.hopLimit = hopLimit
        builder.trafficClass = trafficClass
        builder.identification = identification
        return builder.ipPacket()
    }
}

extension SegmentOptions {
    init(_ header: SegmentHeader, in packet: [UInt8]) {
        var cursor = TCPOptionCursor(header)
        while let option = cursor.next(in: packet.octets) {
            switch option {
            case .maximumSegmentSize(let size): maximumSegmentSize = size
            case .windowScale(let shift): windowScale = min(shift, 14)
            case .sackPermitted: sackPermitted = true
            case .sack(let blocks): sack = blocks
            case .timestamps(let stamps): timestamps = stamps
            default: break
            }
        }
    }

    /// In the order and alignment that most systems send them in (RFC 7323 appendix A).
    var list: [TCPOption] {
        var list: [TCPOption] = []
        if let maximumSegmentSize { list.append(.maximumSegmentSize(maximumSegmentSize)) }
        if sackPermitted {
            if timestamps == nil { list += [.noOperation, .noOperation] }
            list.append(.sackPermitted)
        } else if timestamps != nil {
            list += [.noOperation, .noOperation]
        }
        if let timestamps { list.append(.timestamps(timestamps)) }
        if let windowScale { list += [.noOperation, .windowScale(windowScale)] }
        if !sack.isEmpty { list += [.noOperation, .noOperation, .sack(sack)] }
        return list
    }
}
