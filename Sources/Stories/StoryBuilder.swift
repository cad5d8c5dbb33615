import CaptureFile
import TCPState
import TCPWire
import Tracking

/// Builds the story of one connection, observation by observation. The story of a file and that of a connection which goes on are
/// built alike; the first is only taken all at once.
///
/// What a segment is, is told when it comes. What it shows of earlier ones changes these at once and is answered as a revision,
/// but for what hangs on all of them: where that would cost more than it is worth at each segment, it is put off until ``settle()``.
/// After that the story is the one that these observations have, however they came.
public final class StoryBuilder {
    /// What is known of the connection besides its segments.
    private let known: StoredConnection?
    /// Whether words tell of each segment when it arrived.
    private let tellsArrivals: Bool
    private var cursor: ConnectionCursor
    private var pass: LabelPass?
    /// The connection by whose zeros and roles the steps are counted.
    private var base: ConnectionRecord?
    /// The states after each segment as its packets show them, without hindsight.
    private var shown: [(client: State?, server: State?)] = []
    /// Who has sent something, and the last segment that hindsight may look back from.
    private var heard: Set<Party> = []
    private var lastTurn = 0
    private var errors: [ReportedError] = []
    /// What was told before the first segment.
    var early: [EndWord] = []
    var built: ConnectionStory?

    /// Whether the steps count from other zeros than are known now, and whether hindsight has to be asked anew.
    private var isOffBase = false
    var isStale = false
    /// As many steps may come, where that is known before the first.
    private var room = 0
    /// How many steps were laid out anew so far, and how many observations have come.
    private var labour = 0
    private var taken = 0

    /// - Parameters:
    ///   - known: what a pass over all segments knows of the connection already; its segments are not taken by this.
    ///   - tellsArrivals: whether whoever hands the segments in says by words when each arrived.
    public init(_ known: StoredConnection? = nil, tellsArrivals: Bool = false) {
        self.known = known
        self.tellsArrivals = tellsArrivals
        cursor = ConnectionCursor(standing: known?.standing)
    }

    /// The story so far; `nil` before the first segment. A copy that is kept makes the next observation cost as much as all before
    /// it.
    public var story: ConnectionStory? { built }

    // MARK: One at a time

    /// Takes the next observation.
    ///
    /// - Returns: what it did to the story; nothing where a segment is of another connection.
    public func take(_ observation: Observation) -> StoryChange {
        let (before, moments, reports) = counts
        taken += 1
        var cause: [Int] = []
        var revisions: [Revision] = []
        switch observation {
        case .segment(let segment):
            cause = [segment.number]
            guard append(segment) else { break }
            revisions = bringUp(because: cause)
        case .error(let error):
            cause = [error.number]
            errors.append(error)
            isStale = true
        case .word(let word): revisions = hear(word)
        }
        if isOffBase || isStale, mayLabour { revisions += layOut(because: cause) }
        return change(since: (before, moments, reports), revisions)
    }

    /// Brings the story to what all observations so far make of it together.
    public func settle() -> StoryChange {
        let before = counts
        pass?.settle()
        var revisions = bringUp(because: [])
        if isOffBase || isStale { revisions += layOut(because: []) }
        return change(since: before, revisions)
    }

    /// Each observation may cost a handful of steps laid out anew; what costs more is put off.
    private var mayLabour: Bool { labour <= 8 * taken + 4096 }

    private var counts: (steps: Int, moments: Int, reports: Int) {
        (built?.steps.count ?? 0, built?.testimony?.moments.count ?? 0, built?.reports.count ?? 0)
    }

    private func change(
        since before: (steps: Int, moments: Int, reports: Int), _ revised: [Revision]
    ) -> StoryChange {
        let now = counts
        let reports = now.reports > before.reports ? 0 : now.reports
        return StoryChange(
            appended: before.steps..<now.steps, moments: before.moments..<now.moments, reports: reports..<now.reports,
            revised: revised.filter { ($0.place ?? 0) < max(before.steps, 1) })
    }

    // MARK: All at once

