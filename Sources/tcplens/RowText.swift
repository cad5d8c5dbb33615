/// Fields of a line, separated by tabs, as octets in one buffer: a capture may hold millions of connections, and making
/// strings of them would cost more than finding them.
struct RowText {
    /// What is written, but for the ``piece``.
    private(set) var octets: [UInt8] = []
    /// What comes behind it: an array is asked for its owners at each octet, this is not.
    private var piece = InlineArray<512, UInt8>(repeating: 0)
    private var filled = 0

    mutating func clear() {
        octets.removeAll(keepingCapacity: true)
        filled = 0
    }

    mutating func append(_ value: String) {
        for octet in value.utf8 { put(octet) }
        tab()
    }

    mutating func append(_ value: UInt64) {
        putDigits(value, atLeast: 1)
        tab()
    }

    /// A fixed-point number: `value` counts units of 10 to the power of minus `decimals`.
    mutating func append(_ value: Int64, decimals: Int) {
        var scale: UInt64 = 1
        for _ in 0..<decimals { scale *= 10 }
        let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: scale)
        if value < 0 { put(UInt8(ascii: "-")) }
        putDigits(whole, atLeast: 1)
        put(UInt8(ascii: "."))
        putDigits(rest, atLeast: decimals)
        tab()
    }

    /// What writes itself.
    mutating func append(_ write: (inout [UInt8]) -> Void) {
        spill()
        write(&octets)
        tab()
    }

    /// The last tab becomes the line's end. Then ``octets`` holds all of it.
    mutating func endLine() {
        spill()
        if !octets.isEmpty { octets[octets.count - 1] = UInt8(ascii: "\n") }
    }

    private mutating func tab() { put(UInt8(ascii: "\t")) }

    @inline(__always)
    private mutating func put(_ octet: UInt8) {
        if filled == piece.count { spill() }
        piece[filled] = octet
        filled += 1
    }

    private mutating func spill() {
        piece.span.extracting(first: filled).withUnsafeBufferPointer { octets.append(contentsOf: $0) }
        filled = 0
    }

    /// Two digits at a time, the last first: a division takes longer than all else here.
    private mutating func putDigits(_ value: UInt64, atLeast count: Int) {
        let length = max(count, Self.digitCount(value))
        if piece.count - filled < length { spill() }
        let start = filled
        var place = start + length
        filled = place
        var rest = value
        while place - start >= 2 {
            let pair = rest % 100
            rest /= 100
            // A tenth of what is below 100.
            let tens = (pair &* 103) >> 10
            place -= 2
            piece[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: tens)
            piece[place + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: pair &- tens &* 10)
        }
        if place > start { piece[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10) }
    }

    private static func digitCount(_ value: UInt64) -> Int {
        var (count, limit): (Int, UInt64) = (1, 10)
        while value >= limit {
            count += 1
            let (next, isOver) = limit.multipliedReportingOverflow(by: 10)
            if isOver { break }
            limit = next
        }
        return count
    }
}
