/// A position in a script's text. Every read is checked against the text's end and moves the position forward, so that
/// parsing always ends.
struct ScriptCursor {
    private(set) var text: [UInt8]
    private(set) var index = 0
    private(set) var line = 1
    private var lineStart = 0

    init(_ text: [UInt8], line: Int = 1) {
        self.text = text
        self.line = line
    }

    /// The octet at the current position, or `count` octets after it; `nil` beyond the end.
    func peek(_ count: Int = 0) -> UInt8? {
        let place = index &+ count
        return place >= 0 && place < text.count ? text[place] : nil
    }

    var isAtEnd: Bool { index >= text.count }

    /// Moves over one octet.
    mutating func advance() {
        guard index < text.count else { return }
        if text[index] == UInt8(ascii: "\n") {
            line &+= 1
            lineStart = index &+ 1
        }
        index &+= 1
    }

    mutating func advance(_ count: Int) {
        for _ in 0..<max(0, count) where !isAtEnd { advance() }
    }

    func error(_ kind: ScriptError.Kind) -> ScriptError {
        ScriptError(line: line, column: index &- lineStart &+ 1, kind)
    }

    func expected(_ part: ScriptError.Part) -> ScriptError { error(.expected(part, found: rest)) }

    /// The text at the current position, for error messages: the rest of the line, at most 24 octets.
    var rest: String {
        let end = text[min(index, text.count)...].prefix(24).prefix { $0 != UInt8(ascii: "\n") }
        return String(decoding: end, as: UTF8.self)
    }

    /// The line that contains the current position, without blanks around it, at most 200 octets.
    var lineText: String {
        // The limit comes first, since a line of a megabyte may hold thousands of events, and this is called for each
        // of them.
        let line = text[min(lineStart, text.count)...].prefix(300).prefix { $0 != UInt8(ascii: "\n") }
        let blank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
        let start = line.firstIndex { !blank($0) } ?? line.endIndex
        let end = (line.lastIndex { !blank($0) } ?? start) &+ 1
        return start < end ? String(decoding: line[start..<end].prefix(200), as: UTF8.self) : ""
    }

    /// Replaces the text from the current position on.
    mutating func replaceRest(with octets: [UInt8]) {
        // The text before it is kept, so that line and column numbers stay right.
        text.replaceSubrange(index..<text.count, with: octets)
    }

    /// Skips blanks, line ends and comments: `//`, `#`, `/* */`.
    mutating func skipBlanks() throws(ScriptError) {
        while let octet = peek() {
            switch (octet, peek(1)) {
            case (0x20, _), (0x09, _), (0x0a, _), (0x0d, _):
                advance()
            case (UInt8(ascii: "#"), _), (UInt8(ascii: "/"), UInt8(ascii: "/")):
                while let inside = peek(), inside != UInt8(ascii: "\n") { advance() }
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                let start = self
                advance(2)
                while !starts(with: "*/") {
                    guard !isAtEnd else { throw start.expected(.text("*/")) }
                    advance()
                }
                advance(2)
            default:
                return
            }
        }
    }

    /// Whether the text at the current position begins with these characters.
    func starts(with characters: StaticString) -> Bool {
        let wanted = Array(characters.description.utf8)
        for (offset, octet) in wanted.enumerated() where peek(offset) != octet { return false }
        return true
    }

    /// Skips blanks, and then these characters if they follow.
    ///
    /// - Returns: whether they did.
    mutating func take(_ characters: StaticString) throws(ScriptError) -> Bool {
        try skipBlanks()
        guard starts(with: characters) else { return false }
        advance(characters.description.utf8.count)
        return true
    }

    /// Skips blanks and these characters, or throws where they do not follow.
    mutating func demand(_ characters: StaticString) throws(ScriptError) {
        guard try take(characters) else { throw expected(.text(characters.description)) }
    }

    static func isLetter(_ octet: UInt8?) -> Bool {
        guard let octet else { return false }
        return octet | 0x20 >= UInt8(ascii: "a") && octet | 0x20 <= UInt8(ascii: "z") || octet == UInt8(ascii: "_")
    }

    static func isDigit(_ octet: UInt8?) -> Bool {
        guard let octet else { return false }
        return octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9")
    }

    /// The letters, digits and underscores at the current position, without moving; empty where there are none.
    func peekWord() -> String {
        var count = 0
        while count < 128, Self.isLetter(peek(count)) || Self.isDigit(peek(count)) { count &+= 1 }
        return String(decoding: text[index..<(index &+ count)], as: UTF8.self)
    }

    /// Skips blanks, and then this word if it follows as a whole word.
    ///
    /// - Returns: whether it did.
    mutating func takeWord(_ word: StaticString) throws(ScriptError) -> Bool {
        try skipBlanks()
        guard peekWord() == word.description else { return false }
        advance(word.description.utf8.count)
        return true
    }

    /// Reads a word, after skipping blanks.
    mutating func word(_ part: ScriptError.Part = .name) throws(ScriptError) -> String {
        try skipBlanks()
        let word = peekWord()
        guard !word.isEmpty else { throw expected(part) }
        advance(word.utf8.count)
        return word
    }

    /// Reads a number, decimal or with `0x`, without a sign.
    mutating func number(upTo limit: Int64 = .max) throws(ScriptError) -> Int64 {
        try skipBlanks()
        let start = self
        let word = peekWord()
        guard let value = Self.value(of: word) else { throw expected(.number) }
        guard value <= limit else { throw start.error(.tooMuch(.number)) }
        advance(word.utf8.count)
        return value
    }

    /// The number that a word stands for; `nil` where it is none, or does not fit into 63 bits.
    static func value(of word: String) -> Int64? {
        guard isDigit(word.utf8.first) else { return nil }
        if word.hasPrefix("0x") || word.hasPrefix("0X") { return Int64(word.dropFirst(2), radix: 16) }
        return Int64(word)
    }

    /// Reads the octets up to `end`, and skips `end` too.
    mutating func raw(until end: StaticString, limit: Int, _ part: ScriptError.Part) throws(ScriptError) -> [UInt8] {
        let start = self
        while !starts(with: end) {
            guard !isAtEnd else { throw start.expected(.text(end.description)) }
            guard index &- start.index < limit else { throw start.error(.tooMuch(part)) }
            advance()
        }
        let found = Array(text[start.index..<index])
        advance(end.description.utf8.count)
        return found
    }
}
