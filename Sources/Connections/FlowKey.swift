import TCPWire

/// Which connection a segment belongs to, the same for both directions: the two endpoints in order.
@frozen @usableFromInline struct FlowKey: Hashable, Sendable {
    var low: Endpoint
    var high: Endpoint

    /// - Returns: the key, and the side (0 low, 1 high) that `segment` came from. Of a connection of a socket with itself
    ///   both ends are one, and so is its side.
    @inline(__always)
    static func of(_ segment: SegmentHeader) -> (key: FlowKey, side: Int) {
        let source = segment.sourceEndpoint
        let destination = segment.destinationEndpoint
        return destination < source
            ? (FlowKey(low: destination, high: source), 1) : (FlowKey(low: source, high: destination), 0)
    }

    /// Keyed, so that nobody who does not know `seed` can choose addresses that collide.
    @inline(__always)
    func hash(seed: HashSeed) -> UInt64 {
        let ports = UInt64(low.port) << 16 | UInt64(high.port)
        var mixed = FlowKey.fold(low.address.high ^ seed.first, low.address.low ^ seed.second)
        mixed = FlowKey.fold(high.address.high ^ mixed, high.address.low ^ seed.first)
        return FlowKey.fold(mixed ^ ports, seed.second ^ mixed)
    }

    /// Multiplies to 128 bits and folds the halves together: every input bit reaches every output bit.
    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = (left | 1).multipliedFullWidth(by: right | 1)
        return product.high ^ product.low ^ left ^ (right << 32 | right >> 32)
    }
}

/// The secret of a tracker's hash. Randomness is handed in, so that a test can have the same table twice.
@frozen public struct HashSeed: Sendable {
    var first: UInt64
    var second: UInt64

    public init(_ generator: inout some RandomNumberGenerator) {
        first = generator.next()
        second = generator.next()
    }
}