    /// Takes observations of which nobody wants to know what each does, and settles what they come to.
    public func take(all observations: some Sequence<Observation>, errors: [ReportedError] = []) {
        base = Self.record(after: observations, known)
        room = observations.underestimatedCount
        for observation in observations {
            taken += 1
            switch observation {
            case .segment(let segment): _ = append(segment)
            case .error(let error): self.errors.append(error)
            case .word(let word): _ = hear(word)
            }
        }
        self.errors += errors
        pass?.settle()
        layOutSteps()
    }

    /// The connection after all segments: so that none has to be counted twice.
    private static func record(
        after observations: some Sequence<Observation>, _ known: StoredConnection?
    ) -> ConnectionRecord? {
        var cursor = ConnectionCursor(standing: known?.standing)
        for case .segment(let segment) in observations { _ = cursor.take(segment.tracked, as: segment.verdict) }
        return cursor.record
    }

    // MARK: Segments

    /// - Returns: whether it is one of the connection's.
    private func append(_ segment: StoredSegment, arrival: SegmentFacts.Arrival? = nil) -> Bool {
        let before = cursor.record
        guard let reading = cursor.take(segment.tracked, as: segment.verdict), let after = cursor.record else {
            return false
        }
        let base = self.base ?? after
        self.base = base
        isOffBase = isOffBase || !base.countsAlike(after)
        if pass == nil {
            pass = LabelPass(base, reusesTuple: known?.record.reusesTuple ?? false)
            pass?.reserveCapacity(room)
            shown.reserveCapacity(room)
        }
        if built == nil {
            built = ConnectionStory(known?.record ?? after)
            built?.leftOut = known?.leftOut ?? 0
            built?.endedBy = known?.endedBy
            built?.steps.reserveCapacity(room)
            for word in early { _ = hear(word) }
            early = []
        } else if known == nil {
            built?.record = after
        }
        let sender: Party = base.isFromClient(segment.header) ? .client : .server
        let fact = SegmentFacts(
            segment, side: base.side(of: sender), reading,
            arrival: arrival ?? (tellsArrivals ? .never : .unknown))
        pass?.append(fact)
        let step = ConnectionStory.Step(
            StepReading(
                segment: segment, side: fact.side, before: before, after: after, final: base,
                isStrange: fact.isStrange(after: fact.isRST ? pass?.facts.dropLast().last : nil)), sender: sender,
            reading.classes,
            labels: pass?.labels.last ?? [])
        noteTurn(step)
        shown.append((step.client.state, step.server.state))
        built?.steps.append(step)
        goOn()
        return true
    }

    /// As far behind one of these, hindsight may look back to what was before it.
    private static let turnReach = 64

    /// Where a connection takes a turn, opening, closing or in its states, hindsight has to be asked; elsewhere it has nothing to
    /// say.
    private func noteTurn(_ step: ConnectionStory.Step) {
        let place = shown.count
        let hasTurned = shown.last.map { $0.client != step.client.state || $0.server != step.server.state } ?? true
        let isFirst = heard.insert(step.sender).inserted
        if hasTurned || isFirst || !step.segment.header.flags.isDisjoint(with: [.syn, .fin, .rst]) { lastTurn = place }
        if place - lastTurn <= Self.turnReach || !errors.isEmpty { isStale = true }
    }

    /// As long as the packets show no other states than before the last segment, what hindsight made of these goes on.
    private func goOn() {
        guard let last = built?.steps.indices.last, last > 0 else { return }
        if shown[last].client == shown[last - 1].client, let before = built?.steps[last - 1].client,
            before != built?.steps[last].client
        {
            built?.steps[last].client = before
            isStale = true
        }
        if shown[last].server == shown[last - 1].server, let before = built?.steps[last - 1].server,
            before != built?.steps[last].server
        {
            built?.steps[last].server = before
            isStale = true
        }
    }

    /// Brings steps up to their labels, where these have changed.
    private func bringUp(because cause: [Int]) -> [Revision] {
        guard let changed = pass?.takeChanged(), !changed.isEmpty else { return [] }
        var revisions: [Revision] = []
        for place in Set(changed).sorted() {
            guard let old = built?.steps[place] else { continue }
            bringUp(place)
            revisions += built?.steps[place].revisions(since: old, at: place, because: cause) ?? []
            if old.segment.header.flags.contains(.fin) { isStale = true }
        }
        return revisions
    }

    /// A step's labels, with what hindsight says of it.
    private func labels(of place: Int) -> [ProvedLabel] {
        var labels = pass?.labels[place] ?? []
        for thought in built?.afterthoughts[place] ?? [] { thought.apply(to: &labels) }
        return labels
    }

