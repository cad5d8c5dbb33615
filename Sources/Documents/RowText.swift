import TCPWire

/// The fields of a line, separated by tabs, as octets in one buffer. A capture may hold millions of connections, and
/// making strings of all fields would take longer than finding the connections.
struct RowText {
    /// Everything that was written, except what is still in ``piece``.
    private(set) var octets: [UInt8] = []
    /// The text that comes after ``octets``. It is stored inline, because each change of an array checks whether its
    /// storage is shared.
    private var piece = InlineArray<1024, UInt8>(repeating: 0)
    private var filled = 0

    /// The room that any number or address needs, with the tab after it.
    private static let fieldRoom = IPAddress.textRoom + 1

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
        put(UInt8(ascii: "\t"))
    }

    /// Appends a fixed-point number: `value` counts units of 10 to the power of -`decimals`. There must be at most nine
    /// decimals.
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
        put(UInt8(ascii: "\t"))
    }

    mutating func append(_ endpoint: Endpoint) {
        makeRoom(Self.fieldRoom)
        let place = filled
        var text = piece.mutableSpan
        filled = endpoint.write(to: &text, at: place)
        put(UInt8(ascii: "\t"))
    }

    /// Appends a field that is written by `write`.
    mutating func append(_ write: (inout [UInt8]) -> Void) {
        spill()
        write(&octets)
        tab()
    }

    /// Appends a whole line, and ends it.
    mutating func append(line: String) {
        append(line)
        endLine()
    }

    /// Ends the line: its last tab is replaced by a line feed. After that ``octets`` holds all of the text.
    mutating func endLine() {
        spill()
        if !octets.isEmpty { octets[octets.count - 1] = UInt8(ascii: "\n") }
    }

    private mutating func tab() {
        makeRoom(1)
        put(UInt8(ascii: "\t"))
    }

    /// Makes room in ``piece`` for this many octets.
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
        unsafe piece.span.extracting(first: filled).withUnsafeBufferPointer { unsafe octets.append(contentsOf: $0) }
        filled = 0
    }

    @inline(__always)
    private mutating func putDigits(_ value: UInt64) {
        // Most numbers have a single digit.
        guard value >= 10 else { return put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)) }
        putDigits(value, count: Self.digitCount(value))
    }

    /// Writes a number in groups of four digits, from the last to the first: only the divisions by 10,000 depend on
    /// each other.
    private mutating func putDigits(_ value: UInt64, count: Int) {
        let start = filled
        var place = start + count
        filled = place
        var rest = value
        while place - start >= 4 {
            let fours = rest / 10_000
            let four = UInt32(truncatingIfNeeded: rest &- fours &* 10_000)
            // A division by 100, which is exact for numbers below 10,000.
            let hundreds = (four &* 5243) >> 19
            place -= 4
            putPair(hundreds, at: place)
            putPair(four &- hundreds &* 100, at: place + 2)
            rest = fours
        }
        while place > start {
            place -= 1
            piece[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    @inline(__always)
    private mutating func putPair(_ pair: UInt32, at place: Int) {
        // A division by 10, which is exact for numbers below 100.
        let tens = (pair &* 103) >> 10
        piece[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: tens)
        piece[place + 1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: pair &- tens &* 10)
    }

    private static func digitCount(_ value: UInt64) -> Int {
        // Computed from the number of bits, and one too many at most: 1233 / 4096 is a little more than the decimal
        // logarithm of 2.
        let bits = UInt64.bitWidth - (value | 1).leadingZeroBitCount
        let most = (bits * 1233) >> 12
        return value < powers[most] ? most : most + 1
    }

    /// 1, 10, 100 and so on.
    private static let powers: [UInt64] = (0..<20).map { (0..<$0).reduce(1) { power, _ in power * 10 } }
}
