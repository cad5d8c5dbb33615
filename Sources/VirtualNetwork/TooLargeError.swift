import TCPWire

/// The ICMP error about a packet that is larger than the MTU of the next link.
enum TooLargeError {
    /// The error, or `nil` where the packet is too short to be quoted. Its source is the packet's destination, because
    /// routers have no addresses here.
    static func packet(about octets: [UInt8], mtu: Int) -> [UInt8]? {
        guard let first = octets.first, octets.count >= 40 else { return nil }
        return first >> 4 == 4 ? ipv4(octets, mtu: mtu) : ipv6(octets, mtu: mtu)
    }

    private static func ipv4(_ octets: [UInt8], mtu: Int) -> [UInt8] {
        let quoted = octets.prefix(Int(octets[0] & 0x0f) * 4 + 8)
        var message: [UInt8] = [3, 4, 0, 0, 0, 0, UInt8(mtu >> 8 & 0xff), UInt8(mtu & 0xff)] + quoted
        fill(&message, at: 2, sum(message[...], startingWith: 0))
        let length = 20 + message.count
        var header: [UInt8] = [0x45, 0, UInt8(length >> 8 & 0xff), UInt8(length & 0xff), 0, 0, 0, 0, 64, 1, 0, 0]
        header += octets[16..<20] + octets[12..<16]
        fill(&header, at: 10, sum(header[...], startingWith: 0))
        return header + message
    }

    private static func ipv6(_ octets: [UInt8], mtu: Int) -> [UInt8] {
        let quoted = octets.prefix(1232)
        var message: [UInt8] = [2, 0, 0, 0] + [24, 16, 8, 0].map { UInt8(mtu >> $0 & 0xff) } + quoted
        let addresses = octets[24..<40] + octets[8..<24]
        let pseudo = UInt64(~sum(addresses, startingWith: 0)) + UInt64(message.count) + 58
        fill(&message, at: 2, sum(message[...], startingWith: pseudo))
        let length = message.count
        return [0x60, 0, 0, 0, UInt8(length >> 8 & 0xff), UInt8(length & 0xff), 58, 64] + addresses + message
    }

    private static func fill(_ octets: inout [UInt8], at place: Int, _ value: UInt16) {
        octets[place] = UInt8(value >> 8)
        octets[place + 1] = UInt8(value & 0xff)
    }

    /// The internet checksum (RFC 1071).
    private static func sum(_ octets: ArraySlice<UInt8>, startingWith start: UInt64) -> UInt16 {
        var sum = start
        for (place, octet) in octets.enumerated() { sum += UInt64(octet) << (place % 2 == 0 ? 8 : 0) }
        while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
        return ~UInt16(truncatingIfNeeded: sum)
    }
}
