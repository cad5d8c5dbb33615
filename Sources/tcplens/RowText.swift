/// Fields of a line, separated by tabs, as octets in one buffer: a capture may hold millions of connections, and making
/// strings of them would cost more than finding them.
struct RowText {
    private(set) var octets: [UInt8] = []

    mutating func clear() { octets.removeAll(keepingCapacity: true) }

    mutating func append(_ value: String) {
        octets.append(contentsOf: value.utf8)
        tab()
    }

    mutating func append(_ value: UInt64) {
        appendDigits(value, atLeast: 1)
        tab()
    }

    /// A fixed-point number: `value` counts units of 10 to the power of minus `decimals`.
    mutating func append(_ value: Int64, decimals: Int) {
        var scale: UInt64 = 1
        for _ in 0..<decimals { scale *= 10 }
        let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: scale)
        if value < 0 { octets.append(UInt8(ascii: "-")) }
        appendDigits(whole, atLeast: 1)
        octets.append(UInt8(ascii: "."))
        appendDigits(rest, atLeast: decimals)
        tab()
    }

    /// What writes itself.
    mutating func append(_ write: (inout [UInt8]) -> Void) {
        write(&octets)
        tab()
    }

    /// The last tab becomes the line's end.
    mutating func endLine() {
        if !octets.isEmpty { octets[octets.count - 1] = UInt8(ascii: "\n") }
    }

    private mutating func tab() { octets.append(UInt8(ascii: "\t")) }

    private mutating func appendDigits(_ value: UInt64, atLeast count: Int) {
        if value < 10, count <= 1 {
            octets.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
            return
        }
        var digits: InlineArray<20, UInt8> = InlineArray(repeating: 0)
        var rest = value
        var length = 0
        repeat {
            digits[length] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
            length += 1
        } while rest > 0 || length < count
        for index in stride(from: length - 1, through: 0, by: -1) { octets.append(digits[index]) }
    }
}
