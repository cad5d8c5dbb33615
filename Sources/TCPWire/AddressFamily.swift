/// The version of IP that an address family's number stands for on the systems whose headers give one: their numbers for IPv6
/// differ, and none of them means anything else where packets are captured.
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

    /// The number in four octets that are in the byte order of the machine that captured: no family reaches 65,536, so the order
    /// shows.
    static func number(_ bigEndian: UInt32) -> UInt32 { bigEndian > 0xffff ? bigEndian.byteSwapped : bigEndian }
}
