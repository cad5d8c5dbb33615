/// An argument of a socket call, as written.
indirect enum ScriptExpression: Hashable, Sendable {
    /// `...`
    case wildcard
    /// `NULL`
    case null
    /// A number, or constants joined by `|`.
    case number(Int64)
    case string([UInt8])
    /// `[1, 2]`
    case list([ScriptExpression])
    /// `{fd=3, events=POLLIN}`; a value without a name has the name "".
    case record([Field])
    /// `htons(8080)`
    case function(String, [ScriptExpression])

    struct Field: Hashable, Sendable {
        var name: String
        var value: ScriptExpression
    }

    /// The value of a record's field; `nil` where there is none of this name.
    subscript(name: String) -> ScriptExpression? {
        guard case .record(let fields) = self else { return nil }
        return fields.first { $0.name == name }?.value
    }
}

extension ScriptParser {
    private static let deepest = 8
    private static let mostArguments = 256
    /// More than any test writes at once, and little enough for any machine's memory.
    static let longestBuffer: Int64 = 16 << 20
    private static let mostWritten = 64 << 20

    /// `name(arguments) = result ERRNO (note)`.
    mutating func call() throws(ScriptError) -> CallPlan {
        let start = cursor
        let name = try cursor.word(.call)
        try cursor.demand("(")
        let arguments = try expressions(until: ")", depth: 0)
        try cursor.demand("=")
        let result = try result()
        let compiler = CallCompiler(name: name, arguments: arguments, network: script.network, place: start)
        var plan = try compiler.plan()
        if case .send(_, let octets, _, _) = plan.call { written += octets.count }
        guard written <= Self.mostWritten else { throw start.error(.tooMuch(.script)) }
        plan.value = result.value
        plan.errno = result.errno
        return plan
    }

    private mutating func result() throws(ScriptError) -> (value: Int64?, errno: Int32?) {
        if try cursor.take("?") { return (nil, nil) }
        if try cursor.take("...") { return (nil, nil) }
        guard case .number(let value) = try expression(depth: 0) else { throw cursor.expected(.result) }
        var errno: Int32?
        try cursor.skipBlanks()
        if cursor.peek() == UInt8(ascii: "E") {
            let start = cursor
            let name = try cursor.word(.errno)
            guard let number = ScriptConstants.errors[name] else { throw start.error(.unknown(.errno, name)) }
            errno = Int32(number)
        }
        // The text of strerror(3) or the names of flags, for people; it is ignored.
        if try cursor.take("(") { _ = try cursor.raw(until: ")", limit: 200, .string) }
        return (value, errno)
    }

    private mutating func expressions(
        until end: StaticString, depth: Int
    ) throws(ScriptError) -> [ScriptExpression] {
        var found: [ScriptExpression] = []
        guard try !cursor.take(end) else { return found }
        repeat {
            guard found.count < Self.mostArguments else { throw cursor.error(.tooMuch(.argument)) }
            found.append(try expression(depth: depth + 1))
        } while try cursor.take(",")
        try cursor.demand(end)
        return found
    }

    private mutating func expression(depth: Int) throws(ScriptError) -> ScriptExpression {
        guard depth < Self.deepest else { throw cursor.error(.tooMuch(.argument)) }
        var value = try primary(depth: depth)
        while try cursor.take("|") {
            let start = cursor
            guard case .number(let left) = value, case .number(let right) = try primary(depth: depth) else {
                throw start.expected(.number)
            }
            value = .number(left | right)
        }
        return value
    }

    private mutating func primary(depth: Int) throws(ScriptError) -> ScriptExpression {
        try cursor.skipBlanks()
        switch cursor.peek() {
        case UInt8(ascii: "."):
            try cursor.demand("...")
            return .wildcard
        case UInt8(ascii: "["):
            cursor.advance()
            return .list(try expressions(until: "]", depth: depth))
        case UInt8(ascii: "{"):
            cursor.advance()
            return try record(depth: depth)
        case UInt8(ascii: "\""):
            return .string(try string())
        case UInt8(ascii: "-"):
            cursor.advance()
            return .number(-(try cursor.number()))
        case UInt8(ascii: "~"):
            cursor.advance()
            guard case .number(let value) = try primary(depth: depth) else { throw cursor.expected(.number) }
            return .number(~value)
        case let octet where ScriptCursor.isDigit(octet):
            return .number(try cursor.number())
        default:
            let start = cursor
            let name = try cursor.word(.argument)
            if try cursor.take("(") { return .function(name, try expressions(until: ")", depth: depth)) }
            if name == "NULL" { return .null }
            guard let value = ScriptConstants.value(of: name) else { throw start.error(.unknown(.name, name)) }
            return .number(value)
        }
    }

    /// `{onoff=1, linger=0}`, `{msg_iov(1)=[{..., 100}], msg_flags=0}`, `{..., 100}`.
    private mutating func record(depth: Int) throws(ScriptError) -> ScriptExpression {
        var fields: [ScriptExpression.Field] = []
        guard try !cursor.take("}") else { return .record(fields) }
        repeat {
            guard fields.count < Self.mostArguments else { throw cursor.error(.tooMuch(.argument)) }
            try cursor.skipBlanks()
            var ahead = cursor
            var name = ahead.peekWord()
            ahead.advance(name.utf8.count)
            if !name.isEmpty, try ahead.take("(") {
                // The number of elements, which packetdrill requires, follows from the list.
                _ = try ahead.raw(until: ")", limit: 32, .argument)
            }
            if !name.isEmpty, try ahead.take("=") { cursor = ahead } else { name = "" }
            fields.append(.init(name: name, value: try expression(depth: depth + 1)))
        } while try cursor.take(",")
        try cursor.demand("}")
        return .record(fields)
    }

    /// Reads the two digits after `\x`.
    private mutating func hexOctet() throws(ScriptError) -> UInt8 {
        var value: UInt8 = 0
        for _ in 0..<2 {
            guard let digit = cursor.peek().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw cursor.expected(.number)
            }
            value = value << 4 | UInt8(digit)
            cursor.advance()
        }
        return value
    }

    /// Reads a string, with C's simplest escapes.
    private mutating func string() throws(ScriptError) -> [UInt8] {
        let start = cursor
        cursor.advance()
        var octets: [UInt8] = []
        while let octet = cursor.peek(), octet != UInt8(ascii: "\"") {
            guard octets.count < 65_536 else { throw start.error(.tooMuch(.string)) }
            cursor.advance()
            guard octet == UInt8(ascii: "\\"), let escaped = cursor.peek() else {
                octets.append(octet)
                continue
            }
            cursor.advance()
            switch escaped {
            case UInt8(ascii: "n"): octets.append(0x0a)
            case UInt8(ascii: "r"): octets.append(0x0d)
            case UInt8(ascii: "t"): octets.append(0x09)
            case UInt8(ascii: "0"): octets.append(0)
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): octets.append(escaped)
            case UInt8(ascii: "x"): octets.append(try hexOctet())
            default: throw start.error(.unsupported("\\" + String(decoding: [escaped], as: UTF8.self)))
            }
        }
        guard !cursor.isAtEnd else { throw start.expected(.text("\"")) }
        cursor.advance()
        return octets
    }
}
