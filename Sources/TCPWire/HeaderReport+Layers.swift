import FlatMemory

extension HeaderReport.Layer {
    /// - Parameter next: where the following header begins; `nil` for the last header.
    init(_ mark: LayerRecorder.Mark, until next: Int?, in frame: [UInt8]) {
        var reader = FieldReader(frame, at: mark.offset)
        if let layout = mark.layer.layout(as: mark.form) {
            reader.read(layout)
        } else {
            Self.read(mark, &reader)
        }
        // The walk knows where this header ends, however many of its fields are read here.
        if let next, next > mark.offset { reader.length = next - mark.offset }
        kind = mark.layer
        length = reader.length
        let start = min(mark.offset, frame.count)
        range = start..<min(start + length, frame.count)
        fields = reader.fields
        switch kind {
        case .ipv4: checksum = IPv4Checksum.verify(in: frame.octets, at: mark.offset)
        case .tcp: readOptions(in: frame)
        default: break
        }
    }

    private mutating func readOptions(in frame: [UInt8]) {
        guard range.count > 20 else { return }
        var cursor = TCPOptionCursor(start: range.lowerBound + 20, end: range.upperBound)
        while let option = cursor.next(in: frame.octets) {
            options.append(HeaderReport.Option(range: cursor.lastRange, option: option))
        }
        optionStop = cursor.stop
    }

    private static func read(_ mark: LayerRecorder.Mark, _ reader: inout FieldReader) {
        let layer = mark.layer
        switch layer {
        case .ipv4: readIPv4(&reader)
        case .ipv6: readIPv6(&reader)
        case .extensionHeader, .routingHeader, .destinationOptions, .fragmentHeader, .authenticationHeader:
            readExtension(layer, &reader)
        case .gre, .erspan, .etherIP, .vxlan, .geneve, .gtp, .teredo, .l2tp, .l2tp3:
            readTunnel(layer, as: mark.form, &reader)
        case .udp:
            reader.field("Source Port", 16)
            reader.field("Destination Port", 16)
            reader.field("Length", 16)
            reader.field("Checksum", 16)
        case .icmp, .icmpv6: readICMP(layer, &reader)
        case .tcp: readTCP(&reader)
        default: readLink(layer, as: mark.form, &reader)
        }
    }

    private static func readIPv4(_ reader: inout FieldReader) {
        reader.field("Version", 4)
        let words = reader.octets("IHL", 4, unit: 4)
        reader.trafficClass()
        reader.field("Total Length", 16)
        reader.field("Identification", 16)
        reader.field("Reserved", 1)
        reader.field("DF", 1)
        reader.field("MF", 1)
        _ = reader.octets("Fragment Offset", 13, unit: 8)
        reader.field("Time to Live", 8)
        reader.ipProtocol("Protocol")
        reader.field("Header Checksum", 16)
        reader.field("Source Address", 32) { IPAddress(ipv4: UInt32($0)).description }
        reader.field("Destination Address", 32) { IPAddress(ipv4: UInt32($0)).description }
        readSourceRoute(to: words * 4, &reader)
        reader.length = max(20, words * 4)
    }

    /// The addresses of a loose or strict source route (RFC 791 3.1), which may name another destination than the header.
    private static func readSourceRoute(to end: Int, _ reader: inout FieldReader) {
        while reader.octetsRead + 3 <= end {
            guard let type = reader.peek(), type != 0 else { return }
            if type == 1 {
                reader.skip(octets: 1)
                continue
            }
            guard let length = reader.peek(ahead: 1), length >= 2, reader.octetsRead + Int(length) <= end else {
                return
            }
            guard type == 131 || type == 137 else {
                reader.skip(octets: Int(length))
                continue
            }
            reader.field(type == 131 ? "Loose Source Route" : "Strict Source Route", 8)
            reader.field("Length", 8)
            reader.field("Pointer", 8)
            for _ in 0..<max(0, Int(length) - 3) / 4 {
                reader.field("Route Address", 32) { IPAddress(ipv4: UInt32($0)).description }
            }
            return
        }
    }

