import FlatMemory

extension HeaderReport.Layer {
    static func readLink(_ layer: HeaderLayer, as form: HeaderForm, _ reader: inout FieldReader) {
        switch layer {
        case .ethernet:
            reader.hardwareAddress("Destination Address")
            reader.hardwareAddress("Source Address")
            reader.field("EtherType", 16) { value in
                value < UInt128(EtherType.least) ? "802.3 length" : EtherType.name(UInt16(value))
            }
        case .vlan:
            reader.field("PCP", 3)
            reader.field("DEI", 1)
            reader.field("VID", 12)
            reader.etherType()
        case .llc:
            let points = [reader.field("DSAP", 8), reader.field("SSAP", 8), reader.field("Control", 8)]
            guard points == [0xaa, 0xaa, 0x03] else { break }
            reader.field("OUI", 24)
            reader.etherType("PID")
        case .mpls: readLabels(&reader)
        case .pseudowire:
            reader.field("Flags", 16)
            reader.field("Sequence Number", 16)
        case .providerBackbone:
            reader.field("I-PCP", 3)
            reader.field("I-DEI", 1)
            reader.field("UCA", 1)
            reader.field("Reserved", 3)
            reader.field("I-SID", 24)
        case .fabricPath:
            reader.field("FTAG", 10)
            reader.field("TTL", 6)
        case .pppoe:
            reader.field("VER", 4)
            reader.field("TYPE", 4)
            reader.field("CODE", 8)
            reader.field("SESSION_ID", 16)
            reader.field("LENGTH", 16)
        case .ppp: readPPP(as: form, &reader)
        case .wireless: readWireless(as: form, &reader)
        case .frameRelay: readFrameRelay(&reader)
        case .macsec: readMACsec(&reader)
        case .ciscoMetadata:
            reader.field("Version", 8)
            let words = reader.octets("Length", 8, unit: 4)
            if words > 0 {
                reader.field("Options", 16)
                reader.field("SGT", 16)
                reader.skip(octets: (words - 1) * 4)
            }
            reader.etherType()
        case .pktap: readPKTAP(as: form, &reader)
        case .ipoib:
            if reader.peek(ahead: 2) != 0 || reader.peek(ahead: 3) != 0 || (reader.peek() ?? 0) < 6 {
                reader.skip(octets: 40)
            }
            reader.etherType("Type")
            reader.field("Reserved", 16)
        case .linuxCooked:
            reader.field("Packet Type", 16, meaning: packetType)
            reader.field("ARPHRD Type", 16)
            readCookedAddress(length: Int(reader.field("Address Length", 16)), &reader)
            reader.etherType("Protocol Type")
        default:
            reader.etherType("Protocol Type")
            reader.field("Reserved", 16)
            reader.field("Interface Index", 32)
            reader.field("ARPHRD Type", 16)
            reader.field("Packet Type", 8, meaning: packetType)
            readCookedAddress(length: Int(reader.field("Address Length", 8)), &reader)
        }
    }

    private static func readLabels(_ reader: inout FieldReader) {
        for _ in 0..<16 {
            reader.field("Label", 20)
            reader.field("TC", 3)
            let bottom = reader.field("S", 1)
            let before = reader.fields.count
            reader.field("TTL", 8)
            if bottom == 1 || reader.fields.count == before { break }
        }
    }

    private static func readPPP(as form: HeaderForm, _ reader: inout FieldReader) {
        if form == .directed || reader.peek() == 0xff && reader.peek(ahead: 1) == 0x03 {
            reader.field(form == .directed ? "Direction" : "Address", 8)
            reader.field("Control", 8)
        }
        let isCompressed = reader.peek().map { $0 & 1 == 1 } ?? false
        reader.field("Protocol", isCompressed ? 8 : 16) { value in
            switch value {
            case 0x21: "IPv4"
            case 0x57: "IPv6"
            case 0x281: "MPLS"
            case 0x283: "MPLS multicast"
            default: nil
            }
        }
    }

