import Narration
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

/// The census of a scene whose rows are still to come.
extension SceneCensus {
    /// Digits and nanoseconds that most connections need no more of.
    private static let usual = (
        number: 3, sequence: 5, absolute: 10, length: 4, time: Int64(99_999_999_999)
    )

    /// Room for the rows that most connections have.
    ///
    /// - Parameter marksGuesses: whether some of the states will be known otherwise than by the packets.
    init(growing lanes: [Scene.Lane], absolute: Bool, marksGuesses: Bool) {
        self.init(Scene(title: Text(en: "", zh: ""), provenance: [], lanes: lanes, rows: []), absolute: absolute)
        self.marksGuesses = marksGuesses
        clock = SceneClock(upTo: Self.usual.time)
        numberDigits = Self.usual.number
        // Each with a space, its name and its equals sign; flags are `PSH,ACK`.
        let sequence = 5 + (absolute ? Self.usual.absolute : Self.usual.sequence)
        let length = 5 + Self.usual.length
        longestLabel = 8 + sequence * 2 + length
        longestNeeded = 7 + sequence + max(length, absolute ? sequence : 0)
        variableDigits = isOneConnection ? Self.usual.sequence : 0
        for state in State.allCases { letters.insert(Letter(state: state, isMini: false)) }
        for state in [State.synReceived, .finWait2, .timeWait] { letters.insert(Letter(state: state, isMini: true)) }
    }

    /// Makes room for a row that needs more; for more rows like it too, so that not each of them does.
    ///
    /// - Returns: whether there was less.
    mutating func widen(for own: SceneCensus, _ row: Scene.Row) -> Bool {
        let old = (clock, numberDigits, longestLabel, longestNeeded, variableDigits, hasNotes)
        for time in [row.time, row.endTime].compactMap(\.self) where clock.text(time).utf8.count > clock.width {
            clock = SceneClock(upTo: time.magnitude < UInt64(Int64.max / 10) ? time * 10 : time)
        }
        if own.numberDigits > numberDigits { numberDigits = own.numberDigits + 1 }
        if own.longestLabel > longestLabel { longestLabel = own.longestLabel + 2 }
        if own.longestNeeded > longestNeeded { longestNeeded = own.longestNeeded + 2 }
        if variableDigits > 0, own.variableDigits > variableDigits { variableDigits = own.variableDigits + 1 }
        hasNotes = hasNotes || own.hasNotes
        return old != (clock, numberDigits, longestLabel, longestNeeded, variableDigits, hasNotes)
    }

    /// Counts the letters of one more row.
    mutating func add(_ own: SceneCensus) {
        letters.formUnion(own.letters)
        anyChange = anyChange || own.anyChange
        for (lane, ways) in own.sources.enumerated() where sources.indices.contains(lane) {
            sources[lane].formUnion(ways)
        }
        allSources.formUnion(own.allSources)
    }

    /// Marks guesses as the rows did: those without a mark are the kernel's then.
    mutating func markGuesses() {
        marksGuesses = true
        allSources.insert(.kernel)
    }
}
