import FlatMemory

extension HeaderReport.Layer {
    init(_ mark: LayerRecorder.Mark, in frame: [UInt8]) {
        var reader = FieldReader(frame, at: mark.offset)
        Self.read(mark.layer, at: mark.offset, &reader, in: frame)
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

    private static func read(_ layer: HeaderLayer, at offset: Int, _ reader: inout FieldReader, in frame: [UInt8]) {
        switch layer {
        case .ethernet, .vlan, .llc, .mpls, .pseudowire, .providerBackbone, .fabricPath, .pppoe, .ppp, .linuxCooked,
            .linuxCooked2, .loopback:
            readLink(layer, at: offset, &reader, in: frame)
        case .ipv4: readIPv4(&reader)
        case .ipv6: readIPv6(&reader)
        case .extensionHeader, .fragmentHeader, .authenticationHeader: readExtension(layer, &reader)
        case .gre, .erspan, .etherIP, .vxlan, .geneve, .gtp, .teredo: readTunnel(layer, &reader)
        case .udp:
            reader.field("Source Port", 16)
            reader.field("Destination Port", 16)
            reader.field("Length", 16)
            reader.field("Checksum", 16)
        case .icmp, .icmpv6: readICMP(layer, &reader)
        case .tcp: readTCP(&reader)
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
        reader.length = max(20, words * 4)
    }

    private static func readIPv6(_ reader: inout FieldReader) {
        func text(_ bits: UInt128) -> String {
            IPAddress(high: UInt64(bits >> 64), low: UInt64(truncatingIfNeeded: bits)).description
        }
        reader.field("Version", 4)
        reader.trafficClass()
        reader.field("Flow Label", 20)
        reader.field("Payload Length", 16)
        reader.ipProtocol("Next Header")
        reader.field("Hop Limit", 8)
        reader.field("Source Address", 128, meaning: text)
        reader.field("Destination Address", 128, meaning: text)
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
            reader.length = (units + 1) * 8
        }
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
