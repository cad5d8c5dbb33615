import TCPWire
import Testing

/// Datagrams that go to a tunnel's port because a resolver chose it: any port above 1023 is some query's source.
@Suite struct DatagramTests {
    static let ports = Carriers.ports.compactMap { Int($0.key.dropFirst(4)) }

    /// A message of the domain name system: its answers are addresses.
    static func message(_ identifier: Int, flags: Int, answers: Int) -> [UInt8] {
        let name = [3] + Array("www".utf8) + [7] + Array("example".utf8) + [3] + Array("com".utf8) + [0]
        let header = big16(identifier) + big16(flags) + big16(1) + big16(answers) + [0, 0, 0, 0]
        let address: [UInt8] = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 93, 184, 215, 14]
        return header + name + [0, 1, 0, 1] + Array(repeating: address, count: answers).flatMap { $0 }
    }

    /// Whatever its identifier, an answer is a datagram, and not one that was cut.
    @Test(arguments: ports) func answers(port: Int) {
        var wrong: Set<String> = []
        for (flags, count) in [
            (0x8180, 1), (0x8180, 3), (0x8180, 8), (0x8183, 0), (0x8100, 0), (0x8580, 1), (0x8400, 2),
        ] {
            for high in 0..<256 {
                for low in [0, 1, 2, 3, 4, 0x10, 0x18, 0x29, 0x2f, 0x80, 0xff] {
                    let message = Self.message(high << 8 | low, flags: flags, answers: count)
                    let verdict = Decoded(datagram(from: 53, to: port, message), link: .raw).verdict
                    if verdict != .otherTransport { wrong.insert("\(verdict): \(message.prefix(8))") }
                }
            }
        }
        #expect(wrong.isEmpty, "\(wrong.count), among them \(wrong.sorted().prefix(3))")
    }

    /// And so is a query from such a port.
    @Test(arguments: ports) func queries(port: Int) {
        let wrong = (0..<65536).lazy.filter { identifier in
            let message = Self.message(identifier, flags: 0x0100, answers: 0)
            return Decoded(datagram(from: port, to: 53, message), link: .raw).verdict != .otherTransport
        }
        #expect(wrong.first == nil)
    }

    /// What lacks octets because the capture left them out is said to be cut, where its beginning is a tunnel's.
    @Test func aCutTunnelIsCut() {
        let tunnel = datagram(to: 4789, [8, 0, 0, 0, 0, 0, 5, 0] + CarrierSample.frame)
        for length in 36..<80 {
            #expect(
                Decoded(Array(tunnel.prefix(length)), link: .raw, originalLength: tunnel.count).verdict == .truncated,
                "\(length) octets")
        }
    }
}
