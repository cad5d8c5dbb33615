import TCPState
import Tracking

/// The letter on a lifeline and what may follow it.
enum Rail {
    /// `E`, `r`, `2'`, `?`: with a following `?` where it is a guess among facts, and `*` where it changed on this row.
    static func text(_ mark: Scene.Mark, marksGuesses: Bool) -> String {
        let guess = marksGuesses && mark.state != nil && mark.provenance == .inferred ? "?" : ""
        return letter(mark.state, isMini: mark.form == .mini) + guess + (mark.changed ? "*" : "")
    }

    /// The letter alone. FIN-WAIT-2 kept in a timewait socket has no lower case and takes a prime.
    static func letter(_ state: State?, isMini: Bool) -> String {
        guard let state else { return "?" }
        let letter = String(state.letter)
        guard isMini else { return letter }
        let lower = letter.lowercased()
        return lower == letter ? letter + "'" : lower
    }

    static func style(_ mark: Scene.Mark) -> Style {
        guard let state = mark.state else { return .dim }
        return Style(
            ink: .state(StateFamily(state)), isBold: mark.changed && mark.provenance != .inferred,
            isDim: mark.provenance == .inferred)
    }

    /// Cells a rail takes, its space to the right included.
    static func width(_ census: SceneCensus) -> Int {
        let hasPrime = census.letters.contains { letter($0.state, isMini: $0.isMini).utf8.count > 1 }
        return 3 + (hasPrime ? 1 : 0) + (census.marksGuesses ? 1 : 0)
    }
}
