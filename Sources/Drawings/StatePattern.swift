import Scenes
import TCPState

/// A state's pattern on a band: the colour of its family, and a texture that none of the other eleven states has, so
/// that states can be distinguished even without colours.
enum StatePattern {
    /// The id of a state's pattern, without the prefix of the drawing.
    static func name(_ state: State) -> String { "state-" + state.name.lowercased() }

    /// The shape in a state's tile, and whether the tile's ground has the family's colour and the shape that of the
    /// paper (`isSolid`), or the other way round.
    private static func tile(_ state: State) -> (isSolid: Bool, shape: String) {
        let slash = "M0 8L8 0H4.5L0 4.5ZM8 8V4.5L4.5 8Z"
        let backslash = "M8 8L0 0H3.5L8 4.5ZM0 8V4.5L3.5 8Z"
        return switch state {
        case .closed: (false, "M1 1h2v2h-2zM5 5h2v2h-2z")
        case .listen: (true, "M0 0h1v8h-1zM4 0h1v8h-1z")
        case .synSent: (true, "M0.5 0.5h3v3h-3zM4.5 4.5h3v3h-3z")
        case .synReceived: (false, slash)
        case .established: (true, "")
        case .finWait1: (true, "M2.5 0h3v8h-3z")
        case .finWait2: (false, backslash)
        case .closing: (false, "M0 8L8 0H6.5L0 6.5ZM8 8V6.5L6.5 8ZM8 8L0 0H1.5L8 6.5ZM0 8V6.5L1.5 8Z")
        case .timeWait: (false, "M0 1h8v3.5h-8z")
        case .closeWait: (true, "M0 5L4 1L8 5V7L4 3L0 7Z")
        case .lastAck: (true, "M0 8L8 0H6L0 6ZM8 8V6L6 8Z")
        }
    }

    /// Writes the definitions of the patterns of `states`.
    static func define(_ states: some Sequence<State>, prefix: String, in markup: inout Markup) {
        for state in states {
            let (isSolid, shape) = tile(state)
            let colour = Palette.Ink(StateFamily(state))
            let (ground, figure) = isSolid ? (colour, Palette.Ink.paper) : (.paper, colour)
            markup.open(
                "pattern",
                [("id", prefix + name(state)), ("width", "8"), ("height", "8"), ("patternUnits", "userSpaceOnUse")])
            markup.empty(
                "rect", [("class", ground.rawValue), ("width", "8"), ("height", "8"), ("fill", ground.light)])
            if !shape.isEmpty {
                markup.empty("path", [("class", figure.rawValue), ("d", shape), ("fill", figure.light)])
            }
            markup.close("pattern")
        }
    }
}
