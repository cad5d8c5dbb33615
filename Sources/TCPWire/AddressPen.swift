/// Writes addresses as octets of text, one after the other.
///
/// How many digits a number has is unpredictable, so branches on it would be mispredicted. Instead, every possible
/// digit is written at the next index, and the index advances, without a branch, only past those that belong to the
/// number. So the octet after the last one of the text may be overwritten too.
struct AddressPen {
    /// Where the next octet goes.
    private(set) var place: Int

    init(_ place: Int) { self.place = place }

    @inline(__always)
    mutating func put(_ octet: Unicode.Scalar, to text: inout MutableSpan<UInt8>) {
        text[place] = UInt8(ascii: octet)
        place &+= 1
    }

    /// Writes a digit, and keeps it only if `number` is at least `least`, which is to say that it has this digit.
    @inline(__always)
    private mutating func put(
        _ digit: UInt16, if number: UInt16, isAtLeast least: UInt16, to text: inout MutableSpan<UInt8>
    ) {
        text[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
        place &+= number >= least ? 1 : 0
    }

    @inline(__always)
    mutating func put(decimal number: UInt16, to text: inout MutableSpan<UInt8>) {
        put(number / 10_000, if: number, isAtLeast: 10_000, to: &text)
        put(number / 1000 % 10, if: number, isAtLeast: 1000, to: &text)
        put(octet: number, below: number % 1000, to: &text)
    }

    /// Writes the last three decimal digits of a number; `rest` is the number modulo 1000.
    @inline(__always)
    private mutating func put(octet number: UInt16, below rest: UInt16, to text: inout MutableSpan<UInt8>) {
        put(rest / 100, if: number, isAtLeast: 100, to: &text)
        put(rest / 10 % 10, if: number, isAtLeast: 10, to: &text)
        put(rest % 10, if: number, isAtLeast: 0, to: &text)
    }

    private mutating func put(hexadecimal number: UInt16, to text: inout MutableSpan<UInt8>) {
        put(hexadecimal: number >> 12, if: number, isAtLeast: 0x1000, to: &text)
        put(hexadecimal: number >> 8 & 0xf, if: number, isAtLeast: 0x100, to: &text)
        put(hexadecimal: number >> 4 & 0xf, if: number, isAtLeast: 0x10, to: &text)
        put(hexadecimal: number & 0xf, if: number, isAtLeast: 0, to: &text)
    }

    @inline(__always)
    private mutating func put(
        hexadecimal digit: UInt16, if number: UInt16, isAtLeast least: UInt16, to text: inout MutableSpan<UInt8>
    ) {
        // In ASCII, "a" does not follow "9": it stands 39 characters after the one that does.
        put(digit &+ (digit > 9 ? 39 : 0), if: number, isAtLeast: least, to: &text)
    }

    mutating func put(_ address: IPAddress, to text: inout MutableSpan<UInt8>) {
        if let ipv4 = address.ipv4 {
            for shift: UInt32 in [24, 16, 8, 0] {
                let octet = UInt16(truncatingIfNeeded: ipv4 >> shift & 0xff)
                put(octet: octet, below: octet, to: &text)
                text[place] = UInt8(ascii: ".")
                place &+= shift > 0 ? 1 : 0
            }
            return
        }
        let gap = address.longestZeroRun
        var index = 0
        while index < 8 {
            if index == gap.lowerBound, !gap.isEmpty {
                put(":", to: &text)
                put(":", to: &text)
                index = gap.upperBound
                continue
            }
            if index > 0, index != gap.upperBound || gap.isEmpty { put(":", to: &text) }
            put(hexadecimal: address.group(index), to: &text)
            index += 1
        }
    }
}

/// Makes strings of what an ``AddressPen`` writes.
enum AddressText {
    /// - Parameter write: writes text from index 0 on, and returns how many octets it has.
    static func string(_ write: (inout MutableSpan<UInt8>) -> Int) -> String {
        var octets = [UInt8](repeating: 0, count: IPAddress.textRoom)
        var text = octets.mutableSpan
        let count = write(&text)
        return String(decoding: octets.prefix(count), as: UTF8.self)
    }
}
