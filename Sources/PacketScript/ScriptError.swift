/// Why a script cannot be run: told before any of it is.
public struct ScriptError: Error, Hashable, Sendable {
    /// The line of the script, counted from 1.
    public var line: Int
    /// The octet in that line, counted from 1.
    public var column: Int
    /// What is wrong there.
    public var kind: Kind

    /// What is wrong there.
    public enum Kind: Hashable, Sendable {
        /// Something else stands where this part of an event has to be.
        case expected(Part, found: String)
        /// A name that means nothing here: a constant, a field, an option.
        case unknown(Part, String)
        /// packetdrill's language, but not understood here: a call, an option, a kind of packet.
        case unsupported(String)
        /// A shell command that is not known to be harmless: none is ever executed.
        case shell(String)
        /// A setting that the host does not have, or does not take the value for.
        case setting(String)
        /// Too long, too deep or too many.
        case tooMuch(Part)
        /// Numbers that contradict each other: `1:11(5)`.
        case contradiction(String)
    }

    /// A part of the language.
    public enum Part: Hashable, Sendable {
        case script, time, event, number, direction, flags, sequence, option, call, argument, result, errno, string
        case shell, assertion, field, setting, icmp, name
        /// These characters.
        case text(String)
    }

    init(line: Int, column: Int, _ kind: Kind) {
        self.line = line
        self.column = column
        self.kind = kind
    }

    /// Whether the script is right, but asks for what is not here.
    public var isUnsupported: Bool {
        switch kind {
        case .unsupported, .shell, .setting: true
        case .expected, .unknown, .tooMuch, .contradiction: false
        }
    }
}
