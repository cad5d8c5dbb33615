import Scenes
import TCPState
import Tracking

/// The letter on a lane's rail and the signs after it.
enum Rail {
    /// A state as the rail shows it, in ASCII: `E`, `r`, `2'`, `?`, or its name; followed by `?` if the state is
    /// inferred and `marksGuesses` says that this is marked, and by `*` if it changed on this row.
    static func text(_ mark: Scene.Mark, marksGuesses: Bool, spelled: Bool) -> [UInt8] {
        let place = mark.state.map { Int($0.rawValue) * 2 + (mark.form == .mini ? 1 : 0) } ?? unknown
        let guess = marksGuesses && mark.state != nil && mark.provenance == .inferred ? 1 : 0
        return (spelled ? names : letters)[place * 4 + guess * 2 + (mark.changed ? 1 : 0)]
    }

    private static let letters = texts { Scene.Mark.letter($0, isMini: $1) }
    private static let names = texts { Scene.Mark.name($0, isMini: $1) }

    /// All texts of rails, in this order: for each state those of a full socket and of a request or timewait socket,
    /// then those of an unknown state; and of each the texts without a sign, with `*`, with `?`, and with `?*`.
    private static func texts(_ word: (State?, Bool) -> String) -> [[UInt8]] {
        let words = State.allCases.flatMap { [word($0, false), word($0, true)] } + [word(nil, false)]
        return words.flatMap { word in ["", "*", "?", "?*"].map { Array((word + $0).utf8) } }
    }

    /// The index of an unknown state among the words.
    private static let unknown = State.allCases.count * 2

    static func style(_ mark: Scene.Mark) -> Style {
        guard let state = mark.state else { return .dim }
        return Style(
            ink: .state(StateFamily(state)), isBold: mark.changed && mark.provenance != .inferred,
            isDim: mark.provenance == .inferred)
    }

    /// The cells of a rail, the space to its right included.
    static func width(_ census: SceneCensus, spelled: Bool) -> Int {
        let words = census.letters.map { letter in
            spelled
                ? Scene.Mark.name(letter.state, isMini: letter.isMini)
                : Scene.Mark.letter(letter.state, isMini: letter.isMini)
        }
        let longest = words.map(\.utf8.count).max() ?? 1
        return longest + 2 + (census.marksGuesses ? 1 : 0)
    }
}
