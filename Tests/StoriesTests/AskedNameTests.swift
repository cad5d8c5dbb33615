import Stories
import Testing

/// Octets from outside in which a name is looked for.
@Suite("the name that a client asks for")
struct AskedNameTests {
    /// A ClientHello with nothing in it but a name.
    private static let hello: [UInt8] = {
        let name = Array("mei.example".utf8)
        let sni: [UInt8] = [0, 0, 0, 16, 0, 14, 0, 0, 11] + name
        let body = [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0x13, 1, 1, 0, 0, UInt8(sni.count)] + sni
        let handshake = [1, 0, 0, UInt8(body.count)] + body
        return [22, 3, 1, 0, UInt8(handshake.count)] + handshake
    }()

    @Test("a whole ClientHello, and one in two records")
    func records() {
        let hello = Self.hello
        #expect(AskedName(hello)?.name == "mei.example" && AskedName(hello)?.source == .serverNameIndication)
        let first = [22, 3, 1, 0, 20] + hello[5..<25]
        let second = [22, 3, 1, 0, UInt8(hello.count - 25)] + hello[25...]
        #expect(AskedName(first + second)?.name == "mei.example")
    }

    @Test("cut anywhere it is the name or nothing, and no octet changed makes it fail")
    func hostile() {
        let hello = Self.hello
        for length in hello.indices {
            let name = AskedName(Array(hello.prefix(length)))?.name
            #expect(name == nil || name == "mei.example")
            for octet: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                var changed = hello
                changed[length] = octet
                // Whatever it gives, it is no longer than a name.
                #expect((AskedName(changed)?.name.utf8.count ?? 0) <= 262)
            }
        }
    }

    @Test(
        "requests",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: mei.example\r\n\r\n", "mei.example"),
            ("POST /a HTTP/1.0\nX: y\nHOST:\t mei \n\n", "mei"),
            // The head has ended before; no request; no version; not whole; nothing.
            ("GET / HTTP/1.1\r\n\r\nHost: mei\r\n", nil), ("hello\r\nHost: mei\r\n", nil),
            ("GET /\r\nHost: mei\r\n", nil), ("GET / HTTP/1.1\r\nHost: me", nil),
            ("GET / HTTP/1.1\r\nHost:\r\n\r\n", nil),
            // To a proxy: what is asked for stands in the first line, and counts more than the field.
            ("CONNECT mei.example:443 HTTP/1.1\r\n", "mei.example:443"),
            ("GET http://mei.example:81/a?b HTTP/1.1\r\nHost: proxy\r\n\r\n", "mei.example:81"),
            ("GET HTTPS://who@mei.example HTTP/1.1\r\n\r\n", "mei.example"),
            ("GET http:/// HTTP/1.1\r\nHost: mei\r\n\r\n", "mei"), ("CONNECT HTTP/1.1\r\nHost: mei\r\n\r\n", "mei"),
            ("", nil), ("\n", nil), ("HTTP/1.1 200 OK\r\nHost: mei\r\n", nil),
        ] as [(String, String?)])
    func requests(request: String, name: String?) {
        #expect(AskedName(Array(request.utf8))?.name == name)
    }

    @Test("no name is longer than names are")
    func long() {
        let request = "GET / HTTP/1.1\r\nHost: " + String(repeating: "a", count: 300) + "\r\n\r\n"
        #expect(AskedName(Array(request.utf8)) == nil)
    }
}
