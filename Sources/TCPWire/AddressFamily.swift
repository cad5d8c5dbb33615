/// The IP version that an address family's number in a capture header stands for. IPv6 has another number on each
/// system, but none of these numbers stands for another family on any of the systems that write such headers.
enum AddressFamily {
    case ipv4, ipv6

    init?(_ number: UInt32) {
        switch number {
        case 2: self = .ipv4
        // Linux; Windows; NetBSD, OpenBSD; Solaris; FreeBSD; Darwin.
        case 10, 23, 24, 26, 28, 30: self = .ipv6
        default: return nil
        }
    }

    var name: String {
        switch self {
        case .ipv4: HeaderLayer.ipv4.name
        case .ipv6: HeaderLayer.ipv6.name
        }
    }

    /// The number of an address family that four octets hold in the byte order of the capturing machine: no family's
    /// number reaches 65,536, so a larger value shows that the octets are in the other order.
    static func number(_ bigEndian: UInt32) -> UInt32 { bigEndian > 0xffff ? bigEndian.byteSwapped : bigEndian }
}
