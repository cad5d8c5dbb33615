/// Parses a script, event by event.
struct ScriptParser {
    var cursor: ScriptCursor
    var script = PacketScript()
    var definitions: ScriptDefinitions
    var addresses = AddressFlags()
    /// How many octets the script's calls write in all; they are kept in memory.
    var written = 0

    /// A day: no script waits longer, and sums of times stay far below what 64 bits hold.
    private static let longestTime: Int64 = 86_400_000_000_000

    init(_ text: [UInt8], _ definitions: ScriptDefinitions) {
        cursor = ScriptCursor(text)
        self.definitions = definitions
    }

    mutating func read() throws(ScriptError) -> PacketScript {
        try cursor.skipBlanks()
        while cursor.starts(with: "--") {
            try option()
            try cursor.skipBlanks()
        }
        try settleAddresses()
        try replaceDefinitions()
        while !cursor.isAtEnd {
            guard script.events.count < PacketScript.mostEvents else { throw cursor.error(.tooMuch(.script)) }
            try script.events.append(event())
            try cursor.skipBlanks()
        }
        return script
    }

    private mutating func event() throws(ScriptError) -> ScriptEvent {
        let line = cursor.line
        let text = cursor.lineText
        // Shell commands and assertions, with which the test suite's scripts begin and end, have no time.
        let isUntimed = cursor.peek() == UInt8(ascii: "`") || cursor.starts(with: "%{")
        let moment = isUntimed ? ScriptMoment.now : try moment()
        try cursor.skipBlanks()
        let action = try action()
        if moment.end != nil {
            guard case .call = action else { throw ScriptError(line: line, column: 1, .expected(.call, found: text)) }
        }
        return ScriptEvent(line: line, text: text, moment: moment, action: action)
    }

    private mutating func action() throws(ScriptError) -> ScriptEvent.Action {
        switch cursor.peek() {
        case UInt8(ascii: "<"):
            cursor.advance()
            return try packet(isInbound: true)
        case UInt8(ascii: ">"):
            cursor.advance()
            return try packet(isInbound: false)
        case UInt8(ascii: "`"):
            let start = cursor
            cursor.advance()
            let command = try cursor.raw(until: "`", limit: 1 << 16, .shell)
            return .settings(try ShellCommands.settings(command, isFirst: script.isAtBeginning, at: start))
        case UInt8(ascii: "%"):
            cursor.advance()
            let start = cursor
            guard cursor.starts(with: "{") else { throw cursor.expected(.text("%{")) }
            cursor.advance()
            let code = try cursor.raw(until: "}%", limit: 1 << 16, .assertion)
            var parser = AssertionParser(code, line: start.line)
            return .check(try parser.assertions())
        case let octet where ScriptCursor.isLetter(octet):
            return .call(try call())
        default:
            throw cursor.expected(.event)
        }
    }

    // MARK: Times

    /// An event's time: `+0.1`, `0.1`, `*`, `+0.1~+0.2`, `+0~0.2`, `+0...0.2`.
    private mutating func moment() throws(ScriptError) -> ScriptMoment {
        if cursor.peek() == UInt8(ascii: "*") {
            cursor.advance()
            return ScriptMoment(base: .anything, earliest: 0, latest: .max)
        }
        let isRelative = takePlus()
        let first = try seconds()
        var moment = ScriptMoment(base: isRelative ? .previous : .start, earliest: first, latest: first)
        try cursor.skipBlanks()
        let start = cursor
        if cursor.starts(with: "...") {
            cursor.advance(3)
            try cursor.skipBlanks()
            _ = takePlus()
            let end = try seconds()
            guard end >= first else { throw start.error(.contradiction(cursor.lineText)) }
            moment.end = end
        } else if cursor.peek() == UInt8(ascii: "~") {
            cursor.advance()
            try cursor.skipBlanks()
            _ = takePlus()
            moment.latest = try seconds()
            guard moment.latest >= first else { throw start.error(.contradiction(cursor.lineText)) }
        }
        return moment
    }

    private mutating func takePlus() -> Bool {
        guard cursor.peek() == UInt8(ascii: "+") else { return false }
        cursor.advance()
        return true
    }

    /// Decimal seconds, read exactly; at most nine decimal places count.
    private mutating func seconds() throws(ScriptError) -> Int64 {
        let start = cursor
        var whole: Int64 = 0
        var digits = 0
        while let octet = cursor.peek(), ScriptCursor.isDigit(octet) {
            whole = whole * 10 + Int64(octet - UInt8(ascii: "0"))
            guard whole <= Self.longestTime / 1_000_000_000 else { throw start.error(.tooMuch(.time)) }
            digits += 1
            cursor.advance()
        }
        var nanoseconds = whole * 1_000_000_000
        // The dots may also belong to the `...` of a blocking call.
        if cursor.peek() == UInt8(ascii: "."), ScriptCursor.isDigit(cursor.peek(1)) || digits > 0,
            cursor.peek(1) != UInt8(ascii: ".")
        {
            cursor.advance()
            var unit: Int64 = 100_000_000
            while let octet = cursor.peek(), ScriptCursor.isDigit(octet) {
                nanoseconds += Int64(octet - UInt8(ascii: "0")) * unit
                unit /= 10
                digits += 1
                cursor.advance()
            }
        }
        guard digits > 0 else { throw start.expected(.time) }
        return nanoseconds
    }
}
