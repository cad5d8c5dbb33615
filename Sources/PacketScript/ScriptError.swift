/// Why a script cannot be run. It is reported before any of the script runs.
public struct ScriptError: Error, Hashable, Sendable {
    /// The line of the script, counted from 1.
    public var line: Int
    /// The octet of that line, counted from 1.
    public var column: Int
    /// What is wrong at that position.
    public var kind: Kind

    /// What is wrong at that position.
    public enum Kind: Hashable, Sendable {
        /// Something else stands where this part of an event must be.
        case expected(Part, found: String)
        /// An unknown name of a constant, a field or an option.
        case unknown(Part, String)
        /// Valid in packetdrill's language, but not supported here: a call, an option, a kind of packet.
        case unsupported(String)
        /// A shell command that is not one of the known ones. None is ever executed.
        case shell(String)
        /// A setting that the host does not have, or that does not accept the value.
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

    /// Whether the script is valid, but needs something that is not supported here.
    public var isUnsupported: Bool {
        switch kind {
        case .unsupported, .shell, .setting: true
        case .expected, .unknown, .tooMuch, .contradiction: false
        }
    }
}
