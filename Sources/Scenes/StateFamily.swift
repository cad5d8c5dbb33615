import TCPState

/// The eleven states in five families: a hue each, because eleven hues cannot be told apart by every eye. Within a family
/// the letter tells, and where there is room a pattern.
public enum StateFamily: Sendable, CaseIterable {
    /// CLOSED and LISTEN; on the way to ESTABLISHED; ESTABLISHED; closed by this end first; closed by the other.
    case idle, opening, open, weClosed, theyClosed

    /// The family a state belongs to.
    public init(_ state: State) {
        switch state {
        case .closed, .listen: self = .idle
        case .synSent, .synReceived: self = .opening
        case .established: self = .open
        case .finWait1, .finWait2, .closing, .timeWait: self = .weClosed
        case .closeWait, .lastAck: self = .theyClosed
        }
    }

    /// The family's colour, 0xRRGGBB, on a background of `theme`; chosen so that any two differ for deuteranopes and
    /// protanopes as well, with a contrast of at least 3:1.
    package func colour(_ theme: Theme) -> UInt32 {
        switch (self, theme) {
        case (.idle, .dark): 0x7B838E
        case (.idle, .light): 0x4B5058
        case (.opening, .dark): 0xFFBA0A
        case (.opening, .light): 0xA38400
        case (.open, .dark): 0x7EF1AC
        case (.open, .light): 0x12A568
        case (.weClosed, .dark): 0x519DF6
        case (.weClosed, .light): 0x0A5DFF
        case (.theyClosed, .dark): 0xCC2500
        case (.theyClosed, .light): 0xFF1FC0
        }
    }
}

/// What a picture's background is like.
public enum Theme: Sendable, Equatable {
    /// Light letters on dark, or dark ones on light.
    case dark, light
}
