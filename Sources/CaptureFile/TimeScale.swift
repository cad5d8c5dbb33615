/// How an interface's ticks become nanoseconds since the epoch (pcapng's `if_tsresol` and `if_tsoffset`).
@usableFromInline struct TimeScale: Sendable {
    private enum Rule { case multiply, divide, binary }

    private let rule: Rule
    /// Nanoseconds per tick with the rule `multiply`, ticks per nanosecond with `divide`.
    private let factor: UInt64
    private let shift: UInt8
    private let offsetSeconds: Int64
    private let offset: Int64

    /// - Parameters:
    ///   - resolution: the octet of `if_tsresol`: a tick is 10^-n s, or 2^-n s where the top bit is set.
    ///   - offsetSeconds: `if_tsoffset`, added to every timestamp.
    init(resolution: UInt8 = 6, offsetSeconds: Int64 = 0) {
        let exponent = resolution & 0x7f
        if resolution & 0x80 != 0 {
            rule = .binary
            factor = 1
        } else if exponent <= 9 {
            rule = .multiply
            factor = TimeScale.powerOfTen(9 - exponent)
        } else {
            rule = .divide
            // With 10^29 ticks per second or more, 64 bits of them do not amount to a nanosecond.
            factor = exponent - 9 > 19 ? 0 : TimeScale.powerOfTen(exponent - 9)
        }
        shift = exponent
        self.offsetSeconds = offsetSeconds
        let product = offsetSeconds.multipliedReportingOverflow(by: 1_000_000_000)
        offset = product.overflow ? (offsetSeconds < 0 ? .min : .max) : product.partialValue
    }

    private static func powerOfTen(_ exponent: UInt8) -> UInt64 {
        (0..<exponent).reduce(1) { power, _ in power &* 10 }
    }

    /// The time that so many ticks stand for. It is clamped to what 64 bits of nanoseconds can express (the years 1677
    /// to 2262).
    func timestamp(_ ticks: UInt64) -> Timestamp {
        if rule == .multiply {
            let product = ticks.multipliedReportingOverflow(by: factor)
            if !product.overflow, let nanoseconds = Int64(exactly: product.partialValue) {
                let sum = nanoseconds.addingReportingOverflow(offset)
                if !sum.overflow { return Timestamp(nanoseconds: sum.partialValue) }
            }
        }
        return Timestamp(nanoseconds: Int64(clamping: exact(ticks)))
    }

    /// The time in nanoseconds since 1970, before clamping. 128 bits hold every intermediate result: 2^64 ticks of up
    /// to 2^30 ns, 2^63 s of 2^30 ns.
    private func exact(_ ticks: UInt64) -> Int128 {
        let nanoseconds: UInt128 =
            switch rule {
            case .multiply: UInt128(ticks) &* UInt128(factor)
            case .divide: factor == 0 ? 0 : UInt128(ticks / factor)
            case .binary: (UInt128(ticks) &* 1_000_000_000) >> UInt128(shift)
            }
        return Int128(truncatingIfNeeded: nanoseconds) &+ Int128(offsetSeconds) &* 1_000_000_000
    }
}
