import TCPWire

/// Which connection a segment belongs to, the same for both directions: the two endpoints in order.
struct FlowKey: Hashable, Sendable, BitwiseCopyable {
    // Apart, since two endpoints with their padding would take a quarter more.
    private var lowAddress: IPAddress
    private var highAddress: IPAddress
    private var lowPort: UInt16
    private var highPort: UInt16

    /// - Returns: the key, and the side (0 low, 1 high) that `segment` came from. Of a connection of a socket with itself
    ///   both ends are one, and so is its side.
    @inline(__always)
    static func of(_ segment: borrowing SegmentHeader) -> (key: FlowKey, side: UInt8) {
        let source = segment.source
        let destination = segment.destination
        let isReversed =
            source == destination ? segment.destinationPort < segment.sourcePort : destination < source
        if isReversed {
            let key = FlowKey(
                lowAddress: destination, highAddress: source, lowPort: segment.destinationPort,
                highPort: segment.sourcePort)
            return (key, 1)
        }
        let key = FlowKey(
            lowAddress: source, highAddress: destination, lowPort: segment.sourcePort,
            highPort: segment.destinationPort)
        return (key, 0)
    }

    var low: Endpoint { Endpoint(address: lowAddress, port: lowPort) }
    var high: Endpoint { Endpoint(address: highAddress, port: highPort) }
    var isReflexive: Bool { lowAddress == highAddress && lowPort == highPort }

    /// Keyed, so that nobody who does not know `seed` can choose addresses that collide.
    @inline(__always)
    func hash(seed: HashSeed) -> UInt64 {
        let ports = UInt64(lowPort) << 16 | UInt64(highPort)
        var mixed = FlowKey.fold(lowAddress.high ^ seed.first, lowAddress.low ^ seed.second)
        mixed = FlowKey.fold(highAddress.high ^ mixed, highAddress.low ^ seed.first)
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
