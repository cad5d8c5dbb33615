import TCPState
import Tracking

/// What has to be known of a whole scene before its first row can be drawn: one pass over the rows, nothing kept of them.
struct SceneCensus {
    /// A state letter as it stands on a rail.
    struct Letter: Hashable {
        var state: State?
        var isMini: Bool
    }

    var clock: SceneClock
    /// Digits of the largest segment number.
    var numberDigits = 1
    /// Characters of the longest label with all its words, but for its number.
    private(set) var longestLabel = 0
    /// Digits of the largest sequence variable; 0 where the scene has none.
    var variableDigits = 0
    /// For each lane, the ways its states are known.
    var sources: [Set<Provenance>]
    /// Which letters appear.
    var letters: Set<Letter> = []
    var anyChange = false
    /// Whether some rows have notes.
    private(set) var hasNotes = false

    init(_ scene: Scene) {
        clock = SceneClock(times: scene.rows.lazy.compactMap(\.time))
        sources = Array(repeating: [], count: scene.lanes.count)
        var largestNumber: UInt = 0
        var largestVariable: UInt32 = 0
        var hasVariables = false
        for row in scene.rows {
            if case .segment(let segment) = row {
                largestNumber = max(largestNumber, segment.number.magnitude)
                let words = segment.words.reduce(0) { $0 + 1 + $1.utf8.count }
                longestLabel = max(longestLabel, max(7, segment.flags.utf8.count) + 1 + words)
                for case let variables? in segment.variables {
                    hasVariables = true
                    largestVariable = max(
                        largestVariable, variables.sendUnacknowledged, variables.sendNext, variables.receiveNext)
                }
            }
            hasNotes = hasNotes || !row.notes.isEmpty
            for (lane, mark) in row.marks.enumerated() where lane < sources.count {
                guard let mark else { continue }
                letters.insert(Letter(state: mark.state, isMini: mark.state != nil && mark.form == .mini))
                anyChange = anyChange || mark.changed
                if mark.state != nil { sources[lane].insert(mark.provenance) }
            }
        }
        numberDigits = String(largestNumber).utf8.count
        variableDigits = hasVariables ? String(largestVariable).utf8.count : 0
    }

    /// Cells of the longest label with all its words.
    var labelWidth: Int { numberDigits + 2 + longestLabel }

    /// Whether letters on the rails need a mark of their own to tell a guess from a fact: some lane has both, or there are
    /// too many lanes to name those that have guesses.
    var marksGuesses: Bool {
        sources.contains { $0.contains(.inferred) && $0.count > 1 } || (sources.count > 2 && hasGuessesAndFacts)
    }

    var allSources: Set<Provenance> { sources.reduce(into: []) { $0.formUnion($1) } }

    /// Whether some states are guesses and others facts.
    var hasGuessesAndFacts: Bool {
        allSources.contains(.inferred) && allSources.count > 1
    }
}

extension Scene.Row {
    var time: Int64? {
        switch self {
        case .segment(let segment): segment.time
        case .moment(let moment): moment.time
        case .silence: nil
        }
    }

    var notes: [Scene.Note] {
        switch self {
        case .segment(let segment): segment.notes
        case .moment(let moment): moment.notes
        case .silence: []
        }
    }

    var marks: [Scene.Mark?] {
        switch self {
        case .segment(let segment): segment.marks
        case .moment(let moment): moment.marks
        case .silence: []
        }
    }
}
