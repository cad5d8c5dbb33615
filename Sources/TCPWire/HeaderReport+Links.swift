import FlatMemory

/// Link headers whose fields depend on each other.
extension HeaderReport.Layer {
    /// Reads a cooked header's address: a field of eight octets, of which the first `length` are used; six are a
    /// hardware address.
    static func readCookedAddress(length: Int, _ reader: inout FieldReader) {
        let meant = min(max(length, 0), 8)
        if meant > 0 { reader.hardwareAddress("Address", octets: meant) }
        if meant < 8 { reader.field(meant == 0 ? "Address" : "Padding", (8 - meant) * 8) }
    }

    /// Reads an 802.11 header. The second octet of Frame Control follows the first one, unless the two are exchanged
    /// (``HeaderForm/exchanged``); the numbers after it are little-endian.
    static func readWireless(as form: HeaderForm, _ reader: inout FieldReader) {
        if form == .exchanged { readWirelessFlags(&reader) }
        let subtype = reader.field("Subtype", 4)
        let type = reader.field("Type", 2) { ["Management", "Control", "Data", "Extension"][Int($0)] }
        reader.field("Protocol Version", 2)
        if form != .exchanged { readWirelessFlags(&reader) }
        func flag(_ name: String) -> Bool { reader.fields.contains { $0.name == name && $0.value == 1 } }
        reader.little("Duration/ID", 2)
        reader.hardwareAddress("Address 1")
        guard type != 1 else { return }
        reader.hardwareAddress("Address 2")
        reader.hardwareAddress("Address 3")
        reader.little("Sequence Control", 2) { "\($0 >> 4), fragment \($0 & 15)" }
        guard type == 2 else { return }
        if flag("From DS"), flag("To DS") { reader.hardwareAddress("Address 4") }
        guard subtype & 8 != 0 else { return }
        reader.little("QoS Control", 2)
        if flag("+HTC/Order") { reader.little("HT Control", 4) }
    }

    private static func readWirelessFlags(_ reader: inout FieldReader) {
        for name in [
            "+HTC/Order", "Protected", "More Data", "Power Management", "Retry", "More Fragments", "From DS", "To DS",
        ] {
            reader.field(name, 1)
        }
    }

    /// Reads the Q.922 address of two to four octets, and the header that RFC 2427 puts after it.
    static func readFrameRelay(_ reader: inout FieldReader) {
        reader.field("DLCI (high)", 6)
        reader.field("C/R", 1)
        reader.field("EA", 1)
        reader.field("DLCI (low)", 4)
        reader.field("FECN", 1)
        reader.field("BECN", 1)
        reader.field("DE", 1)
        var isLast = reader.field("EA", 1) == 1
        for _ in 0..<2 where !isLast {
            reader.field("DLCI (more)", 7)
            isLast = reader.field("EA", 1) == 1
        }
        guard reader.peek() == 0x03 else { return reader.etherType("Protocol") }
        reader.field("Control", 8)
        if reader.peek() == 0 { reader.field("Pad", 8) }
        reader.field("NLPID", 8) { value in
            switch value {
            case 0x80: "SNAP"
            case 0x8e: "IPv6"
            case 0xcc: "IPv4"
            case 0xcf: "PPP"
            default: nil
            }
        }
    }

    static func readMACsec(_ reader: inout FieldReader) {
        reader.field("V", 1)
        reader.field("ES", 1)
        let hasChannel = reader.field("SC", 1)
        reader.field("SCB", 1)
        let isEncrypted = reader.field("E", 1)
        let isChanged = reader.field("C", 1)
        reader.field("AN", 2)
        reader.field("SL", 8)
        reader.field("PN", 32)
        if hasChannel == 1 { reader.field("SCI", 64) }
        if isEncrypted == 0, isChanged == 0 { reader.etherType() }
    }

    static func readPKTAP(as form: HeaderForm, _ reader: inout FieldReader) {
        // In the second version the first octet is the length.
        if form == .extended {
            let length = reader.octets("Length", 8)
            reader.skip(octets: 5)
            reader.little("DLT", 2) { LinkType(rawValue: UInt16(clamping: $0)).name ?? "\($0)" }
            reader.skip(octets: max(0, length - 8))
            return
        }
        var length = 108
        reader.little("Length", 4) { value in
            length = Int(clamping: value)
            return "\(value)"
        }
        reader.little("Record Type", 4)
        reader.little("DLT", 4) { LinkType(rawValue: UInt16(clamping: $0)).name ?? "\($0)" }
        reader.text("Interface", 16)
        reader.length = max(28, min(length, 4096))
    }

    static func readL2TP(_ reader: inout FieldReader) {
        reader.field("T", 1)
        let hasLength = reader.field("L", 1)
        reader.field("x", 2)
        let hasSequence = reader.field("S", 1)
        reader.field("x", 1)
        let hasOffset = reader.field("O", 1)
        reader.field("P", 1)
        reader.field("x", 4)
        reader.field("Ver", 4)
        if hasLength == 1 { reader.field("Length", 16) }
        reader.field("Tunnel ID", 16)
        reader.field("Session ID", 16)
        if hasSequence == 1 {
            reader.field("Ns", 16)
            reader.field("Nr", 16)
        }
        if hasOffset == 1 { reader.skip(octets: Int(reader.field("Offset Size", 16))) }
    }
}
