import TCPWire

/// A condition on one end of a socket, as `src` and `dst` state it: a network, a port, or both.
public struct HostCondition: Hashable, Sendable {
    /// The address family of the network; `nil` if any address matches.
    public var family: SocketEntry.Family?
    /// The network's address in four 32-bit words, the most significant first; of IPv4 only the first word is used.
    public var words: [UInt32]
    /// The length of the network's prefix in bits.
    public var prefixLength: UInt8
    /// The port; `nil` for any port.
    public var port: UInt16?

    /// Creates a condition; if neither a network nor a port is given, it matches every end.
    public init(
        family: SocketEntry.Family? = nil, words: [UInt32] = [0, 0, 0, 0], prefixLength: UInt8 = 0, port: UInt16? = nil
    ) {
        self.family = family
        self.words = words
        self.prefixLength = prefixLength
        self.port = port
    }

    /// Whether one end of a socket of `family` matches.
    ///
    /// This is the check that ss itself makes on the sockets that the kernel has let through, not the kernel's own: it
    /// compares the bits without regard to the address families, and a network with a prefix of length 0 matches any
    /// address. The two checks differ below a `not`; a socket is listed if it passes both, as in ss.
    func matches(_ end: Endpoint, of family: SocketEntry.Family) -> Bool {
        if let port, port != end.port { return false }
        guard prefixLength > 0 else { return true }
        let own = Self.words(of: end.address, family: family)
        guard !hasSameBits(own) else { return true }
        // An IPv4 network also matches the IPv4 connections of IPv6 sockets.
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
