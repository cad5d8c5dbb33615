import Scenes
import TCPState
import Tracking

/// The letter on a lifeline and what may follow it.
enum Rail {
    /// `E`, `r`, `2'`, `?`: with a following `?` where it is a guess among facts, and `*` where it changed on this row. ASCII.
    static func text(_ mark: Scene.Mark, marksGuesses: Bool) -> [UInt8] {
        let place = mark.state.map { Int($0.rawValue) * 2 + (mark.form == .mini ? 1 : 0) } ?? unknown
        let guess = marksGuesses && mark.state != nil && mark.provenance == .inferred ? 1 : 0
        return texts[place * 4 + guess * 2 + (mark.changed ? 1 : 0)]
    }

    /// All there are: for each state the whole socket's and the small one's, and for none; of each without and with a guess's
    /// sign, of each of these without and with a change's.
    private static let texts: [[UInt8]] = {
        let letters = State.allCases.flatMap { state in
            [false, true].map { Scene.Mark.letter(state, isMini: $0) }
        }
        return (letters + [Scene.Mark.letter(nil, isMini: false)]).flatMap { letter in
            ["", "*", "?", "?*"].map { Array((letter + $0).utf8) }
        }
    }()

    /// The place of the letter for a state that is not known.
    private static let unknown = State.allCases.count * 2

    static func style(_ mark: Scene.Mark) -> Style {
        guard let state = mark.state else { return .dim }
        return Style(
            ink: .state(StateFamily(state)), isBold: mark.changed && mark.provenance != .inferred,
            isDim: mark.provenance == .inferred)
    }

    /// Cells a rail takes, its space to the right included.
    static func width(_ census: SceneCensus) -> Int {
        let hasPrime = census.letters.contains { Scene.Mark.letter($0.state, isMini: $0.isMini).utf8.count > 1 }
        return 3 + (hasPrime ? 1 : 0) + (census.marksGuesses ? 1 : 0)
    }
}
