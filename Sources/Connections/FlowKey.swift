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
        let (source, destination) = (segment.source, segment.destination)
        // Which way a packet goes is as good as random, and a wrongly predicted branch costs more than all of this.
        let reversed =
            isBefore(destination.high, source.high)
            | isSame(destination.high, source.high)
                & (isBefore(destination.low, source.low)
                    | isSame(destination.low, source.low) & isBefore(segment.destinationPort, segment.sourcePort))
        let high = exchanged(source.high, destination.high, reversed)
        let low = exchanged(source.low, destination.low, reversed)
        let port = exchanged(segment.sourcePort, segment.destinationPort, reversed)
        let key = FlowKey(
            lowAddress: IPAddress(high: high.0, low: low.0), highAddress: IPAddress(high: high.1, low: low.1),
            lowPort: port.0, highPort: port.1)
        return (key, reversed)
    }

    @inline(__always)
    private static func isBefore<Field: FixedWidthInteger>(_ left: Field, _ right: Field) -> UInt8 {
        left < right ? 1 : 0
    }

    @inline(__always)
    private static func isSame(_ left: UInt64, _ right: UInt64) -> UInt8 { left == right ? 1 : 0 }

    /// Both, in the other order where `reversed` is 1.
    @inline(__always)
    private static func exchanged<Field: FixedWidthInteger>(
        _ left: Field, _ right: Field, _ reversed: UInt8
    ) -> (Field, Field) {
        let difference = (left ^ right) & (0 &- Field(truncatingIfNeeded: reversed))
        return (left ^ difference, right ^ difference)
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
