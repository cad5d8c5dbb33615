import Lab

/// The answer to how long a segment is to be held, while it is being typed.
struct StepHold {
    private(set) var typed = ""

    enum Outcome {
        case typing
        case cancelled
        /// The typed text is not a valid time.
        case noTime(String)
        case decided(Intervention.Action)
    }

    /// The largest number of characters that can be typed; it suffices for any valid time.
    private static let longest = 8

    mutating func take(_ key: RawTerminal.Key) -> Outcome {
        switch key {
        case .character("n"), .character("N"): return .decided(.holdBehindNext)
        case .character(let character) where "0123456789.".contains(character):
            if typed.count < Self.longest { typed.append(character) }
            return .typing
        case .character("s") where !typed.isEmpty, .enter where !typed.isEmpty:
            return Intervention.time(typed + "s").map { .decided(.hold($0)) } ?? .noTime(typed)
        case .backspace where !typed.isEmpty:
            typed.removeLast()
            return .typing
        case .redraw: return .typing
        default: return .cancelled
        }
    }
}
