import ArgumentParser

/// A length of time as people write it: `60`, `1.5s`, `500ms`, `5m`, `2h`.
struct Span: ExpressibleByArgument {
    let nanoseconds: Int64

    init?(argument: String) {
        let units: [(String, Double)] = [("ms", 1e6), ("us", 1e3), ("s", 1e9), ("m", 60e9), ("h", 3600e9)]
        let (suffix, scale) = units.first { argument.hasSuffix($0.0) } ?? ("", 1e9)
        guard let value = Double(argument.dropLast(suffix.count)), value > 0, value * scale < 9e18 else { return nil }
        nanoseconds = Int64(value * scale)
    }
}
