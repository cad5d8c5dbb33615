import FlatMemory
import TCPWire

extension HeaderDiagram.Values {
    /// The values of a segment's header, options read from the frame that it was decoded from.
    ///
    /// - Parameters:
    ///   - sequenceNote: what follows the sequence number in its row.
    ///   - acknowledgmentNote: likewise of the acknowledgment number.
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
            var fields = [Field(1, "kind \(kind)"), Field(1, "len \(octets.count)")]
            if octets.count > 2 { fields.append(Field(octets.count - 2, option.description)) }
            options.append(HeaderDiagram.Option(fields))
        }
        return options
    }
}
