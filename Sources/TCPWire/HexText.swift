/// Octets written in hexadecimal, as people paste them.
public enum HexText {
    /// Reads plain hexadecimal (`4500003c`, `45 00 00 3c`, `45:00:00:3c`, `0x4500`, over any number of lines) and the dumps
    /// of tcpdump -x and -X, xxd, hexdump -C and tshark -x, whose offsets and character columns are left out.
    ///
    /// - Returns: `nil` where the text contains anything else, or no octets at all.
    public static func octets(_ text: String) -> [UInt8]? {
        var octets: [UInt8] = []
        for line in text.split(whereSeparator: \.isNewline) {
            guard append(line, to: &octets) else { return nil }
        }
        return octets.isEmpty ? nil : octets
    }

    static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func append(_ line: Substring, to octets: inout [UInt8]) -> Bool {
        var rest = Array(line.utf8)[...].drop(while: isBlank)
        if let afterOffset = afterOffset(rest) {
            rest = afterOffset.drop(while: isBlank)
            // hexdump -C puts the characters between bars, and separates its columns with two blanks; the other
            // programs have two blanks only before the characters.
            if let bar = rest.firstIndex(of: UInt8(ascii: "|")) {
                rest = rest[..<bar]
            } else if let gap = rest.indices.dropLast().first(where: { isBlank(rest[$0]) && isBlank(rest[$0 + 1]) }) {
                rest = rest[..<gap]
            }
        }
        let separators = Array(" \t\r:-,.".utf8)
        for token in rest.split(whereSeparator: { separators.contains($0) }) {
            var digits = token
            if digits.starts(with: Array("0x".utf8)) { digits = digits.dropFirst(2) }
            guard digits.count % 2 == 0 else { return false }
            var high: UInt8?
            for octet in digits {
                guard let value = digit(octet) else { return false }
                if let first = high {
                    octets.append(first << 4 | value)
                    high = nil
                } else {
                    high = value
                }
            }
        }
        return true
    }

    /// The rest of a line after a dump's offset: `0x0010:`, `00000010:`, or at least four digits before two blanks.
    /// `nil` where the line does not begin with an offset.
    private static func afterOffset(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var rest = line
        if rest.starts(with: Array("0x".utf8)) { rest = rest.dropFirst(2) }
        let digits = rest.prefix { digit($0) != nil }
        guard digits.count >= 4 else { return nil }
        let after = rest[digits.endIndex...]
        if after.first == UInt8(ascii: ":"), after.dropFirst().first.map(isBlank) ?? true { return after.dropFirst() }
        return after.count >= 2 && after.prefix(2).allSatisfy(isBlank) ? after : nil
    }

    private static func isBlank(_ octet: UInt8) -> Bool { octet == UInt8(ascii: " ") || octet == UInt8(ascii: "\t") }
}
