import TCPWire

/// The sample segment in one wrapping, written from its octets.
struct CarrierSample: CustomStringConvertible, Sendable {
    /// Which row of the tables it is about: `link 127`, `EtherType 0x8926`, `UDP 4789`, `IP 50`, `GRE 0x883e`.
    var row: String
    var description: String
    var link: LinkType
    var frame: [UInt8]
    var isIPv6: Bool
    var tunnelDepth: UInt8
    var vlan: UInt16
    /// Whether it is recognised by more than its TCP header's beginning, so that a cut one is not.
    var provenByItsEnd = false

    init(
        _ row: String, _ description: String, link: LinkType = .ethernet, _ frame: [UInt8], isIPv6: Bool = false,
        tunnelDepth: UInt8 = 0, vlan: UInt16 = 0, provenByItsEnd: Bool = false
    ) {
        self.row = row
        self.description = "\(row): \(description)"
        self.link = link
        self.frame = frame
        self.isIPv6 = isIPv6
        self.tunnelDepth = tunnelDepth
        self.vlan = vlan
        self.provenByItsEnd = provenByItsEnd
    }

    /// A wrapping that is a link type of its own.
    init(link: UInt16, _ description: String, _ frame: [UInt8], isIPv6: Bool = false, vlan: UInt16 = 0) {
        self.init(
            "link \(link)", description, link: LinkType(rawValue: link), frame, isIPv6: isIPv6, vlan: vlan)
    }

    static let packet = Sample.hello.ipPacket()
    static let packet6 = Sample.hello6.ipPacket()
    static let frame = Sample.hello.ethernetFrame()

    static let all = links + serial + wireless + tags + tunnels + datagrams
}

/// So many zero octets.
func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

func little16(_ value: Int) -> [UInt8] { [UInt8(value & 0xff), UInt8(value >> 8 & 0xff)] }

func little32(_ value: Int) -> [UInt8] { little16(value & 0xffff) + little16(value >> 16 & 0xffff) }

func big32(_ value: Int) -> [UInt8] { big16(value >> 16 & 0xffff) + big16(value & 0xffff) }

/// LLC and SNAP before an EtherType.
func snap(_ type: Int, organisation: [UInt8] = [0, 0, 0]) -> [UInt8] { [0xaa, 0xaa, 3] + organisation + big16(type) }
