import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Parses an expression in ss's grammar from left to right.
struct SocketFilterParser {
    private enum Token: Equatable {
        case open, close, not, and, or
        case equal, unequal, less, greater, atMost, atLeast
        case word(String)
    }

    private static let deepest = 200

    private let pieces: [String]
    /// The index of the piece that is read next, and the offset in it in octets.
    private var place = 0
    private var offset = 0
    /// The last token, as it was typed.
    private var typed = ""
    private var depth = 0
    private let services: () -> ServiceNames
    private let surroundings: SocketFilterSurroundings
    /// The address family that the last `inet:` or `inet6:` named; `nil` if there was none.
    private(set) var family: SocketEntry.Family?

    init(
        _ pieces: [String], services: @escaping () -> ServiceNames, surroundings: SocketFilterSurroundings
    ) {
        self.pieces = pieces
        self.services = services
        self.surroundings = surroundings
    }

    mutating func whole() throws(SocketFilterError) -> SocketExpression {
        let expression = try list()
        if next() != nil { throw .unexpected(typed) }
        return expression
    }

    // MARK: Tokens

    private static let operators: [(String, Token)] = [
        ("&&", .and), ("||", .or), ("!=", .unequal), ("==", .equal), ("<=", .atMost), (">=", .atLeast), ("(", .open),
        (")", .close), ("!", .not), ("&", .and), ("|", .or), ("=", .equal), ("<", .less), (">", .greater),
    ]

    private static let words: [String: Token] = [
        "not": .not, "and": .and, "or": .or, "eq": .equal, "ne": .unequal, "neq": .unequal, "lt": .less, "gt": .greater,
        "le": .atMost, "leq": .atMost, "ge": .atLeast, "geq": .atLeast,
    ]

    private mutating func next() -> Token? {
        guard place < pieces.count else { return nil }
        let rest = pieces[place].utf8.dropFirst(offset)
        for (text, token) in Self.operators where rest.starts(with: text.utf8) {
            advance(text.utf8.count)
            typed = text
            return token
        }
        let word = rest.prefix { !"()!&|=<>".utf8.contains($0) }
        advance(word.count)
        let text = String(decoding: word, as: UTF8.self)
        typed = text
        return Self.words[text] ?? .word(text)
    }

    private mutating func advance(_ count: Int) {
        offset += count
        if offset >= pieces[place].utf8.count { (place, offset) = (place + 1, 0) }
    }

    private func peek() -> Token? {
        var ahead = self
        return ahead.next()
    }

    /// The rest of the current piece without splitting it into tokens: an interface's name or a cgroup's path may hold
    /// the characters of operators.
    private mutating func rawWord(after keyword: String) throws(SocketFilterError) -> String {
        guard place < pieces.count else { throw .valueMissing(after: keyword) }
        let text = String(decoding: pieces[place].utf8.dropFirst(offset), as: UTF8.self)
        (place, offset) = (place + 1, 0)
        return text
    }

    private mutating func word(after keyword: String) throws(SocketFilterError) -> String {
        switch next() {
        case .word(let text): return text
        case _?: throw .unexpected(typed)
        case nil: throw .valueMissing(after: keyword)
        }
    }

    // MARK: Grammar

    private mutating func list() throws(SocketFilterError) -> SocketExpression {
        let first = try condition()
        var links: [SocketExpression.Link] = []
        while let token = peek(), token != .close {
            switch token {
            case .and, .or:
                _ = next()
                links.append(.init(join: token == .and ? .and : .or, condition: try condition()))
            default:
                // Two conditions without an operator between them are joined by "and".
                links.append(.init(join: .and, condition: try condition()))
            }
        }
        return links.isEmpty ? first : .list(first, links)
    }

