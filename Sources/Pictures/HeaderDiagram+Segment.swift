import FlatMemory
import TCPWire

extension HeaderDiagram.Values {
    /// The values of a segment's header. The options are read from the frame that the segment was decoded from.
    ///
    /// - Parameters:
    ///   - sequenceNote: the text after the sequence number in its row.
    ///   - acknowledgmentNote: the text after the acknowledgment number in its row.
    public init(
        _ segment: SegmentHeader, in frame: [UInt8], sequenceNote: String = "", acknowledgmentNote: String = ""
    ) {
        let start = Int(segment.tcpOffset)
        let reserved = start + 12 < frame.count ? (frame[start + 12] >> 1) & 7 : 0
        self.init(
            sourcePort: segment.sourcePort, destinationPort: segment.destinationPort,
            sequenceNumber: segment.sequence, acknowledgmentNumber: segment.acknowledgment,
            dataOffset: segment.headerLength / 4, reserved: reserved, flags: segment.flags, window: segment.window,
            checksum: segment.checksum, urgentPointer: segment.urgentPointer,
            options: HeaderDiagram.Option.all(of: segment, in: frame), sequenceNote: sequenceNote,
            acknowledgmentNote: acknowledgmentNote)
    }
}

extension HeaderDiagram.Option {
    fileprivate static func all(of segment: SegmentHeader, in frame: [UInt8]) -> [HeaderDiagram.Option] {
        var cursor = TCPOptionCursor(segment)
        var options: [HeaderDiagram.Option] = []
        while let option = cursor.next(in: frame.octets) {
            let octets = frame[cursor.lastRange]
            guard octets.count > 1, let kind = octets.first else {
                options.append(HeaderDiagram.Option([Field(max(1, octets.count), option.description)]))
                continue
            }
            let fields = [Field(1, "kind \(kind)"), Field(1, "len \(octets.count)")]
            options.append(HeaderDiagram.Option(fields + values(of: option, octets: octets.count - 2)))
        }
        return options
    }

    /// The fields after an option's kind and length: one for each value that the option's document draws as a field.
    private static func values(of option: TCPOption, octets: Int) -> [Field] {
        let fields: [Field] =
            switch option {
            case .timestamps(let stamps): [Field(4, "TSval \(stamps.value)"), Field(4, "TSecr \(stamps.echoReply)")]
            case .sack(let blocks):
                blocks.flatMap { [Field(4, "SACK left edge \($0.left)"), Field(4, "SACK right edge \($0.right)")] }
            case .authentication(let keyID, let next, let length):
                [Field(1, "KeyID \(keyID)"), Field(1, "RNextKeyID \(next)"), Field(Int(length), "MAC")]
            default: []
            }
        guard fields.isEmpty || fields.reduce(0, { $0 + $1.byteCount }) != octets else { return fields }
        return octets > 0 ? [Field(octets, option.description)] : []
    }
}
