import TCPWire

/// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed function whose values cannot be predicted without the key.
public struct KeyedHash: Hashable, Sendable {
    private let first: UInt64
    private let second: UInt64

    /// - Parameters: the two halves of the key, which should come from a good source of randomness.
    public init(_ first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    func callAsFunction(_ words: UInt64...) -> UInt64 {
        var a = first ^ 0x736f_6d65_7073_6575
        var b = second ^ 0x646f_7261_6e64_6f6d
        var c = first ^ 0x6c79_6765_6e65_7261
        var d = second ^ 0x7465_6462_7974_6573
        func round() {
            a = a &+ b
            b = (b << 13 | b >> 51) ^ a
            a = a << 32 | a >> 32
            c = c &+ d
            d = (d << 16 | d >> 48) ^ c
            a = a &+ d
            d = (d << 21 | d >> 43) ^ a
            c = c &+ b
            b = (b << 17 | b >> 47) ^ c
            c = c << 32 | c >> 32
        }
        for word in words + [UInt64(words.count * 8) << 56] {
            d ^= word
            round()
            round()
            a ^= word
        }
        c ^= 0xff
        for _ in 0..<4 { round() }
        return a ^ b ^ c ^ d
    }

    func callAsFunction(_ local: Endpoint, _ remote: Endpoint, _ more: UInt64) -> UInt64 {
        self(
            local.address.high, local.address.low, remote.address.high, remote.address.low,
            UInt64(local.port) << 16 | UInt64(remote.port), more)
    }
}
