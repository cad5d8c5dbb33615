import TCPWire

/// The Fast Open option of a SYN or SYN-ACK (RFC 7413 4.1.1): a cookie, or the request for one.
public struct FastOpenOption: Hashable, Sendable {
    /// The cookie's first eight octets, in the order in which they are sent; `second` holds the rest.
    private let first: UInt64
    private let second: UInt64
    /// Octets of the cookie, 4 to 16; 0 for a request.
    public let length: UInt8
    /// Whether it has the experimental option number that was used before one was assigned: 254 with 0xf989.
    public var isExperimental: Bool

    /// A cookie, or a request where there are no octets; `nil` where a cookie cannot have this length.
    public init?(_ octets: some Collection<UInt8>, isExperimental: Bool = false) {
        guard octets.isEmpty || (4...16).contains(octets.count) && octets.count % 2 == 0 else { return nil }
        var bits: UInt128 = 0
        for octet in octets { bits = bits << 8 | UInt128(octet) }
        self.init(FastOpenCookie(bits: Self.shifted(bits, octets.count), length: UInt8(octets.count)), isExperimental)
    }

    init?(_ cookie: FastOpenCookie, _ isExperimental: Bool) {
        guard cookie.length == 0 || (4...16).contains(cookie.length) && cookie.length % 2 == 0 else { return nil }
        first = UInt64(truncatingIfNeeded: cookie.bits >> 64)
        second = UInt64(truncatingIfNeeded: cookie.bits)
        length = cookie.length
        self.isExperimental = isExperimental
    }

    /// A cookie of eight octets.
    init(cookie: UInt64, isExperimental: Bool) {
        (first, second, length) = (cookie, 0, 8)
        self.isExperimental = isExperimental
    }

    private static func shifted(_ bits: UInt128, _ count: Int) -> UInt128 {
        count == 0 ? 0 : bits << (128 - 8 * UInt128(count))
    }

    /// The request for a cookie.
    public static func request(isExperimental: Bool = false) -> FastOpenOption {
        FastOpenOption(first: 0, second: 0, length: 0, isExperimental: isExperimental)
    }

    private init(first: UInt64, second: UInt64, length: UInt8, isExperimental: Bool) {
        (self.first, self.second, self.length, self.isExperimental) = (first, second, length, isExperimental)
    }

    /// Whether both have the same cookie, whatever the option's number.
    func hasSameCookie(as other: FastOpenOption) -> Bool {
        first == other.first && second == other.second && length == other.length
    }

    /// The cookie's octets.
    public var octets: [UInt8] {
        (0..<Int(length)).map { index in
            UInt8(truncatingIfNeeded: (index < 8 ? first : second) >> (56 - 8 * UInt64(index % 8)))
        }
    }

    /// Octets that the option takes in a header, padded to whole words.
    var size: Int { (Int(length) + (isExperimental ? 4 : 2) + 3) & ~3 }

    /// The option as whole words, padded with no-operations.
    var words: [UInt32] {
        var octets: [UInt8] = isExperimental ? [254, length + 4, 0xf9, 0x89] : [34, length + 2]
        octets += self.octets
        while octets.count % 4 != 0 { octets.append(1) }
        return stride(from: 0, to: octets.count, by: 4).map { place in
            octets[place..<(place + 4)].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }
}

/// The secret key that cookies are made with (RFC 7413 4.1.2): an address gets the same cookie until the key changes.
/// Cookies are made as Linux makes them, so that two machines with the same key accept each other's.
public struct FastOpenKey: Hashable, Sendable {
    private let hash: KeyedHash

    /// A key made of the host's secret, for hosts that were given no key.
    public init(_ hash: KeyedHash) { self.hash = hash }

    /// A key of 16 octets; `nil` for any other number.
    public init?(_ octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return nil }
        let words = Self.words(Array(octets))
        hash = KeyedHash(words[0], words[1])
    }

    /// The cookie for a client at `client` and the server's address.
    func cookie(from client: IPAddress, to server: IPAddress) -> UInt64 {
        let words = Self.words(Self.octets(client) + Self.octets(server))
        return (words.count == 1 ? hash(words[0]) : hash(words[0], words[1], words[2], words[3])).byteSwapped
    }

    private static func octets(_ address: IPAddress) -> [UInt8] {
        let halves = address.ipv4.map { [UInt64($0) << 32] } ?? [address.high, address.low]
        let all = halves.flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) } }
        return Array(all.prefix(address.isIPv4 ? 4 : 16))
    }

    private static func words(_ octets: [UInt8]) -> [UInt64] {
        stride(from: 0, to: octets.count, by: 8).map { place in
            octets[place..<min(place + 8, octets.count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}
