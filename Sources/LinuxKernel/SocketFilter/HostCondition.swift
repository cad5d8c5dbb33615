import TCPWire

/// What `src` and `dst` ask of one end of a socket: a network, a port, or both.
public struct HostCondition: Hashable, Sendable {
    /// The network's family; `nil` where any address will do.
    public var family: SocketEntry.Family?
    /// The network's number in four words, the first bits first; of IPv4 in the first word alone.
    public var words: [UInt32]
    /// How many bits of it count.
    public var prefixLength: UInt8
    /// `nil` for any port.
    public var port: UInt16?

    /// A network, a port, or both; any socket's end fits where neither is given.
    public init(
        family: SocketEntry.Family? = nil, words: [UInt32] = [0, 0, 0, 0], prefixLength: UInt8 = 0, port: UInt16? = nil
    ) {
        self.family = family
        self.words = words
        self.prefixLength = prefixLength
        self.port = port
    }

    /// Whether one end of a socket of `family` fits.
    ///
    /// This is ss's own second look at what the kernel has let through, and not the kernel's first one: the bits are
    /// compared without regard to the families, and a network of no bits is any address. The two differ below a `not`; a
    /// socket passes where both say so, and those are the rows that ss shows.
    func matches(_ end: Endpoint, of family: SocketEntry.Family) -> Bool {
        if let port, port != end.port { return false }
        guard prefixLength > 0 else { return true }
        let own = Self.words(of: end.address, family: family)
        guard !hasSameBits(own) else { return true }
        // An IPv4 network takes in the IPv4 connections of IPv6 sockets.
        guard self.family == .ipv4, family == .ipv6, own[0] == 0, own[1] == 0, own[2] == 0xffff else { return false }
        return hasSameBits([own[3], own[1], own[2], own[3]])
    }

    private func hasSameBits(_ other: [UInt32]) -> Bool {
        var left = Int(prefixLength)
        for (word, own) in zip(words, other) {
            guard left > 0 else { return true }
            let mask = left >= 32 ? UInt32.max : ~(UInt32.max >> UInt32(left))
            if (word ^ own) & mask != 0 { return false }
            left -= 32
        }
        return true
    }

    private static func words(of address: IPAddress, family: SocketEntry.Family) -> [UInt32] {
        if family == .ipv4 { return [UInt32(truncatingIfNeeded: address.low), 0, 0, 0] }
        return words(of: address)
    }

    static func words(of address: IPAddress) -> [UInt32] {
        [address.high >> 32, address.high, address.low >> 32, address.low].map { UInt32(truncatingIfNeeded: $0) }
    }
}
