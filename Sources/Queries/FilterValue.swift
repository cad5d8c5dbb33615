import TCPWire

/// The values that a field has for a connection: none, one or several (both ports, for example). As in Wireshark, a
/// comparison holds if it holds for one of the values, but `!=` only if it holds for all; without a value no comparison
/// holds.
public enum FilterValue: Sendable {
    case flag(Bool)
    case counts([UInt64])
    /// Nanoseconds.
    case durations([Int64])
    case endpoints([Endpoint])
    case addresses([IPAddress])
    case texts([String])

    /// What the field means without a comparison: whether the connection has such a thing.
    func isPresent(zeroIsValue: Bool) -> Bool {
        switch self {
        case .flag(let flag): flag
        case .counts(let counts): zeroIsValue ? !counts.isEmpty : counts.contains { $0 > 0 }
        case .durations(let durations): !durations.isEmpty
        case .endpoints(let endpoints): !endpoints.isEmpty
        case .addresses(let addresses): !addresses.isEmpty
        case .texts(let texts): texts.contains { $0 != "none" && !$0.isEmpty }
        }
    }
}

/// A value that is written in a filter.
enum FilterLiteral: Equatable, Sendable {
    case flag(Bool)
    case counts(ClosedRange<UInt64>)
    case durations(ClosedRange<Int64>)
    case endpoint(EndpointPattern)
    case text(String)
}

/// An address or network, a port, or both: `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1:443`, `[::1]:443`, `:443`.
struct EndpointPattern: Equatable, Sendable {
    private var address: IPAddress?
    /// How many of the 128 leading bits of ``address`` are compared.
    private var bits = 128
    private var port: UInt16?

    init?(_ text: String) {
        if let address = IPAddress(Self.bare(text)) {
            self.address = address
            return
        }
        if let slash = text.lastIndex(of: "/") {
            guard let address = IPAddress(Self.bare(String(text[..<slash]))),
                let length = Int(text[text.index(after: slash)...]), length >= 0,
                length <= (address.isIPv4 ? 32 : 128)
            else { return nil }
            self.address = address
            // An IPv4 address is stored in the last 32 bits of an IPv6 address.
            bits = address.isIPv4 ? length + 96 : length
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        self.port = port
        let host = String(text[..<colon])
        if host.isEmpty || host == "*" { return }
        guard !host.contains(":") || host.hasPrefix("["), let address = IPAddress(Self.bare(host)) else { return nil }
        self.address = address
    }

    private static func bare(_ text: String) -> String {
        text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    }

    /// Whether the pattern has a port, which an address alone never has.
    var hasPort: Bool { port != nil }

    func matches(_ endpoint: Endpoint) -> Bool {
        (port ?? endpoint.port) == endpoint.port && matches(endpoint.address)
    }

    func matches(_ other: IPAddress) -> Bool {
        guard let address else { return true }
        if bits >= 96, address.isIPv4 != other.isIPv4 { return false }
        let differs = UInt128(address.high ^ other.high) << 64 | UInt128(address.low ^ other.low)
        return bits == 0 || differs >> (128 - UInt128(bits)) == 0
    }
}

/// Numbers with units.
enum FilterUnits {
    private static let durations: [String: Double] = [
        "": 1e9, "ns": 1, "us": 1e3, "\u{b5}s": 1e3, "\u{3bc}s": 1e3, "ms": 1e6, "s": 1e9, "sec": 1e9, "min": 60e9,
        "h": 3600e9, "d": 86400e9,
    ]
    private static let sizes: [String: Double] = [
        "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12,
        "ki": 1024, "kib": 1024, "mi": 1_048_576, "mib": 1_048_576, "gi": 1_073_741_824, "gib": 1_073_741_824,
    ]

    /// Reads a duration in nanoseconds; a number without unit counts seconds.
    static func duration(_ text: String) -> Int64? { scaled(text, durations).flatMap { Int64(exactly: $0.rounded()) } }

    /// Reads a count of octets, or a count without unit.
    static func size(_ text: String) -> UInt64? {
        if text.lowercased().hasPrefix("0x") { return UInt64(text.dropFirst(2), radix: 16) }
        return UInt64(text) ?? scaled(text, sizes).flatMap { UInt64(exactly: $0.rounded()) }
    }

    private static func scaled(_ text: String, _ units: [String: Double]) -> Double? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
        guard let number = Double(digits), number.isFinite, let unit = units[text.dropFirst(digits.count).lowercased()]
        else { return nil }
        return number * unit
    }
}
