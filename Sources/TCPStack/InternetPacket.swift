import FlatMemory
import TCPWire

/// The fields of an arriving packet's IP header that a host needs (RFC 791, RFC 8200).
struct InternetPacket {
    var source: IPAddress
    var destination: IPAddress
    /// The protocol that follows the header and, in IPv6, the extension headers that every host processes.
    var nextProtocol: UInt8
    /// The index of the first octet of that protocol.
    var payloadStart: Int
    /// The index after the packet's last octet; padding may follow.
    var end: Int
    /// Whether the packet is whole: not a fragment, or the only fragment of its packet (RFC 6946).
    var isWhole = true
    var isIPv4: Bool
    /// DSCP and ECN.
    var trafficClass: UInt8
    /// Time to live, or hop limit.
    var hopLimit: UInt8

    static let tcp: UInt8 = 6
    static let icmp: UInt8 = 1
    static let icmpv6: UInt8 = 58

    /// `nil` where a length or the header's checksum is wrong.
    init?(_ octets: [UInt8]) {
        guard let first = octets.first else { return nil }
        switch first >> 4 {
        case 4: self.init(ipv4: octets)
        case 6: self.init(ipv6: octets)
        default: return nil
        }
    }

    private init?(ipv4 octets: [UInt8]) {
        guard octets.count >= 20, IPv4Checksum.verify(in: octets.octets, at: 0) == .correct else { return nil }
        let headerLength = Int(octets[0] & 0x0f) * 4
        let length = Int(octets[2]) << 8 | Int(octets[3])
        guard headerLength >= 20, length >= headerLength, length <= octets.count else { return nil }
        isIPv4 = true
        source = IPAddress(ipv4: octets.octets.bigEndian32(at: 12))
        destination = IPAddress(ipv4: octets.octets.bigEndian32(at: 16))
        nextProtocol = octets[9]
        trafficClass = octets[1]
        hopLimit = octets[8]
        payloadStart = headerLength
        end = length
        isWhole = octets.octets.bigEndian16(at: 6) & 0x3fff == 0
    }

    private init?(ipv6 octets: [UInt8]) {
        guard octets.count >= 40 else { return nil }
        end = 40 + Int(octets.octets.bigEndian16(at: 4))
        guard end <= octets.count else { return nil }
        isIPv4 = false
        source = IPAddress(high: octets.octets.bigEndian64(at: 8), low: octets.octets.bigEndian64(at: 16))
        destination = IPAddress(high: octets.octets.bigEndian64(at: 24), low: octets.octets.bigEndian64(at: 32))
        nextProtocol = octets[6]
        trafficClass = UInt8(truncatingIfNeeded: octets.octets.bigEndian16(at: 0) >> 4)
        hopLimit = octets[7]
        payloadStart = 40
        for _ in 0..<16 {
            switch nextProtocol {
            case 0, 43, 60:
                guard payloadStart + 8 <= end else { return nil }
                nextProtocol = octets[payloadStart]
                payloadStart += (Int(octets[payloadStart + 1]) + 1) * 8
                guard payloadStart <= end else { return nil }
            case 44:
                guard payloadStart + 8 <= end else { return nil }
                isWhole = octets.octets.bigEndian16(at: payloadStart + 2) & 0xfff9 == 0
                nextProtocol = octets[payloadStart]
                payloadStart += 8
                // What follows the fragment header in one fragment must not be interpreted.
                guard isWhole else { return }
            default: return
            }
        }
        return nil
    }

    /// Builds a packet of the addresses' version of IP, without options.
    static func make(
        _ payload: [UInt8], protocol number: UInt8, from source: IPAddress, to destination: IPAddress, hopLimit: UInt8
    ) -> [UInt8] {
        guard let from = source.ipv4, let to = destination.ipv4 else {
            var header: [UInt8] = [0x60, 0, 0, 0]
            header += [UInt8(payload.count >> 8 & 0xff), UInt8(payload.count & 0xff), number, hopLimit]
            for word in [source.high, source.low, destination.high, destination.low] { header += bytes(word) }
            return header + payload
        }
        let length = 20 + payload.count
        var header: [UInt8] = [
            0x45, 0, UInt8(length >> 8 & 0xff), UInt8(length & 0xff), 0, 0, 0x40, 0, hopLimit, number,
        ]
        header += [0, 0] + bytes(UInt64(from) << 32 | UInt64(to))
        let sum = checksum(header[...])
        header[10] = UInt8(sum >> 8)
        header[11] = UInt8(sum & 0xff)
        return header + payload
    }

    static func bytes(_ word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
    }

    /// The checksum (RFC 1071) of octets that begin at an even offset.
    static func checksum(_ octets: ArraySlice<UInt8>, startingWith start: UInt64 = 0) -> UInt16 {
        var sum = start
        var index = octets.startIndex
        while index + 1 < octets.endIndex {
            sum &+= UInt64(octets[index]) << 8 | UInt64(octets[index + 1])
            index += 2
        }
        if index < octets.endIndex { sum &+= UInt64(octets[index]) << 8 }
        while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
        return ~UInt16(truncatingIfNeeded: sum)
    }

    /// The sum over ICMPv6's pseudo-header (RFC 8200 8.1).
    static func pseudoSum(from source: IPAddress, to destination: IPAddress, length: Int) -> UInt64 {
        var sum = UInt64(length) + UInt64(icmpv6)
        for word in [source.high, source.low, destination.high, destination.low] {
            sum += (word >> 48) + (word >> 32 & 0xffff) + (word >> 16 & 0xffff) + (word & 0xffff)
        }
        return sum
    }
}
