import TCPWire

extension ScriptParser {
    /// Leaves room for the headers in an IP packet.
    private static let longestPayload = 65_000

    /// Reads what follows `<` or `>`.
    mutating func packet(isInbound: Bool) throws(ScriptError) -> ScriptEvent.Action {
        var pattern = SegmentPattern()
        try networkPattern(&pattern)
        try cursor.skipBlanks()
        let word = cursor.peekWord()
        if word == "icmp" || cursor.peek() == UInt8(ascii: "[") {
            guard isInbound else { throw cursor.error(.unsupported("> icmp")) }
            return .injectICMP(try icmp())
        }
        if ["udp", "sctp", "ipv4", "ipv6", "gre", "mpls"].contains(word) { throw cursor.error(.unsupported(word)) }
        try ports(&pattern)
        pattern.flags = try flags()
        let place = cursor
        (pattern.sequence, pattern.length) = try sequenceRange()
        // An inbound segment is a single packet; an outbound one may be written as large as before segmentation offload
        // divides it.
        guard !isInbound || pattern.length <= Self.longestPayload else { throw place.error(.tooMuch(.sequence)) }
        if try cursor.takeWord("ack") { pattern.acknowledgment = UInt32(try cursor.number(upTo: Int64(UInt32.max))) }
        if try cursor.takeWord("win") { pattern.window = UInt16(try cursor.number(upTo: 65_535)) }
        if try cursor.takeWord("urg") { pattern.urgentPointer = UInt16(try cursor.number(upTo: 65_535)) }
        try options(&pattern, isInbound: isInbound)
        return isInbound ? .inject(pattern) : .expect(pattern)
    }

    /// `[ect0]`, `[ce,ttl 1]`, `[tos 0x10]`: fields of the IP header. A bracket with a number is an ICMP error's
    /// quotation, and is left.
    private mutating func networkPattern(_ pattern: inout SegmentPattern) throws(ScriptError) {
        try cursor.skipBlanks()
        var ahead = cursor
        guard try ahead.take("[") else { return }
        try ahead.skipBlanks()
        guard ScriptCursor.isLetter(ahead.peek()) else { return }
        cursor = ahead
        repeat {
            let start = cursor
            switch try cursor.word(.field) {
            case "noecn": pattern.network.congestion = 0
            case "ect1": pattern.network.congestion = 1
            case "ect0": pattern.network.congestion = 2
            case "ce": pattern.network.congestion = 3
            case "ecn":
                pattern.network.congestion = UInt8(try cursor.number(upTo: 3))
            case "tos", "tclass": pattern.network.trafficClass = UInt8(try cursor.number(upTo: 255))
            case "ttl", "hlim": pattern.network.hopLimit = UInt8(try cursor.number(upTo: 255))
            case let name: throw start.error(.unsupported("[\(name)]"))
            }
        } while try cursor.take(",")
        try cursor.demand("]")
    }

    /// `40000 > 8080`: the ports, which scripts with several connections give.
    private mutating func ports(_ pattern: inout SegmentPattern) throws(ScriptError) {
        try cursor.skipBlanks()
        guard ScriptCursor.isDigit(cursor.peek()) else { return }
        pattern.sourcePort = UInt16(try cursor.number(upTo: 65_535))
        try cursor.demand(">")
        pattern.destinationPort = UInt16(try cursor.number(upTo: 65_535))
    }

    /// The flags: `S`, `S.`, `P.`, `.`, `FP.`, `SEW`; `-` for none.
    private mutating func flags() throws(ScriptError) -> TCPFlags {
        try cursor.skipBlanks()
        let start = cursor
        if cursor.peek() == UInt8(ascii: "-") {
            cursor.advance()
            return []
        }
        var flags: TCPFlags = []
        while let octet = cursor.peek(), octet > 0x20 {
            let flag: TCPFlags
            switch octet {
            case UInt8(ascii: "S"): flag = .syn
            case UInt8(ascii: "F"): flag = .fin
            case UInt8(ascii: "R"): flag = .rst
            case UInt8(ascii: "P"): flag = .psh
            case UInt8(ascii: "."): flag = .ack
            case UInt8(ascii: "U"): flag = .urg
            case UInt8(ascii: "E"): flag = .ece
            case UInt8(ascii: "W"): flag = .cwr
            case UInt8(ascii: "A"): flag = .ae
            default: throw start.expected(.flags)
            }
            flags.insert(flag)
            cursor.advance()
        }
        guard !flags.isEmpty else { throw start.expected(.flags) }
        return flags
    }

