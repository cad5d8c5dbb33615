import Narration
import Scenes
import Stories
import TCPState
import Tracking

/// The properties of a whole scene that must be known before its first row can be drawn. They are found in one pass
/// over the rows.
struct SceneCensus {
    /// A state letter as a rail shows it.
    struct Letter: Hashable {
        var state: State?
        var isMini: Bool
    }

    var clock: SceneClock
    /// Digits of the largest segment number.
    var numberDigits = 1
    /// Cells of the longest label with all its words, without the segment's number.
    private(set) var longestLabel = 0
    /// Cells of the longest label with only the words that have to be shown, without the segment's number.
    private(set) var longestNeeded = 0
    /// Digits of the largest sequence variable; 0 where the scene has none.
    var variableDigits = 0
    /// For each lane, the sources from which its states are known.
    var sources: [Set<Provenance>]
    /// The letters that appear on the rails.
    var letters: Set<Letter> = []
    var anyChange = false
    /// Whether some rows have notes.
    private(set) var hasNotes = false
    /// Whether the lanes are the two ends of one connection.
    let isOneConnection: Bool
    /// The sources from which the scene's states are known.
    private(set) var allSources: Set<Provenance> = []
    /// Whether a sign marks each inferred state on the rails: either because some lane has both inferred and observed
    /// states, or because both exist and there are more than two lanes. It is stored because every rail of every row
    /// needs it.
    private(set) var marksGuesses = false

    /// - Parameter absolute: whether sequence numbers are shown as in the headers.
    init(_ scene: Scene, absolute: Bool = false) {
        clock = SceneClock(times: scene.times)
        sources = Array(repeating: [], count: scene.lanes.count)
        isOneConnection = scene.isOneConnection
        var largestNumber: UInt = 0
        var largestVariable: UInt64?
        var flagNames = FlagNames()
        /// For each lane, the mark that was counted last, because most rows change nothing.
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
        // On the first row, a lane that the row does not touch shows the state before it.
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
        // A host may have several connections, and one's variables would be taken for another's. If the row shows the
        // headers' numbers, so must the variables; if that is not possible, they are not shown.
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

    /// Cells of the longest label with only the words that have to be shown.
    var neededWidth: Int { numberDigits + 2 + longestNeeded }

    /// Whether some states are inferred and others observed.
    var hasGuessesAndFacts: Bool {
        allSources.contains(.inferred) && allSources.count > 1
    }
}

/// The census of a scene whose rows are not known yet.
extension SceneCensus {
    /// The numbers of digits, and the time in nanoseconds, that suffice for most connections.
    private static let usual = (
        number: 3, sequence: 5, absolute: 10, length: 4, time: Int64(99_999_999_999)
    )

    /// A census with sizes that suffice for the rows of most connections.
    ///
    /// - Parameter marksGuesses: whether inferred states are marked, because some states will be known from another
    ///   source than the packets.
    init(growing lanes: [Scene.Lane], absolute: Bool, marksGuesses: Bool) {
        self.init(Scene(title: Text(en: "", zh: ""), provenance: [], lanes: lanes, rows: []), absolute: absolute)
        self.marksGuesses = marksGuesses
        clock = SceneClock(upTo: Self.usual.time)
        numberDigits = Self.usual.number
        // A word is a space, its name, an equals sign and its digits; the longest usual flags are `PSH,ACK`.
        let sequence = 5 + (absolute ? Self.usual.absolute : Self.usual.sequence)
        let length = 5 + Self.usual.length
        longestLabel = 8 + sequence * 2 + length
        longestNeeded = 7 + sequence + max(length, absolute ? sequence : 0)
        variableDigits = isOneConnection ? Self.usual.sequence : 0
        for state in State.allCases { letters.insert(Letter(state: state, isMini: false)) }
        for state in [State.synReceived, .finWait2, .timeWait] { letters.insert(Letter(state: state, isMini: true)) }
    }

    /// Enlarges the sizes where a row needs more, beyond what it needs, so that not every later row enlarges them
    /// again.
    ///
    /// - Returns: whether a size has changed.
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

    /// Adds the letters and sources of one more row.
    mutating func add(_ own: SceneCensus) {
        letters.formUnion(own.letters)
        anyChange = anyChange || own.anyChange
        for (lane, ways) in own.sources.enumerated() where sources.indices.contains(lane) {
            sources[lane].formUnion(ways)
        }
        allSources.formUnion(own.allSources)
    }

    /// Makes the legend explain the sign of inferred states, which the rows had: a state without the sign is the
    /// kernel's.
    mutating func markGuesses() {
        marksGuesses = true
        allSources.insert(.kernel)
    }
}
