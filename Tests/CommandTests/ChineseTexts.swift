/// The texts between quotes in a source, those within interpolations too; an interpolation comes as one `•`. Texts that a `+`
/// joins are one.
struct ChineseTexts {
    struct Found {
        let line: Int
        var text: String
        /// Whether it is part of what is said in Chinese, whatever stands in it.
        let isChinese: Bool
    }

    private let source: [Character]
    private var place = 0
    private var found: [Found] = []

    private init(_ source: String) { self.source = Array(source) }

    static func ofSwift(_ source: String) -> [Found] {
        var scanner = ChineseTexts(source)
        while scanner.place < scanner.source.count { scanner.skipCode(isChinese: false, upTo: .end) }
        return scanner.found
    }

    /// What stands between double quotes in a script.
    static func ofShell(_ source: String) -> [Found] {
        var scanner = ChineseTexts(source)
        while let character = scanner.next {
            if character == "#", scanner.place == 0 || scanner.source[scanner.place - 1].isWhitespace {
                scanner.skipLine()
            } else if character == "'" {
                scanner.skip(1)
                while let inner = scanner.next, inner != "'" { scanner.skip(1) }
                scanner.skip(1)
            } else if character == "\"" {
                scanner.takeShellText()
            } else {
                scanner.skip(character == "\\" ? 2 : 1)
            }
        }
        return scanner.found
    }

    private var next: Character? { place < source.count ? source[place] : nil }

    private mutating func skip(_ count: Int) { place = min(place + count, source.count) }

    private func stands(_ words: String) -> Bool { source[place...].starts(with: words) }

    private mutating func skipLine() { while let character = next, !character.isNewline { skip(1) } }

    private var line: Int { source[..<place].count(where: \.isNewline) + 1 }
}

// Swift
extension ChineseTexts {
    private enum Ending { case end, interpolation, argument }

    /// Code up to where it ends, with the texts in it.
    private mutating func skipCode(isChinese: Bool, upTo ending: Ending) {
        var depth = 0
        while let character = next {
            if stands("//") {
                skipLine()
            } else if stands("/*") {
                while next != nil, !stands("*/") { skip(1) }
            } else if character == "\"" || stands("#\"") || stands("##\"") {
                takeText(isChinese: isChinese)
            } else if stands("zh:") {
                skip(3)
                skipCode(isChinese: true, upTo: .argument)
            } else {
                if ending == .argument, depth == 0, ",)]}".contains(character) { return }
                skip(1)
                if "([{".contains(character) { depth += 1 }
                if ")]}".contains(character) {
                    if ending == .interpolation, depth == 0 { return }
                    depth -= 1
                }
            }
        }
    }

    private mutating func takeText(isChinese: Bool) {
        let start = line
        var text = ""
        while true {
            text += swiftText(isChinese: isChinese)
            let behind = place
            while let character = next, character.isWhitespace { skip(1) }
            guard next == "+" else {
                place = behind
                break
            }
            skip(1)
            while let character = next, character.isWhitespace { skip(1) }
            guard next == "\"" else {
                place = behind
                break
            }
        }
        found.append(Found(line: start, text: text, isChinese: isChinese))
    }

    private mutating func swiftText(isChinese: Bool) -> String {
        var signs = ""
        while next == "#" {
            signs += "#"
            skip(1)
        }
        let quotes = stands("\"\"\"") ? "\"\"\"" : "\""
        skip(quotes.count)
        var text = ""
        while let character = next, !stands(quotes + signs) {
            guard stands("\\" + signs) else {
                text.append(character)
                skip(1)
                continue
            }
            skip(1 + signs.count)
            let isInterpolation = next == "("
            skip(1)
            guard isInterpolation else { continue }
            skipCode(isChinese: isChinese, upTo: .interpolation)
            text.append("•")
        }
        skip(quotes.count + signs.count)
        return text
    }
}

// Shell
extension ChineseTexts {
    private mutating func takeShellText() {
        let start = line
        var text = ""
        skip(1)
        while let character = next, character != "\"" {
            if character == "\\" {
                skip(2)
            } else if character == "$" {
                skipExpansion()
                text.append("•")
            } else {
                text.append(character)
                skip(1)
            }
        }
        skip(1)
        found.append(Found(line: start, text: text, isChinese: false))
    }

    /// `$name`, `${...}` or `$(...)`.
    private mutating func skipExpansion() {
        skip(1)
        guard next == "(" || next == "{" else {
            while let character = next, character.isASCII, character.isLetter || character.isNumber || character == "_"
            {
                skip(1)
            }
            return
        }
        var depth = 0
        repeat {
            if next == "(" || next == "{" { depth += 1 }
            if next == ")" || next == "}" { depth -= 1 }
            skip(1)
        } while depth > 0 && next != nil
    }
}