    /// First and last sequence number and the length: `1:101(100)`.
    mutating func sequenceRange() throws(ScriptError) -> (UInt32, Int) {
        try cursor.skipBlanks()
        let start = cursor
        guard ScriptCursor.isDigit(cursor.peek()) else { throw cursor.expected(.sequence) }
        let first = UInt32(try cursor.number(upTo: Int64(UInt32.max)))
        try cursor.demand(":")
        let last = UInt32(try cursor.number(upTo: Int64(UInt32.max)))
        try cursor.demand("(")
        let length = Int(try cursor.number(upTo: 1 << 24))
        try cursor.demand(")")
        guard last &- first == UInt32(length) else {
            throw start.error(.contradiction("\(first):\(last)(\(length))"))
        }
        return (first, length)
    }

    // MARK: Options

    private mutating func options(_ pattern: inout SegmentPattern, isInbound: Bool) throws(ScriptError) {
        guard try cursor.take("<") else { return }
        if try cursor.take("...") {
            guard !isInbound else { throw cursor.error(.contradiction("< ... <...>")) }
            pattern.options = nil
            try cursor.demand(">")
            return
        }
        let start = cursor
        var options: [OptionPattern] = []
        guard try !cursor.take(">") else { return }
        repeat {
            options.append(try tcpOption(isInbound: isInbound))
            guard options.count <= 40 else { throw start.error(.tooMuch(.option)) }
        } while try cursor.take(",")
        try cursor.demand(">")
        guard SegmentBuilder.fit(options) else { throw start.error(.tooMuch(.option)) }
        pattern.options = options
    }

    private mutating func tcpOption(isInbound: Bool) throws(ScriptError) -> OptionPattern {
        try cursor.skipBlanks()
        let start = cursor
        switch try cursor.word(.option) {
        case "mss": return .exact(.maximumSegmentSize(UInt16(try cursor.number(upTo: 65_535))))
        case "nop": return .exact(.noOperation)
        case "eol": return .exact(.endOfOptions)
        case "sackOK": return .exact(.sackPermitted)
        case "wscale":
            if !isInbound, try cursor.take("*") { return .anyWindowScale }
            return .exact(.windowScale(UInt8(try cursor.number(upTo: 255))))
        case "TS":
            guard try cursor.takeWord("val") else { throw cursor.expected(.text("val")) }
            let value = UInt32(try cursor.number(upTo: Int64(UInt32.max)))
            guard try cursor.takeWord("ecr") else { throw cursor.expected(.text("ecr")) }
            return .timestamps(value: value, echo: UInt32(try cursor.number(upTo: Int64(UInt32.max))))
        case "sack":
            var blocks: [OptionPattern.Block] = []
            repeat {
                let left = UInt32(try cursor.number(upTo: Int64(UInt32.max)))
                try cursor.demand(":")
                blocks.append(.init(left: left, right: UInt32(try cursor.number(upTo: Int64(UInt32.max)))))
                try cursor.skipBlanks()
                guard blocks.count <= 4 else { throw start.error(.tooMuch(.option)) }
            } while ScriptCursor.isDigit(cursor.peek())
            return .sack(blocks)
        case "FO": return try fastOpen(experimental: false)
        case "FOEXP": return try fastOpen(experimental: true)
        case let name:
            throw start.error(
                ["md5", "mptcp", "AccECN", "ECN", "uto"].contains(name)
                    ? .unsupported(name) : .unknown(.option, name))
        }
    }

    /// A Fast Open option with a cookie in hexadecimal, or without one, which requests a cookie.
    private mutating func fastOpen(experimental: Bool) throws(ScriptError) -> OptionPattern {
        try cursor.skipBlanks()
        let start = cursor
        let hex = cursor.peekWord()
        cursor.advance(hex.utf8.count)
        guard hex.utf8.count <= 32, hex.utf8.count % 2 == 0, let bits = hex.isEmpty ? 0 : UInt128(hex, radix: 16) else {
            throw start.error(.unknown(.option, hex))
        }
        let length = UInt8(hex.utf8.count / 2)
        let cookie = FastOpenCookie(
            bits: length == 0 ? 0 : bits << (128 - 8 * UInt128(length)), length: length)
        return .exact(.fastOpen(cookie, experimental: experimental))
    }
}
