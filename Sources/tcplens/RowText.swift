import TCPWire

/// Fields of a line, separated by tabs, as octets in one buffer: a capture may hold millions of connections, and making
/// strings of them would cost more than finding them.
struct RowText {
    /// What is written, but for the ``piece``.
    private(set) var octets: [UInt8] = []
    /// What comes behind it: an array is asked for its owners at each octet, this is not.
    private var piece = InlineArray<1024, UInt8>(repeating: 0)
    private var filled = 0

    /// Room for any number, and for any address.
    private static let fieldRoom = IPAddress.textRoom

    mutating func clear() {
        octets.removeAll(keepingCapacity: true)
        filled = 0
    }

    mutating func append(_ value: String) {
        let text = value.utf8Span.span
        var start = 0
        while start < text.count {
            makeRoom(1)
            let count = min(text.count - start, piece.count - filled)
            for index in 0..<count { piece[filled &+ index] = text[start &+ index] }
            filled += count
            start += count
        }
        tab()
    }

    mutating func append(_ value: UInt64) {
        makeRoom(Self.fieldRoom)
        putDigits(value)
        tab()
    }

    /// A fixed-point number: `value` counts units of 10 to the power of minus `decimals`, nine at most.
    @inline(__always)
    mutating func append(_ value: Int64, decimals: Int) {
        makeRoom(Self.fieldRoom)
        var scale: UInt64 = 1
        for _ in 0..<decimals { scale *= 10 }
        let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: scale)
        if value < 0 { put(UInt8(ascii: "-")) }
        putDigits(whole)
        put(UInt8(ascii: "."))
        putDigits(rest, count: decimals)
        tab()
    }

    mutating func append(_ endpoint: Endpoint) {
        makeRoom(Self.fieldRoom)
        let place = filled
        var text = piece.mutableSpan
        filled = endpoint.write(to: &text, at: place)
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

    private mutating func tab() {
        makeRoom(1)
        put(UInt8(ascii: "\t"))
    }

    /// Sees to it that so many octets can be put.
    @inline(__always)
    private mutating func makeRoom(_ count: Int) {
        if piece.count - filled < count { spill() }
    }

    @inline(__always)
    private mutating func put(_ octet: UInt8) {
        piece[filled] = octet
        filled += 1
    }

    private mutating func spill() {
        piece.span.extracting(first: filled).withUnsafeBufferPointer { octets.append(contentsOf: $0) }
        filled = 0
    }

    @inline(__always)
    private mutating func putDigits(_ value: UInt64) {
        // Most counters are small.
        guard value >= 10 else { return put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)) }
        putDigits(value, count: Self.digitCount(value))
    }

    /// Two digits at a time, the last first: a division takes longer than all else here.
    private mutating func putDigits(_ value: UInt64, count: Int) {
        var place = filled + count
        let start = filled
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
