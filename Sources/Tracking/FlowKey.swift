import TCPWire

/// Identifies the connection that a segment belongs to: its two endpoints, the lower one first, so that both directions
/// have the same key.
package struct FlowKey: Hashable, Sendable, BitwiseCopyable {
    // Addresses and ports are separate fields: two `Endpoint`s with their padding would take a quarter more.
    private let lowAddress: IPAddress
    private let highAddress: IPAddress
    private let lowPort: UInt16
    private let highPort: UInt16

    /// Creates a key of two endpoints, of which `low` must not be the higher one.
    init(lowAddress: IPAddress, highAddress: IPAddress, lowPort: UInt16, highPort: UInt16) {
        self.lowAddress = lowAddress
        self.highAddress = highAddress
        self.lowPort = lowPort
        self.highPort = highPort
    }

    /// - Returns: the key, and the side (0 low, 1 high) that `segment` came from. Of a connection of a socket with
    ///   itself both ends are one, and so is its side.
    @_transparent
    static func of(_ segment: SegmentHeader) -> (key: FlowKey, side: UInt8) {
        let (source, destination) = (segment.source, segment.destination)
        // The direction of a packet is as good as random, so it is worked out without a branch.
        let port = (segment.destinationPort < segment.sourcePort).bit
        let (from, to) = (source.number, destination.number)
        let reversed = (to < from).bit | (to == from).bit & port
        let isReversed = BranchlessChoice(reversed)
        let highs = isReversed.mask & (source.high ^ destination.high)
        let lows = isReversed.mask & (source.low ^ destination.low)
        let ports = UInt16(truncatingIfNeeded: isReversed.mask) & (segment.sourcePort ^ segment.destinationPort)
        let key = FlowKey(
            lowAddress: IPAddress(high: source.high ^ highs, low: source.low ^ lows),
            highAddress: IPAddress(high: destination.high ^ highs, low: destination.low ^ lows),
            lowPort: segment.sourcePort ^ ports, highPort: segment.destinationPort ^ ports)
        return (key, UInt8(truncatingIfNeeded: reversed))
    }

    var low: Endpoint { Endpoint(address: lowAddress, port: lowPort) }
    var high: Endpoint { Endpoint(address: highAddress, port: highPort) }
    var isReflexive: Bool { lowAddress == highAddress && lowPort == highPort }

    /// The hash is keyed, so that nobody who does not know `seed` can choose addresses that collide.
    @inline(__always)
    func hash(seed: HashSeed) -> UInt64 {
        let ports = UInt64(lowPort) << 16 | UInt64(highPort)
        var mixed = FlowKey.fold(lowAddress.high ^ seed.first, lowAddress.low ^ seed.second)
        mixed = FlowKey.fold(highAddress.high ^ mixed, highAddress.low ^ seed.first)
        return FlowKey.fold(mixed ^ ports, seed.second ^ mixed)
    }

    /// Multiplies to 128 bits and combines the two halves by XOR.
    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low ^ left ^ (right << 32 | right >> 32)
    }
}

/// The secret of a tracker's hash. Randomness is handed in, so that a test can have the same table twice.
@frozen public struct HashSeed: Sendable {
    var first: UInt64
    var second: UInt64

    /// Creates a seed from 128 bits of the generator. This must be a good one, so that nobody can choose addresses and
    /// ports whose hashes collide.
    public init(_ generator: inout some RandomNumberGenerator) {
        first = generator.next()
        second = generator.next()
    }
}

extension IPAddress {
    /// All its octets as one number.
    @_transparent
    fileprivate var number: UInt128 { UInt128(_low: low, _high: high) }
}
