import Lab
import Narration
import TCPWire

/// An address and port as people write them on a command line.
enum EndpointArgument {
    /// Parses the endpoint to listen on: `8080`, `:8080`, `127.0.0.1:8080`, `[::1]:8080`. The address is `nil` where
    /// only a port is given.
    static func listening(_ text: String) throws -> (IPAddress?, UInt16) {
        if let port = try portAlone(text) { return (nil, port) }
        if let endpoint = Endpoint(text), endpoint.port > 0 { return (endpoint.address, endpoint.port) }
        _ = try split(text)
        throw Failure(
            .usage,
            Text(en: "'\(text)' is not [ADDRESS:]PORT", zh: "'\(text)' 不是 [地址:]端口 的形式"),
            next: [Text(en: "for example:  tcplens listen 127.0.0.1:8080", zh: "例如：  tcplens listen 127.0.0.1:8080")])
    }

    /// Parses the server to connect to: `host:port`, `host port`, `[v6]:port`, or a URL. Where a URL names no port, the
    /// usual port of its scheme is used.
    static func dialling(_ words: [String]) throws -> (host: String, port: UInt16) {
        if words.count == 2 { return (bare(words[0]), try port(words[1])) }
        guard let word = words.first, words.count == 1 else {
            throw Failure(
                .usage, Text(en: "dial takes HOST:PORT, or HOST and PORT", zh: "dial 需要 主机:端口，或 主机 端口"))
        }
        var rest = word
        var scheme: String?
        if let mark = rest.firstRange(of: "://") {
            scheme = String(rest[..<mark.lowerBound]).lowercased()
            rest = String(rest[mark.upperBound...].prefix { $0 != "/" && $0 != "?" })
            if let user = rest.lastIndex(of: "@") { rest = String(rest[rest.index(after: user)...]) }
        }
        if let (host, port) = try split(rest) { return (host, port) }
        let usual: [String: UInt16] = [
            "http": 80, "https": 443, "ssh": 22, "redis": 6379, "postgres": 5432, "mysql": 3306,
        ]
        if let scheme, let port = usual[scheme] { return (bare(rest), port) }
        let example = text(bare(rest), 8080)
        throw Failure(
            .usage, Text(en: "which port of \(rest)?", zh: "要连 \(rest) 的哪个端口？"),
            next: [Text(en: "for example:  tcplens dial \(example)", zh: "例如：  tcplens dial \(example)")])
    }

    /// Host and port as `host:port`, an IPv6 address in brackets.
    static func text(_ host: String, _ port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private static func bare(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    private static func portAlone(_ text: String) throws -> UInt16? {
        let digits = text.hasPrefix(":") ? String(text.dropFirst()) : text
        guard !digits.isEmpty, digits.allSatisfy(\.isNumber) else { return nil }
        return try port(digits)
    }

    /// Host and port of `host:port`; `nil` where there is no port, or the text is an IPv6 address without brackets.
    private static func split(_ text: String) throws -> (String, UInt16)? {
        guard !text.hasSuffix("]"), let colon = text.lastIndex(of: ":") else { return nil }
        let host = String(text[..<colon])
        if host.contains(":"), !host.hasPrefix("[") { return nil }
        return (bare(host), try port(String(text[text.index(after: colon)...])))
    }

    private static func port(_ text: String) throws -> UInt16 {
        if let port = UInt16(text), port > 0 { return port }
        throw Failure(
            .usage, Text(en: "'\(text)' is not a port: 1 to 65535", zh: "'\(text)' 不是有效端口，范围是 1 到 65535"))
    }
}