    private mutating func condition() throws(SocketFilterError) -> SocketExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw .tooLong }
        switch next() {
        case .open:
            let inner = try list()
            guard next() == .close else { throw .unclosed }
            return inner
        case .not: return .not(try condition())
        case .word(let word): return try condition(word)
        case _?: throw .unexpected(typed)
        case nil: throw .valueMissing(after: pieces.last ?? "")
        }
    }

    private mutating func condition(_ word: String) throws(SocketFilterError) -> SocketExpression {
        switch word {
        case "src": return try named(word) { me throws(SocketFilterError) in .host(.local, try me.host(after: word)) }
        case "dst": return try named(word) { me throws(SocketFilterError) in .host(.remote, try me.host(after: word)) }
        case "sport": return try port(.local, word)
        case "dport": return try port(.remote, word)
        case "autobound": return .autobound
        case "dev": return try named(word) { me throws(SocketFilterError) in .device(try me.device()) }
        case "fwmark": return try named(word) { me throws(SocketFilterError) in try me.mark() }
        case "cgroup": return try named(word) { me throws(SocketFilterError) in .cgroup(try me.cgroup()) }
        case "state", "exclude", "excl": throw .stateTooLate(word)
        default:
            // An extension of ss's grammar: a port of either end.
            guard word.hasPrefix(":") else { throw .unexpected(word) }
            let host = HostCondition(port: try portNumber(word, after: ""))
            return .list(.host(.local, host), [.init(join: .or, condition: .host(.remote, host))])
        }
    }

    /// A condition that only allows the operators "equal" and "not equal".
    private mutating func named(
        _ keyword: String, _ read: (inout Self) throws(SocketFilterError) -> SocketExpression
    ) throws(SocketFilterError) -> SocketExpression {
        switch peek() {
        case .equal:
            _ = next()
            return try read(&self)
        case .unequal:
            _ = next()
            return .not(try read(&self))
        case .less, .greater, .atMost, .atLeast:
            _ = next()
            throw .noOrder(typed, after: keyword)
        default: return try read(&self)
        }
    }

    private mutating func port(
        _ end: SocketExpression.End, _ keyword: String
    ) throws(SocketFilterError) -> SocketExpression {
        let comparison = peek()
        switch comparison {
        case .equal, .unequal, .less, .greater, .atMost, .atLeast: _ = next()
        default: break
        }
        let word = try word(after: keyword)
        let isAny = word == "*" || word == ":*" || word == ":"
        switch comparison {
        case .less, .greater, .atMost, .atLeast:
            let port = try portNumber(word, after: keyword)
            switch comparison {
            case .atLeast: return .portAtLeast(end, port)
            case .atMost: return .portAtMost(end, port)
            case .greater: return .not(.portAtMost(end, port))
            default: return .not(.portAtLeast(end, port))
            }
        default:
            let port = isAny ? nil : try portNumber(word, after: keyword)
            let condition = SocketExpression.host(end, HostCondition(port: port))
            return comparison == .unequal ? .not(condition) : condition
        }
    }

    // MARK: Values

    private func portNumber(_ word: String, after keyword: String) throws(SocketFilterError) -> UInt16 {
        let text = word.hasPrefix(":") ? String(word.dropFirst()) : word
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let hexadecimal = text.hasPrefix("0x") ? UInt16(text.dropFirst(2), radix: 16) : nil
        guard !text.isEmpty, let port = isNumber ? UInt16(text) : hexadecimal ?? services().port(text) else {
            throw .notAPort(text, after: keyword)
        }
        return port
    }

    private mutating func host(after keyword: String) throws(SocketFilterError) -> HostCondition {
        let word = try word(after: keyword)
        var text = word[...]
        var wanted: SocketEntry.Family?
        for (prefix, family) in [("inet6:", SocketEntry.Family.ipv6), ("inet:", .ipv4)] where text.hasPrefix(prefix) {
            text = text.dropFirst(prefix.count)
            wanted = family
        }
        for prefix in ["unix:", "link:", "netlink:", "vsock:", "tipc:", "xdp:"] where text.hasPrefix(prefix) {
            throw .notTCP(prefix)
        }
        if let wanted { family = wanted }
        let (address, port) = Self.split(text)
        var condition = HostCondition()
        if !address.isEmpty, address != "*" {
            guard let network = Self.network(address),
                wanted == nil || network.family == nil || network.family == wanted
            else { throw .notAnAddress(word, after: keyword) }
            condition = network
        }
        if let port, !port.isEmpty, port != "*" { condition.port = try portNumber(String(port), after: keyword) }
        return condition
    }

    /// Splits an end into the address, perhaps with a prefix length, and the port after the colon; `nil` for the port
    /// if there is none.
    private static func split(_ text: Substring) -> (address: Substring, port: Substring?) {
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { return (text, nil) }
            let rest = text[text.index(after: close)...]
            // The prefix length may be inside the brackets or after them: `[2001:db8::/32]:443` or
            // `[2001:db8::]/32:443`.
            let inside = text[text.index(after: text.startIndex)..<close]
            let colon = rest.lastIndex(of: ":")
            let behind = rest[..<(colon ?? rest.endIndex)]
            return (inside + behind, colon.map { rest[rest.index(after: $0)...] })
        }
        // After an IPv6 address without brackets and prefix length there can be no port.
        if !text.contains("/"), IPAddress(String(text)) != nil { return (text, nil) }
        let start = text.firstIndex(of: "/") ?? text.startIndex
        guard let colon = text[start...].lastIndex(of: ":") else { return (text, nil) }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    /// The condition for a network: `10.0.0.0/8`, `10/8`, `10.0.0.0/255.0.0.0`, `2001:db8::/32`, `any`. Missing octets
    /// of an IPv4 address are 0; `nil` if the text is no network.
    private static func network(_ text: Substring) -> HostCondition? {
        if ["any", "all", "default"].contains(text) { return HostCondition() }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { return nil }
        var condition: HostCondition
        if first.contains(":") {
            guard let address = IPAddress(String(first)) else { return nil }
            condition = HostCondition(family: .ipv6, words: HostCondition.words(of: address), prefixLength: 128)
        } else {
            guard let number = dotted(first) else { return nil }
            condition = HostCondition(family: .ipv4, words: [number, 0, 0, 0], prefixLength: 32)
        }
        if parts.count == 2 {
            guard let length = prefixLength(parts[1]), length <= condition.prefixLength else { return nil }
            condition.prefixLength = length
        }
        return condition
    }

    private static func prefixLength(_ text: Substring) -> UInt8? {
        guard text.contains(".") else { return UInt8(text) }
        guard let mask = dotted(text), (~mask & (~mask &+ 1)) == 0 else { return nil }
        return UInt8(mask.nonzeroBitCount)
    }

    private static func dotted(_ text: Substring) -> UInt32? {
        let octets = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...4).contains(octets.count) else { return nil }
        var number: UInt32 = 0
        for octet in octets {
            guard let value = UInt8(octet) else { return nil }
            number = number << 8 | UInt32(value)
        }
        return number << UInt32(8 * (4 - octets.count))
    }

    private mutating func device() throws(SocketFilterError) -> UInt32 {
        let name = try rawWord(after: "dev")
        guard let index = surroundings.device(name) ?? UInt32(name) else { throw .noSuchDevice(name) }
        return index
    }

    private mutating func mark() throws(SocketFilterError) -> SocketExpression {
        let text = try rawWord(after: "fwmark")
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(Self.number)
        switch (parts.first, parts.dropFirst().first) {
        case (let mark??, nil): return .mark(mark, mask: .max)
        case (let mark??, let mask??): return .mark(mark, mask: mask)
        default: throw .notAMark(text)
        }
    }

    private static func number(_ text: Substring) -> UInt32? {
        text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
    }

    private mutating func cgroup() throws(SocketFilterError) -> UInt64 {
        let path = try rawWord(after: "cgroup")
        guard let id = surroundings.cgroup(path) else { throw .noSuchCgroup(path) }
        return id
    }
}

extension SocketFilterSurroundings {
    /// Finds the interfaces of this network namespace by name, and cgroups by path; a cgroup's number is its
    /// directory's inode.
    public static let thisMachine = SocketFilterSurroundings(
        device: { name in
            let index = unsafe if_nametoindex(name)
            return index > 0 ? index : nil
        },
        cgroup: { CgroupMount.here?.number(of: $0) })
}
