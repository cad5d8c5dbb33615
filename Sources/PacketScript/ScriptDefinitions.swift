/// What names in a script stand for: packetdrill's `-D NAME=VALUE`.
public struct ScriptDefinitions: Sendable {
    private(set) var values: [String: [UInt8]] = [:]
    private static let longestValue = 256
    private static let most = 100

    /// No names defined.
    public init() {}

    /// Adds the definition `NAME=VALUE`, where the value is a number, a word, or quoted. A later definition replaces an
    /// earlier one.
    ///
    /// - Returns: whether the text is a definition that could be added.
    public mutating func define(_ text: String) -> Bool {
        guard let equals = text.firstIndex(of: "=") else { return false }
        let name = text[..<equals]
        let value = Array(text[text.index(after: equals)...].utf8)
        guard ScriptCursor.isLetter(name.utf8.first), values.count < Self.most,
            name.utf8.allSatisfy({ ScriptCursor.isLetter($0) || ScriptCursor.isDigit($0) }),
            !value.isEmpty, value.count <= Self.longestValue
        else { return false }
        values[String(name)] = value
        return true
    }

    /// These definitions and the others; where both define a name, the other one's value is used.
    func joined(with others: ScriptDefinitions) -> ScriptDefinitions {
        var joined = self
        joined.values.merge(others.values) { _, theirs in theirs }
        return joined
    }

    /// What packetdrill's own test suite defines for every script: the cookie that Linux makes from the suite's key for
    /// the usual addresses, and the names that differ between the two versions of IP.
    static func suite(isIPv6: Bool) -> ScriptDefinitions {
        var definitions = ScriptDefinitions()
        let lines =
            isIPv6
            ? ["CMSG_LEVEL_IP=SOL_IPV6", "CMSG_TYPE_RECVERR=IPV6_RECVERR"]
            : [
                "CMSG_LEVEL_IP=SOL_IP", "CMSG_TYPE_RECVERR=IP_RECVERR", "CODE=host_unreachable",
                "TFO_COOKIE=3021b9d889017eeb",
            ]
        for line in lines { _ = definitions.define(line) }
        return definitions
    }

    /// The text with every defined name replaced by its value, where it is a whole word outside of comments, strings,
    /// shell commands and assertions; `nil` where the result would have more than `limit` octets.
    func applied(to text: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.count)
        var index = text.startIndex
        func starts(_ characters: StaticString) -> Bool {
            text[index...].starts(with: characters.description.utf8)
        }
        /// Copies a part that begins with `opening` octets at `index`, up to the end of `closing`.
        func copy(_ opening: Int, until closing: StaticString, escapes: Bool = false) {
            var place = min(index + opening, text.endIndex)
            let end = Array(closing.description.utf8)
            while place < text.endIndex, !text[place...].starts(with: end) {
                place += escapes && text[place] == UInt8(ascii: "\\") ? 2 : 1
            }
            place = min(place + end.count, text.endIndex)
            octets += text[index..<place]
            index = place
        }
        while index < text.endIndex {
            guard octets.count <= limit else { return nil }
            switch text[index] {
            case UInt8(ascii: "\""): copy(1, until: "\"", escapes: true)
            case UInt8(ascii: "`"): copy(1, until: "`", escapes: true)
            case UInt8(ascii: "%") where starts("%{"): copy(2, until: "}%")
            case UInt8(ascii: "#"): copy(1, until: "\n")
            case UInt8(ascii: "/") where starts("//"): copy(2, until: "\n")
            case UInt8(ascii: "/") where starts("/*"): copy(2, until: "*/")
            case let octet where ScriptCursor.isLetter(octet) || ScriptCursor.isDigit(octet):
                let word = text[index...].prefix { ScriptCursor.isLetter($0) || ScriptCursor.isDigit($0) }
                // Most words of a script are not defined, and names are short, so long words are not looked up.
                let value = word.count <= 64 ? values[String(decoding: word, as: UTF8.self)] : nil
                octets += value ?? Array(word)
                index = word.endIndex
            default:
                octets.append(text[index])
                index += 1
            }
        }
        return octets
    }
}