    /// Brings one step up to its labels and to what the ends tell of it.
    func bringUp(_ place: Int) {
        let labels = labels(of: place)
        built?.steps[place].labels = labels
        built?.applyAccount(of: place)
    }

    /// Whoever carried a segment tells now when it arrived.
    func note(_ arrival: SegmentFacts.Arrival, of place: Int) { pass?.note(arrival, of: place) }

    // MARK: Hindsight

    /// Counts all steps anew where that is needed, and asks hindsight of all of them.
    private func layOut(because cause: [Int]) -> [Revision] {
        guard let old = built else { return [] }
        if isOffBase { countAnew() }
        layOutSteps()
        guard let story = built else { return [] }
        var revisions: [Revision] = []
        for party in Party.allCases where story.before(party) != old.before(party) {
            revisions.append(
                Revision(place: nil, content: .before(party, story.before(party)), because: cause))
        }
        for (place, before) in old.steps.enumerated() {
            revisions += story.steps[place].revisions(since: before, at: place, because: cause)
        }
        return revisions
    }

    /// Lays out the segments again by the zeros and roles that are known now.
    private func countAnew() {
        guard let old = built, let facts = pass?.facts else { return }
        cursor = ConnectionCursor(standing: known?.standing)
        base = Self.record(after: old.steps.lazy.map { .segment($0.segment) }, known)
        (pass, shown, heard, lastTurn) = (nil, [], [], 0)
        built?.steps = []
        built?.afterthoughts = [:]
        for (place, step) in old.steps.enumerated() {
            _ = append(step.segment, arrival: facts[place].arrival)
            built?.steps[place].account = step.account
        }
        if let base, known == nil {
            built?.client = base.clientEndpoint
            built?.server = base.serverEndpoint
        }
        pass?.settle()
    }

    private func layOutSteps() {
        (isOffBase, isStale) = (false, false)
        guard built != nil else { return }
        labour += shown.count
        _ = pass?.takeChanged()
        built?.afterthoughts = [:]
        built?.clientBefore = .unknown
        built?.serverBefore = .unknown
        for place in shown.indices {
            built?.steps[place].lay(
                ConnectionStory.EndState(state: shown[place].client, provenance: .inferred),
                ConnectionStory.EndState(state: shown[place].server, provenance: .inferred),
                pass?.labels[place] ?? [])
        }
        built?.askHindsight()
        built?.takeReports(errors)
        built?.takeAccounts()
        built?.confirmStates()
    }
}

extension ConnectionRecord {
    /// Whether numbers count from the same zeros in both, and the ends have the same roles and window shifts.
    fileprivate func countsAlike(_ other: ConnectionRecord) -> Bool {
        guard side(of: .client) == other.side(of: .client) else { return false }
        let zeros: Half.Marks = [.initialKnown, .initialGuessed]
        return (0...1).allSatisfy {
            halves[$0].marks.intersection(zeros) == other.halves[$0].marks.intersection(zeros)
                && halves[$0].initialSequence == other.halves[$0].initialSequence
                && windowShift(of: $0) == other.windowShift(of: $0)
        }
    }
}

extension SegmentFacts {
    /// Whether it is of another connection; so is the RST that answers such an ACK.
    fileprivate func isStrange(after previous: SegmentFacts?) -> Bool {
        if classes.contains(.stray), !isSYN, payloadLength == 0 { return true }
        guard isRST, let previous else { return false }
        return previous.classes.contains(.stray) && previous.side != side && previous.acknowledgment == sequence
    }
}

extension ConnectionStory {
    /// The story of what a pass has kept or fetched of a connection.
    ///
    /// - Parameter observations: the states that the kernel showed when it was asked meanwhile.
    /// - Returns: `nil` where there are no segments, or they are not of one connection.
    public init?(_ connection: StoredConnection, asked observations: [StateObservation] = []) {
        let builder = StoryBuilder(connection)
        for observation in observations { builder.early.append(EndWord(observation)) }
        builder.take(all: connection.segments.lazy.map { .segment($0) }, errors: connection.errors)
        guard let story = builder.story, story.steps.count == connection.segments.count else { return nil }
        self = story
    }
}
