import TCPWire

/// Builds ICMP errors, which quote the packet that they are about.
enum ICMPPacket {
    /// An error from `reporter` to the quoted packet's sender.
    ///
    /// - Parameters:
    ///   - quoted: the whole IP packet; as much of it is quoted as RFC 1812 4.3.2.3 and RFC 4443 2.4 recommend.
    static func error(_ pattern: ICMPPattern, quoting quoted: [UInt8], from reporter: IPAddress, to host: IPAddress)
        -> [UInt8]
    {
        let isIPv6 = !host.isIPv4
        var message: [UInt8] = [pattern.type, pattern.code, 0, 0]
        message += octets(pattern.word)
        message += quoted.prefix(isIPv6 ? 1232 : 548)
        var sum = OctetSum()
        if isIPv6 {
            sum.add(octets(reporter))
            sum.add(octets(host))
            sum.add(octets(UInt32(message.count)))
            sum.add([0, 0, 0, 58])
        }
        sum.add(message)
        message[2] = UInt8(sum.checksum >> 8)
        message[3] = UInt8(sum.checksum & 0xff)
        return isIPv6 ? ipv6(message, from: reporter, to: host) : ipv4(message, from: reporter, to: host)
    }

    private static func ipv4(_ message: [UInt8], from source: IPAddress, to destination: IPAddress) -> [UInt8] {
        let length = UInt16(20 + message.count)
        var header: [UInt8] = [0x45, 0, UInt8(length >> 8), UInt8(length & 0xff), 0, 0, 0, 0, 64, 1, 0, 0]
        header += octets(source.ipv4 ?? 0) + octets(destination.ipv4 ?? 0)
        var sum = OctetSum()
        sum.add(header)
        header[10] = UInt8(sum.checksum >> 8)
        header[11] = UInt8(sum.checksum & 0xff)
        return header + message
    }

    private static func ipv6(_ message: [UInt8], from source: IPAddress, to destination: IPAddress) -> [UInt8] {
        let length = UInt16(message.count)
        return [0x60, 0, 0, 0, UInt8(length >> 8), UInt8(length & 0xff), 58, 64] + octets(source) + octets(destination)
            + message
    }

    private static func octets(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) }
    }

    private static func octets(_ address: IPAddress) -> [UInt8] {
        [address.high, address.low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) }
        }
    }

    /// The internet checksum (RFC 1071).
    private struct OctetSum {
        private var sum: UInt32 = 0

        mutating func add(_ octets: [UInt8]) {
            for (index, octet) in octets.enumerated() {
                sum &+= index % 2 == 0 ? UInt32(octet) << 8 : UInt32(octet)
            }
        }

        var checksum: UInt16 {
            var rest = sum
            while rest > 0xffff { rest = (rest & 0xffff) + (rest >> 16) }
            return ~UInt16(truncatingIfNeeded: rest)
        }
    }
}