    private static func packetType(_ value: UInt128) -> String? {
        switch value {
        case 0: "PACKET_HOST"
        case 1: "PACKET_BROADCAST"
        case 2: "PACKET_MULTICAST"
        case 3: "PACKET_OTHERHOST"
        case 4: "PACKET_OUTGOING"
        default: nil
        }
    }

    static func readTunnel(_ layer: HeaderLayer, as form: HeaderForm, _ reader: inout FieldReader) {
        switch layer {
        case .gre: readGRE(&reader)
        case .erspan:
            let isThird = form == .extended
            reader.field("Ver", 4)
            reader.field("VLAN", 12)
            reader.field("COS", 3)
            reader.field(isThird ? "BSO" : "En", 2)
            reader.field("T", 1)
            reader.field("Session ID", 10)
            if isThird {
                reader.field("Timestamp", 32)
                reader.field("SGT", 16)
                reader.field("Flags", 15)
                if reader.field("O", 1) == 1 { reader.field("Platform Specific", 64) }
            } else {
                reader.field("Reserved", 12)
                reader.field("Index", 20)
            }
        case .l2tp: readL2TP(&reader)
        case .l2tp3:
            if form == .overUDP {
                reader.field("Flags and Version", 16)
                reader.field("Reserved", 16)
            }
            reader.field("Session ID", 32)
        case .etherIP:
            reader.field("Version", 4)
            reader.field("Reserved", 12)
        case .vxlan:
            reader.field("Flags", 8)
            reader.field("Reserved", 24)
            reader.field("VNI", 24)
            reader.field("Reserved", 8)
        case .geneve:
            reader.field("Ver", 2)
            let words = reader.octets("Opt Len", 6, unit: 4)
            reader.field("O", 1)
            reader.field("C", 1)
            reader.field("Rsvd.", 6)
            reader.etherType("Protocol Type")
            reader.field("VNI", 24)
            reader.field("Reserved", 8)
            reader.length = 8 + words * 4
        case .gtp:
            reader.field("Version", 3)
            reader.field("PT", 1)
            reader.field("Reserved", 1)
            let extras = [reader.field("E", 1), reader.field("S", 1), reader.field("PN", 1)]
            reader.field("Message Type", 8) { $0 == 255 ? "G-PDU" : nil }
            reader.field("Length", 16)
            reader.field("TEID", 32)
            guard extras.contains(1) else { break }
            reader.field("Sequence Number", 16)
            reader.field("N-PDU Number", 8)
            reader.field("Next Extension Header Type", 8)
        default:
            if reader.field("Indicator", 16) == 0 {
                reader.field("Obfuscated Port", 16)
                reader.field("Obfuscated Address", 32)
            } else {
                let identifier = reader.field("ID-len", 8)
                let authentication = reader.field("AU-len", 8)
                reader.length = 13 + Int(identifier) + Int(authentication)
            }
        }
    }

    private static func readGRE(_ reader: inout FieldReader) {
        let checksum = reader.field("C", 1)
        let route = reader.field("R", 1)
        let key = reader.field("K", 1)
        let sequence = reader.field("S", 1)
        reader.field("Reserved0", 4)
        let acknowledgment = reader.field("A", 1)
        reader.field("Reserved", 4)
        let version = reader.field("Ver", 3)
        reader.etherType("Protocol Type")
        if checksum == 1 || route == 1 {
            reader.field("Checksum", 16)
            reader.field(route == 1 ? "Offset" : "Reserved1", 16)
        }
        if key == 1, version == 1 {
            reader.field("Payload Length", 16)
            reader.field("Call ID", 16)
        } else if key == 1 {
            reader.field("Key", 32)
        }
        if sequence == 1 { reader.field("Sequence Number", 32) }
        if acknowledgment == 1, version == 1 { reader.field("Acknowledgment Number", 32) }
    }
}
