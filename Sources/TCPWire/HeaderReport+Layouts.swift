/// A field of a header. Headers none of whose fields is conditional are described by lists of these, and read according
/// to them.
enum FieldShape {
    /// A number of so many bits.
    case bits(String, Int)
    /// A number of so many octets, the least significant first.
    case little(String, Int)
    case etherType(String)
    case ipProtocol(String)
    /// An address family's number, of so many octets; one of four octets may be in either byte order.
    case family(String, octets: Int)
    case hardware(String)
    /// A hardware address of eight octets.
    case extended(String)
    case link(String, octets: Int)
    /// Text in a field of so many octets, up to the first octet that is not printable ASCII.
    case text(String, Int)
}

extension HeaderLayer {
    /// The fields of the header's fixed part; `nil` for headers that are read by code of their own. What follows the
    /// fixed part is not read.
    func layout(as form: HeaderForm) -> [FieldShape]? {
        layout(of: form) ?? layout
    }

    /// The fields where the header has a form other than the usual one; `nil` for the usual form.
    private func layout(of form: HeaderForm) -> [FieldShape]? {
        switch (self, form) {
        case (.pflog, .old):
            [
                .family("Address Family", octets: 4), .text("Interface", 16), .bits("Rule Number", 16),
                .bits("Reason", 16), .bits("Action", 16), .bits("Direction", 16),
            ]
        // The SPI is copied from the packet, the flags are in the byte order of the capturing machine.
        case (.enc, .littleEndian): [.family("Address Family", octets: 4), .bits("SPI", 32), .little("Flags", 4)]
        case (.prism, .littleEndian): [.little("msgcode", 4), .little("msglen", 4), .text("devname", 16)]
        case (.fddi, .padded): HeaderLayer.fddi.layout.map { [.bits("Padding", 24)] + $0 }
        case (.lisp, .extended):
            [
                .bits("Flags", 8), .bits("Nonce", 16), .bits("Next Protocol", 8), .bits("Instance ID", 24),
                .bits("Locator Status Bits", 8),
            ]
        case (.gtp, .old):
            [
                .bits("Version", 3), .bits("PT", 1), .bits("Spare", 3), .bits("SNN", 1), .bits("Message Type", 8),
                .bits("Length", 16), .bits("Sequence Number", 16), .bits("Flow Label", 16),
                .bits("SNDCP N-PDULLC Number", 8), .bits("Spare", 24), .bits("TID", 64),
            ]
        default: nil
        }
    }

    private var layout: [FieldShape]? {
        switch self {
        case .direction: [.bits("Direction", 8)]
        case .switchTag, .preamble: []
        case .ppi: [.bits("pph_version", 8), .bits("pph_flags", 8), .little("pph_len", 2), .link("pph_dlt", octets: 4)]
        case .loopback: [.family("Address Family", octets: 4)]
        case .nflog: [.family("Address Family", octets: 1), .bits("Version", 8), .bits("Resource ID", 16)]
        case .pflog:
            [
                .bits("Length", 8), .family("Address Family", octets: 1), .bits("Action", 8), .bits("Reason", 8),
                .text("Interface", 16),
            ]
        case .enc: [.family("Address Family", octets: 4), .bits("SPI", 32), .bits("Flags", 32)]
        case .ipnet:
            [
                .bits("Version", 8), .family("Family", octets: 1), .bits("Hook Type", 16), .bits("Packet Length", 32),
                .bits("Interface Index", 32), .bits("Group Interface Index", 32), .bits("Source Zone", 32),
                .bits("Destination Zone", 32),
            ]
        case .erf:
            [
                .little("Timestamp", 8), .bits("Type", 8), .bits("Flags", 8), .bits("rlen", 16), .bits("lctr", 16),
                .bits("wlen", 16),
            ]
        case .symantec: [.bits("Unknown", 48), .etherType("EtherType")]
        case .juniper: [.bits("Magic Number", 24), .bits("Flags", 8)]
        case .netAnalyzer: [.little("Header", 4)]
        case .radiotap: [.bits("it_version", 8), .bits("it_pad", 8), .little("it_len", 2), .little("it_present", 4)]
        case .prism: [.bits("msgcode", 32), .bits("msglen", 32), .text("devname", 16)]
        case .avs: [.bits("version", 32), .bits("length", 32)]
        case .subframe: [.hardware("DA"), .hardware("SA"), .bits("Length", 16)]
        case .meshControl: [.bits("Mesh Flags", 8), .bits("Mesh TTL", 8), .little("Mesh Sequence Number", 4)]
        case .tokenRing:
            [
                .bits("Access Control", 8), .bits("Frame Control", 8), .hardware("Destination Address"),
                .hardware("Source Address"),
            ]
        case .fddi: [.bits("Frame Control", 8), .hardware("Destination Address"), .hardware("Source Address")]
        case .firewire: [.extended("Destination Address"), .extended("Source Address"), .etherType("EtherType")]
        case .fibreChannel: [.extended("Destination Address"), .extended("Source Address")]
        case .atm: [.bits("Flags", 4), .bits("Traffic Type", 4), .bits("VPI", 8), .bits("VCI", 16)]
        case .lane: [.bits("LECID", 16)]
        case .slip: [.bits("Direction", 8)]
        case .ciscoHDLC: [.bits("Address", 8), .bits("Control", 8), .etherType("Protocol")]
        case .bridged: [.bits("Flags", 8), .bits("MAC Type", 8)]
        default: tagLayout ?? tunnelLayout
        }
    }

