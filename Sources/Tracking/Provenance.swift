/// How a state, a number or a label is known.
public enum Provenance: UInt8, Sendable, CaseIterable {
    /// The kernel was asked and said so.
    case kernel
    /// Our own TCP says so of itself.
    case stack
    /// A packet shows it.
    case wire
    /// Concluded from the packets by RFC 9293's rules.
    case inferred

    /// The letter that marks it on screen: `K`, `S`, `W`, `I`.
    public var letter: Character {
        switch self {
        case .kernel: "K"
        case .stack: "S"
        case .wire: "W"
        case .inferred: "I"
        }
    }
}
