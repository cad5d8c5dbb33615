import TCPState

/// The eleven states in five families, each with its own hue, because not every eye can tell eleven hues apart. States
/// of one family are told apart by their letters, and by a pattern where there is room.
public enum StateFamily: Sendable, CaseIterable {
    /// CLOSED and LISTEN; the states that lead to ESTABLISHED; ESTABLISHED; the states of an end that closed first;
    /// those of an end whose peer closed first.
    case idle, opening, open, weClosed, theyClosed

    /// The family that a state belongs to.
    public init(_ state: State) {
        switch state {
        case .closed, .listen: self = .idle
        case .synSent, .synReceived: self = .opening
        case .established: self = .open
        case .finWait1, .finWait2, .closing, .timeWait: self = .weClosed
        case .closeWait, .lastAck: self = .theyClosed
        }
    }

    /// The family's colour on a background of `theme`, as 0xRRGGBB. Any two colours differ for deuteranopes and
    /// protanopes as well, and each has a contrast of at least 3:1.
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

/// The brightness of a picture's background.
public enum Theme: Sendable, Equatable {
    /// Light letters on a dark background, or dark letters on a light one.
    case dark, light
}