    private var tagLayout: [FieldShape]? {
        switch self {
        case .eTag:
            [
                .bits("E-PCP", 3), .bits("E-DEI", 1), .bits("Ingress E-CID base", 12), .bits("Reserved", 2),
                .bits("GRP", 2), .bits("E-CID base", 12), .bits("Ingress E-CID ext", 8), .bits("E-CID ext", 8),
                .etherType("EtherType"),
            ]
        case .vnTag:
            [
                .bits("d", 1), .bits("p", 1), .bits("dvif_id", 14), .bits("l", 1), .bits("r", 1), .bits("ver", 2),
                .bits("svif_id", 12), .etherType("EtherType"),
            ]
        case .hsr:
            [
                .bits("PathId", 4), .bits("LSDUsize", 12), .bits("SeqNr", 16), .etherType("EtherType"),
            ]
        case .redundancyTag: [.bits("Reserved", 16), .bits("Sequence Number", 16), .etherType("EtherType")]
        case .congestionTag: [.bits("RPID", 16), .etherType("EtherType")]
        case .trill:
            [
                .bits("V", 2), .bits("R", 2), .bits("M", 1), .bits("Op-Length", 5), .bits("Hop Count", 6),
                .bits("Egress Nickname", 16), .bits("Ingress Nickname", 16),
            ]
        case .nsh:
            [
                .bits("Ver", 2), .bits("O", 1), .bits("U", 1), .bits("TTL", 6), .bits("Length", 6),
                .bits("Unassigned", 4), .bits("MD Type", 4), .bits("Next Protocol", 8), .bits("SPI", 24),
                .bits("SI", 8),
            ]
        default: nil
        }
    }

    private var tunnelLayout: [FieldShape]? {
        switch self {
        case .vxlanGPE:
            [
                .bits("Flags", 8), .bits("Reserved", 16), .bits("Next Protocol", 8), .bits("VNI", 24),
                .bits("Reserved", 8),
            ]
        case .lisp: [.bits("Flags", 8), .bits("Nonce", 24), .bits("Instance ID", 24), .bits("Locator Status Bits", 8)]
        case .wccp:
            [
                .bits("Flags", 8), .bits("Service ID", 8), .bits("Alternative Bucket", 8),
                .bits("Primary Bucket", 8),
            ]
        case .esp: [.bits("SPI", 32), .bits("Sequence Number", 32)]
        case .minimalEncapsulation:
            [.ipProtocol("Protocol"), .bits("S", 1), .bits("Reserved", 7), .bits("Header Checksum", 16)]
        case .tzsp: [.bits("Version", 8), .bits("Type", 8), .bits("Encapsulates", 16)]
        case .gue:
            [
                .bits("Variant", 2), .bits("C", 1), .bits("Hlen", 5), .ipProtocol("Proto/ctype"), .bits("Flags", 16),
            ]
        case .ayiya:
            [
                .bits("IDLen", 4), .bits("IDType", 4), .bits("SigLen", 4), .bits("HshMeth", 4), .bits("AutMeth", 4),
                .bits("OpCode", 4), .ipProtocol("Next Header"), .bits("Epoch Time", 32),
            ]
        case .capwap:
            [
                .bits("Version", 4), .bits("Type", 4), .bits("HLEN", 5), .bits("RID", 5), .bits("WBID", 5),
                .bits("T", 1), .bits("F", 1), .bits("L", 1), .bits("W", 1), .bits("M", 1), .bits("K", 1),
                .bits("Flags", 3), .bits("Fragment ID", 16), .bits("Frag Offset", 13), .bits("Rsvd", 3),
            ]
        default: nil
        }
    }
}

extension FieldReader {
    mutating func read(_ shapes: [FieldShape]) {
        for shape in shapes {
            switch shape {
            case .bits(let name, let width): field(name, width)
            case .little(let name, let octets): little(name, octets)
            case .etherType(let name): etherType(name)
            case .ipProtocol(let name): ipProtocol(name)
            case .family(let name, let octets):
                field(name, octets * 8) { value in
                    let number = AddressFamily.number(UInt32(value))
                    return AddressFamily(number)?.name ?? "\(number)"
                }
            case .hardware(let name): hardwareAddress(name)
            case .extended(let name): hardwareAddress(name, octets: 8)
            case .link(let name, let octets):
                little(name, octets) { number in
                    LinkType(rawValue: UInt16(clamping: number)).name.map { "\($0) (\(number))" }
                }
            case .text(let name, let octets): text(name, octets)
            }
        }
    }

    /// Reads a number whose least significant octet comes first.
    mutating func little(_ name: String, _ octets: Int, meaning: (UInt128) -> String? = { "\($0)" }) {
        field(name, octets * 8) { value in
            var number: UInt128 = 0
            for index in 0..<octets { number = number << 8 | value >> UInt128(index * 8) & 0xff }
            return meaning(number)
        }
    }

    /// Reads text of at most sixteen octets, and shows it up to the first octet that is not printable ASCII.
    mutating func text(_ name: String, _ octets: Int) {
        field(name, octets * 8) { value in
            let all = (0..<octets).map { UInt8(truncatingIfNeeded: value >> UInt128((octets - 1 - $0) * 8)) }
            let shown = all.prefix { $0 >= 0x20 && $0 < 0x7f }
            return shown.isEmpty ? nil : String(decoding: shown, as: UTF8.self)
        }
    }
}
