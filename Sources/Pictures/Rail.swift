import Scenes
import TCPState
import Tracking

/// The letter on a lifeline and what may follow it.
enum Rail {
    /// `E`, `r`, `2'`, `?`: with a following `?` where it is a guess among facts, and `*` where it changed on this row.
    static func text(_ mark: Scene.Mark, marksGuesses: Bool) -> String {
        let guess = marksGuesses && mark.state != nil && mark.provenance == .inferred ? "?" : ""
        return mark.letter + guess + (mark.changed ? "*" : "")
    }

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
