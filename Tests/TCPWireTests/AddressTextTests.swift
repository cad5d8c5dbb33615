import TCPWire
import Testing

@Suite struct AddressTextTests {
    /// What one may write, and how it is printed (RFC 5952).
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:0db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::ffff:c000:201", "192.0.2.1"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("fe80:0:0:0:1:2:3:4", "fe80::1:2:3:4"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
    func addresses(text: String, printed: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == printed)
        #expect(IPAddress(printed) == address)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "a.b.c.d", "1..2.3", ":", ":::", "1:2",
        "1::2::3", "12345::", "::g", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "::1.2.3", "1.2.3.4::", "::1%lo", "[::1]",
        ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1:2:3:4::5:6:7:8",
        "0000000000000000000000000000000000000000000000000000",
    ])
    func notAddresses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: ["127.0.0.1:8080", "[::1]:8080", "[2001:db8::1]:443", "0.0.0.0:0", "10.0.0.1:65535"])
    func endpoints(text: String) throws {
        #expect(try #require(Endpoint(text)).description == text)
    }

    @Test(arguments: [
        "127.0.0.1", "127.0.0.1:", ":80", "[::1]", "::1:80", "[127.0.0.1]:80", "[]:80", "[:80", "1.2.3.4:65536",
        "1.2.3.4:+1", "1.2.3.4:-1", "1.2.3.4: 1", "host:80", "[::1]80", "1.2.3.4:000080",
    ])
    func notEndpoints(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test func properties() throws {
        for text in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
            #expect(try #require(IPAddress(text)).isLoopback)
        }
        for text in ["0.0.0.0", "::"] { #expect(try #require(IPAddress(text)).isUnspecified) }
        for text in ["128.0.0.1", "::2", "10.0.0.1"] {
            let address = try #require(IPAddress(text))
            #expect(!address.isLoopback && !address.isUnspecified)
        }
    }
}
