/// Text as UTF-8 in one buffer, into which numbers are written directly: a listing of many thousand connections would
/// otherwise spend its time on short-lived strings.
package struct OctetText {
    /// What has been written.
    package private(set) var octets: [UInt8] = []

    /// Without any text.
    package init() {}

    /// How many octets have been written.
    package var count: Int { octets.count }

    /// Removes the text, and keeps the buffer's capacity.
    package mutating func clear() { octets.removeAll(keepingCapacity: true) }

    /// Removes everything after the first `count` octets.
    package mutating func cut(to count: Int) { octets.removeSubrange(count...) }

    /// Appends a string.
    package mutating func put(_ text: String) { octets.append(contentsOf: text.utf8) }

    /// Appends octets. There are two overloads and not a generic function, because other rooms could not specialize
    /// that one.
    package mutating func put(_ text: [UInt8]) { octets.append(contentsOf: text) }

    /// Appends octets.
    package mutating func put(_ text: ArraySlice<UInt8>) { octets.append(contentsOf: text) }

    /// Appends so many spaces; none where the number is below 1.
    package mutating func put(spaces: Int) {
        octets.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, spaces)))
    }

    /// Appends a number in decimal.
    package mutating func put(_ number: Int) {
        if number < 0 { octets.append(UInt8(ascii: "-")) }
        put(UInt64(number.magnitude), digits: 1)
    }

    /// Appends a number in decimal.
    package mutating func put(_ number: UInt64) { put(number, digits: 1) }

    /// Appends a fixed-point number: `value` in units of `unit`, a power of ten, with a fixed count of decimals,
    /// rounded half away from zero. It is exact even where a `Double` would not be, as for nanoseconds since 1970.
    package mutating func put(_ value: Int64, unit: UInt64, decimals: Int) {
        var scale: UInt64 = 1
        for _ in 0..<decimals { scale *= 10 }
        let step = max(1, unit / scale)
        let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: step)
        let steps = whole + (rest >= step - rest ? 1 : 0)
        if value < 0, steps > 0 { octets.append(UInt8(ascii: "-")) }
        put(steps / scale, digits: 1)
        guard decimals > 0 else { return }
        octets.append(UInt8(ascii: "."))
        put(steps % scale, digits: decimals)
    }

    /// Appends a number in decimal, with leading zeros where it has fewer than `digits` digits.
    private mutating func put(_ value: UInt64, digits: Int) {
        var text = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
        var start = text.count
        var rest = value
        while rest > 0 {
            start -= 1
            text[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        start = min(start, text.count - digits)
        for place in start..<text.count { octets.append(text[place]) }
    }

    /// Removes spaces at the end, but none of the first `count` octets.
    package mutating func dropSpaces(behind count: Int) {
        while octets.count > count, octets.last == UInt8(ascii: " ") { octets.removeLast() }
    }
}

extension String {
    /// A fixed-point number as a string, as ``OctetText/put(_:unit:decimals:)`` writes it.
    package init(_ value: Int64, unit: UInt64, decimals: Int) {
        var text = OctetText()
        text.put(value, unit: unit, decimals: decimals)
        self.init(decoding: text.octets, as: UTF8.self)
    }
}
