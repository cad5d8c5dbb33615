extension IPAddress {
    /// Whether the address reaches only this machine: 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        if let ipv4 { return ipv4 >> 24 == 127 }
        return high == 0 && low == 1
    }

    /// Whether this is 0.0.0.0 or ::, which a socket that listens everywhere is bound to.
    public var isUnspecified: Bool {
        if let ipv4 { return ipv4 == 0 }
        return high == 0 && low == 0
    }
}

extension IPAddress: LosslessStringConvertible {
    /// Dotted decimal for IPv4, RFC 5952's form for IPv6.
    public var description: String { AddressText.string { write(to: &$0, at: 0) } }

    /// Writes the octets of ``description`` without making a string, for outputs of a million rows.
    ///
    /// - Parameters:
    ///   - text: where the octets are written; the ``textRoom`` octets from `place` on may be changed.
    ///   - place: the index of the first octet.
    /// - Returns: the index after the last octet.
    public func write(to text: inout MutableSpan<UInt8>, at place: Int) -> Int {
        var pen = AddressPen(place)
        pen.put(self, to: &text)
        return pen.place
    }

    /// How many octets ``write(to:at:)`` of an address or of an endpoint may change.
    public static let textRoom = 64

    /// The group of sixteen bits at `index`, from 0 to 7.
    func group(_ index: Int) -> UInt16 {
        let word = index < 4 ? high : low
        return UInt16(truncatingIfNeeded: word >> UInt64((3 - index % 4) * 16))
    }

    /// The first longest run of at least two zero groups (RFC 5952 4.2); empty where there is none.
    var longestZeroRun: Range<Int> {
        var best = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || group(index) != 0 {
            if index - start >= 2, index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best
    }

    /// Parses dotted decimal (four numbers without leading zeros), or any form of RFC 4291 2.2, without a zone and
    /// without brackets.
    public init?(_ text: String) {
        let octets = Array(text.utf8)
        guard octets.count <= 45 else { return nil }
        if octets.contains(UInt8(ascii: ":")) {
            guard let groups = Self.groups(of: octets[...]) else { return nil }
            func word(_ part: ArraySlice<UInt16>) -> UInt64 { part.reduce(0) { $0 << 16 | UInt64($1) } }
            self.init(high: word(groups[..<4]), low: word(groups[4...]))
        } else {
            guard let ipv4 = Self.dotted(octets[...]) else { return nil }
            self.init(ipv4: ipv4)
        }
    }

    private static func dotted(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value: UInt32 = 0
            for digit in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                value = value * 10 + UInt32(digit - UInt8(ascii: "0"))
            }
            guard value <= 255 else { return nil }
            bits = bits << 8 | value
        }
        return bits
    }

    /// The eight groups of an IPv6 address.
    private static func groups(of text: ArraySlice<UInt8>) -> [UInt16]? {
        let colon = UInt8(ascii: ":")
        guard let gap = text.indices.dropLast().first(where: { text[$0] == colon && text[$0 + 1] == colon }) else {
            let groups = run(text)
            return groups?.count == 8 ? groups : nil
        }
        let before = text[..<gap]
        let after = text[(gap + 2)...]
        guard let head = before.isEmpty ? [] : run(before, mayEndDotted: false),
            let tail = after.isEmpty ? [] : run(after), head.count + tail.count <= 7
        else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    /// Parses groups between colons; the last two may be written as dotted decimal.
    private static func run(_ text: ArraySlice<UInt8>, mayEndDotted: Bool = true) -> [UInt16]? {
        var groups: [UInt16] = []
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if mayEndDotted, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let ipv4 = dotted(part) else { return nil }
                groups.append(UInt16(ipv4 >> 16))
                groups.append(UInt16(ipv4 & 0xffff))
                continue
            }
            guard (1...4).contains(part.count), let group = hexadecimal(part) else { return nil }
            groups.append(group)
        }
        return groups
    }

    private static func hexadecimal(_ text: ArraySlice<UInt8>) -> UInt16? {
        var value: UInt16 = 0
        for octet in text {
            guard let digit = HexText.digit(octet) else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}

extension Endpoint: LosslessStringConvertible {
    /// `127.0.0.1:8080`, `[::1]:8080`.
    public var description: String {
        AddressText.string { write(to: &$0, at: 0) }
    }

    /// Writes ``description``'s octets without making a string, as ``IPAddress/write(to:at:)`` does.
    public func write(to text: inout MutableSpan<UInt8>, at place: Int) -> Int {
        var pen = AddressPen(place)
        let needsBrackets = !address.isIPv4
        if needsBrackets { pen.put("[", to: &text) }
        pen.put(address, to: &text)
        if needsBrackets { pen.put("]", to: &text) }
        pen.put(":", to: &text)
        pen.put(decimal: port, to: &text)
        return pen.place
    }

    /// Parses the forms that ``description`` prints. `nil` for a name, and for a port that is missing, beyond 65535 or
    /// has a sign.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.count <= 5,
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count >= 2
        if isBracketed { host = host.dropFirst().dropLast() }
        guard isBracketed == host.contains(":"), let address = IPAddress(String(host)) else { return nil }
        self.init(address: address, port: port)
    }
}
