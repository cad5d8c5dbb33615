import Tracking

/// The server name that a client asks for, if its first octets show it: in a TLS ClientHello (RFC 6066 3), in the target
/// of an HTTP request to a proxy (RFC 9112 3.2.2 and 3.2.3), or in the Host field of an HTTP request (RFC 9110 7.2). The
/// octets come from outside, so the name is only what the client has written.
public struct AskedName: Sendable, Equatable {
    /// Where the name was found.
    public enum Source: String, Sendable {
        case serverNameIndication = "SNI"
        case host = "Host"
        case connect = "CONNECT"
        case target = "URI"
    }

    /// The name as it was sent. It must be made showable before it is printed.
    public let name: String
    /// Where the name was found.
    public let source: Source

    /// How many octets are searched for a ClientHello or for the head of a request.
    private static let reach = 16_384
    /// The most octets of a name: DNS allows no longer ones, and a port may follow.
    private static let longestName = 262

    /// Finds the name that a connection's client asks for; `nil` where it shows none.
    public init?(_ story: ConnectionStory) {
        self.init(Conversation.beginning(of: .client, in: story, limit: Self.reach))
    }

    /// Finds the name in the first octets of a stream; `nil` where there is none.
    public init?(_ octets: [UInt8]) {
        let octets = octets.prefix(Self.reach)
        if octets.first == 22 {
            guard let found = Self.serverName(in: octets) else { return nil }
            self.init(found, .serverNameIndication)
        } else {
            guard let (found, source) = Self.host(in: octets) else { return nil }
            self.init(found, source)
        }
    }

    private init?(_ octets: ArraySlice<UInt8>, _ source: Source) {
        guard !octets.isEmpty, octets.count <= Self.longestName,
            let name = String(validating: octets, as: UTF8.self)
        else { return nil }
        self.name = name
        self.source = source
    }

    // MARK: TLS

    /// Reads fields one after another from the front; `nil` beyond the end.
    private struct Fields {
        var rest: ArraySlice<UInt8>

        mutating func number(octets: Int) -> Int? {
            guard rest.count >= octets else { return nil }
            defer { rest = rest.dropFirst(octets) }
            return rest.prefix(octets).reduce(0) { $0 << 8 | Int($1) }
        }

        /// The next `count` octets.
        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }

        /// The next field, which has its own length in front.
        mutating func vector(lengthOctets: Int) -> ArraySlice<UInt8>? {
            guard let length = number(octets: lengthOctets) else { return nil }
            return take(length)
        }
    }

    private static func serverName(in octets: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var hello = Fields(rest: handshake(in: octets)[...])
        // A ClientHello: version and random, then the session, the cipher suites and the compressions.
        guard hello.number(octets: 1) == 1, hello.number(octets: 3) != nil, hello.take(34) != nil,
            hello.vector(lengthOctets: 1) != nil, hello.vector(lengthOctets: 2) != nil,
            hello.vector(lengthOctets: 1) != nil, hello.number(octets: 2) != nil
        else { return nil }
        while let type = hello.number(octets: 2), let body = hello.vector(lengthOctets: 2) {
            guard type == 0 else { continue }
            var list = Fields(rest: body)
            guard list.number(octets: 2) != nil, list.number(octets: 1) == 0 else { return nil }
            return list.vector(lengthOctets: 2)
        }
        return nil
    }

    /// The contents of the handshake's records, as far as they were captured: a ClientHello may fill several, and the
    /// last one may be incomplete.
    private static func handshake(in octets: ArraySlice<UInt8>) -> [UInt8] {
        var records = Fields(rest: octets)
        var handshake: [UInt8] = []
        while records.number(octets: 1) == 22, let version = records.number(octets: 2), version >> 8 == 3,
            let length = records.number(octets: 2), length > 0
        {
            guard let body = records.take(length) else { return handshake + records.rest }
            handshake += body
        }
        return handshake
    }

    // MARK: HTTP

    private static func host(in octets: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, Source)? {
        var lines = octets.split(
            maxSplits: 200, omittingEmptySubsequences: false, whereSeparator: { $0 == UInt8(ascii: "\n") })[...]
        // The last piece is not a complete line.
        lines = lines.dropLast()
        let version = Array(" HTTP/1.".utf8)
        guard let request = lines.popFirst().map(withoutReturn), request.count > version.count,
            request.first.map({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) ?? false,
            request.dropLast().suffix(version.count).elementsEqual(version)
        else { return nil }
        // Where the target itself names a host, a proxy goes by that, not by the field.
        if let asked = target(of: request.dropLast(version.count + 1)) { return asked }
        let field = Array("host:".utf8)
        for line in lines.lazy.map(withoutReturn) {
            // After the head of the request nothing is a field.
            if line.isEmpty { return nil }
            guard line.count >= field.count, zip(line, field).allSatisfy({ $0 | 0x20 == $1 || $0 == $1 }) else {
                continue
            }
            let value = line.dropFirst(field.count).drop { $0 == 0x20 || $0 == 0x09 }
            return (value.prefix { $0 != 0x20 && $0 != 0x09 }, .host)
        }
        return nil
    }

    /// The host that a request line asks for behind its method: `CONNECT mei.example:443`, `GET http://mei.example/a`.
    private static func target(of request: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, Source)? {
        let words = request.split(separator: 0x20, maxSplits: 1)
        guard words.count == 2 else { return nil }
        if words[0].elementsEqual("CONNECT".utf8) { return (words[1], .connect) }
        let scheme = Array("http://".utf8), secure = Array("https://".utf8)
        for prefix in [scheme, secure] where words[1].count > prefix.count {
            guard zip(words[1], prefix).allSatisfy({ $0 == $1 || $0 | 0x20 == $1 }) else { continue }
            let authority = words[1].dropFirst(prefix.count).prefix { !"/?#".utf8.contains($0) }
            // Before an at sign stands who asks.
            let host = authority.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false).last ?? authority
            return host.isEmpty ? nil : (host, .target)
        }
        return nil
    }

    private static func withoutReturn(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }
}
