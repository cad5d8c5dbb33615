/// An IPv4 or IPv6 address in network order, held in two words.
///
/// An IPv4 address is held as its IPv4-mapped IPv6 form (`::ffff:a.b.c.d`, RFC 4291 2.5.5.2). A dual-stack socket reports
/// its IPv4 peers in that form, so an address read from the kernel equals the one read off the wire.
@frozen public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
    /// The upper 64 bits.
    public var high: UInt64
    /// The lower 64 bits.
    public var low: UInt64

    /// The address with these 128 bits; ``init(ipv4:)`` makes the mapped form of an IPv4 address.
    @inlinable public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address from its 32 bits in host order (`0x7f000001` is 127.0.0.1).
    @inlinable public init(ipv4: UInt32) {
        high = 0
        low = 0x0000_ffff_0000_0000 | UInt64(ipv4)
    }

    /// Whether this is an IPv4 address (or an IPv4-mapped one, which counts as the same).
    @inlinable public var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

    /// The 32 bits of an IPv4 address, in host order; `nil` for IPv6.
    @inlinable public var ipv4: UInt32? { isIPv4 ? UInt32(truncatingIfNeeded: low) : nil }
}

extension IPAddress: Comparable {
    /// Compares the addresses as numbers of 128 bits, so that IPv4 addresses are in their own order.
    @inlinable public static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

/// An address and a port: one end of a connection.
@frozen public struct Endpoint: Hashable, Sendable {
    /// The host's address, IPv4 or IPv6, without an IPv6 zone.
    public var address: IPAddress
    /// The TCP port; 0 where there is none or it is not known.
    public var port: UInt16

    /// One end of a connection.
    @inlinable public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension Endpoint: Comparable {
    /// Compares by address, then by port: this decides which end of a connection is the key's *low* one.
    @inlinable public static func < (left: Endpoint, right: Endpoint) -> Bool {
        left.address != right.address ? left.address < right.address : left.port < right.port
    }
}
