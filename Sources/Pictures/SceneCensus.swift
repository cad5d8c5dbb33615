import Scenes
import Stories
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
    /// Cells of the longest label with all its words, but for its number.
    private(set) var longestLabel = 0
    /// The same with those words alone that their rows have to show.
    private(set) var longestNeeded = 0
    /// Digits of the largest sequence variable; 0 where the scene has none.
    var variableDigits = 0
    /// For each lane, the ways its states are known.
    var sources: [Set<Provenance>]
    /// Which letters appear.
    var letters: Set<Letter> = []
    var anyChange = false
    /// Whether some rows have notes.
    private(set) var hasNotes = false
    /// Whether the lanes are the two ends of one connection.
    let isOneConnection: Bool
    /// The ways the scene's states are known.
    private(set) var allSources: Set<Provenance> = []
    /// Whether each state letter on the rails has to show that it is a guess, where it is one: because some lane has guesses and
    /// facts, or because there are too many lanes to name those with guesses. Every letter asks for it, so it is computed once.
    private(set) var marksGuesses = false

    /// - Parameter absolute: whether sequence numbers are shown as they stand in the headers.
    init(_ scene: Scene, absolute: Bool = false) {
        clock = SceneClock(times: scene.times)
        sources = Array(repeating: [], count: scene.lanes.count)
        isOneConnection = scene.isOneConnection
        var largestNumber: UInt = 0
        var largestVariable: UInt64?
        var flagNames = FlagNames()
        /// For each lane, the mark that was counted last: most rows change nothing.
        var counted: [Scene.Mark?] = Array(repeating: nil, count: scene.lanes.count)
        func count(_ end: Scene.End) {
            if let mark = end.mark, counted.indices.contains(end.lane), counted[end.lane] != mark {
                counted[end.lane] = mark
                self.count(mark, lane: end.lane)
            }
            guard let variables = end.variables else { return }
            largestVariable = max(
                largestVariable ?? 0, variables.sendUnacknowledged, variables.sendNext, variables.receiveNext)
        }
        for row in scene.rows {
            switch row {
            case .segment(let segment):
                largestNumber = max(largestNumber, segment.number.magnitude)
                let flags = flagNames[segment.flags].count
                let lengths = ArrowLabel.lengths(segment, absolute: absolute, flags: flags)
                longestLabel = max(longestLabel, lengths.whole)
                longestNeeded = max(longestNeeded, lengths.needed)
                hasNotes = hasNotes || !segment.notes.isEmpty
                count(segment.sender)
                count(segment.receiver)
            case .moment(let moment):
                hasNotes = hasNotes || !moment.notes.isEmpty
                count(moment.end)
            }
        }
        // A lane that the first row does not touch shows on it what it was before.
        if let first = scene.rows.first {
            let (one, other) = first.ends
            for (lane, entry) in scene.lanes.enumerated() where lane != one.lane && lane != other?.lane {
                if let mark = entry.before { self.count(mark, lane: lane) }
            }
        }
        allSources = sources.reduce(into: []) { $0.formUnion($1) }
        marksGuesses =
            sources.contains { $0.contains(.inferred) && $0.count > 1 } || (sources.count > 2 && hasGuessesAndFacts)
        numberDigits = String(largestNumber).utf8.count
        // Among hosts, which may have several connections, one's variables would be taken for another's.
        // The headers' numbers beside counted ones would be two kinds on one screen: they are the headers' too, or not there.
        guard isOneConnection, let largestVariable, !absolute || scene.lanes.first?.zero != nil else { return }
        variableDigits = String(absolute ? UInt64(UInt32.max) : largestVariable).utf8.count
    }

    private mutating func count(_ mark: Scene.Mark, lane: Int) {
        guard sources.indices.contains(lane) else { return }
        letters.insert(Letter(state: mark.state, isMini: mark.state != nil && mark.form == .mini))
        anyChange = anyChange || mark.changed
        if mark.state != nil { sources[lane].insert(mark.provenance) }
    }

    /// Cells of the longest label with all its words.
    var labelWidth: Int { numberDigits + 2 + longestLabel }

    /// Cells of the longest label with those words alone that their rows have to show.
    var neededWidth: Int { numberDigits + 2 + longestNeeded }

    /// Whether some states are guesses and others facts.
    var hasGuessesAndFacts: Bool {
        allSources.contains(.inferred) && allSources.count > 1
    }
}