    private static func address(_ bits: UInt128) -> String {
        IPAddress(high: UInt64(bits >> 64), low: UInt64(truncatingIfNeeded: bits)).description
    }

    private static func readIPv6(_ reader: inout FieldReader) {
        reader.field("Version", 4)
        reader.trafficClass()
        reader.field("Flow Label", 20)
        reader.field("Payload Length", 16)
        reader.ipProtocol("Next Header")
        reader.field("Hop Limit", 8)
        reader.field("Source Address", 128, meaning: address)
        reader.field("Destination Address", 128, meaning: address)
    }

    private static func readExtension(_ layer: HeaderLayer, _ reader: inout FieldReader) {
        reader.ipProtocol("Next Header")
        switch layer {
        case .fragmentHeader:
            reader.field("Reserved", 8)
            _ = reader.octets("Fragment Offset", 13, unit: 8)
            reader.field("Res", 2)
            reader.field("M", 1)
            reader.field("Identification", 32)
        case .authenticationHeader:
            let words = Int(reader.field("Payload Len", 8) { "\((Int($0) + 2) * 4) octets" })
            reader.field("Reserved", 16)
            reader.field("Security Parameters Index", 32)
            reader.field("Sequence Number", 32)
            reader.length = (words + 2) * 4
        default:
            let units = Int(reader.field("Hdr Ext Len", 8) { "\((Int($0) + 1) * 8) octets" })
            if layer == .routingHeader { readRoute((units + 1) * 8, &reader) }
            if layer == .destinationOptions, reader.peek() == 0xc9 {
                reader.field("Option Type", 8) { _ in "Home Address" }
                reader.field("Option Length", 8)
                reader.field("Home Address", 128, meaning: address)
            }
            reader.length = (units + 1) * 8
        }
    }

    private static func readRoute(_ length: Int, _ reader: inout FieldReader) {
        let type = reader.field("Routing Type", 8) { value in
            switch value {
            case 0: "Source Route (deprecated)"
            case 2: "Type 2"
            case 3: "RPL Source Route"
            case 4: "Segment Routing"
            default: nil
            }
        }
        reader.field("Segments Left", 8)
        switch type {
        case 4:
            reader.field("Last Entry", 8)
            reader.field("Flags", 8)
            reader.field("Tag", 16)
        default: reader.field("Reserved", 32)
        }
        guard [0, 2, 4].contains(type) else { return }
        for _ in 0..<(length - 8) / 16 { reader.field("Address", 128, meaning: address) }
    }

    private static func readICMP(_ layer: HeaderLayer, _ reader: inout FieldReader) {
        let type = UInt8(reader.field("Type", 8))
        reader.field("Code", 8) { code in
            guard HeaderWalk<LayerRecorder>.isError(type: type, layer: layer) else { return nil }
            let reason =
                layer == .icmp
                ? ICMPReason(icmpType: type, code: UInt8(code)) : ICMPReason(icmpv6Type: type, code: UInt8(code))
            return reason == .other ? nil : reason.rawValue
        }
        reader.field("Checksum", 16)
        switch (layer, type) {
        case (.icmp, 3):
            reader.field("Unused", 16)
            reader.field("Next-Hop MTU", 16)
        case (.icmpv6, 2): reader.field("MTU", 32)
        default: reader.field("Rest of Header", 32)
        }
    }

    private static func readTCP(_ reader: inout FieldReader) {
        reader.field("Source Port", 16)
        reader.field("Destination Port", 16)
        reader.field("Sequence Number", 32)
        reader.field("Acknowledgment Number", 32)
        let words = reader.octets("Data Offset", 4, unit: 4)
        reader.field("Reserved", 3)
        for flag in ["AE", "CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"] { reader.field(flag, 1) }
        reader.field("Window", 16)
        reader.field("Checksum", 16)
        reader.field("Urgent Pointer", 16)
        reader.length = max(20, words * 4)
    }
}
