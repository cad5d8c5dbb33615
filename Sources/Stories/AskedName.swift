import Tracking

/// The name by which a client asks for a server, where its first octets show it: in a TLS ClientHello (RFC 6066 3), in what an HTTP
/// request to a proxy asks for (RFC 9112 3.2.2 and 3.2.3), or in a request's Host field (RFC 9110 7.2). The octets come from outside: nothing in them is believed but that they are there.
public struct AskedName: Sendable, Equatable {
    /// Where it stands.
    public enum Source: String, Sendable {
        case serverNameIndication = "SNI"
        case host = "Host"
        case connect = "CONNECT"
        case target = "URI"
    }

    /// As it was sent; not safe to show as it is.
    public let name: String
    public let source: Source

    /// A ClientHello or a request's head is looked for in so many octets.
    private static let reach = 16_384
    /// DNS knows no longer names; a port may follow.
    private static let longestName = 262

    /// Of a connection's client; `nil` where it shows none.
    public init?(_ story: ConnectionStory) {
        self.init(Conversation.beginning(of: .client, in: story, limit: Self.reach))
    }

    /// Out of a stream's first octets.
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

    /// Takes fields off the front; `nil` behind the end.
    private struct Fields {
        var rest: ArraySlice<UInt8>

        mutating func number(octets: Int) -> Int? {
            guard rest.count >= octets else { return nil }
            defer { rest = rest.dropFirst(octets) }
            return rest.prefix(octets).reduce(0) { $0 << 8 | Int($1) }
        }

        /// So many octets.
        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }

        /// A field behind its own length.
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

    /// What the handshake's records hold, as far as it is there: a ClientHello may fill several, the last of them cut off.
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
        // The last piece is no whole line.
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
            // Behind the head nothing is a field.
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
