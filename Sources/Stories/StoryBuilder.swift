import CaptureFile
import FlatMemory
import TCPState
import TCPWire
import Tracking

/// Builds the story of one connection, observation by observation. The story of a file is built in the same way as that
/// of a connection which still goes on; only all of its observations are taken at once.
///
/// Each segment is labelled when it comes. What it shows of earlier ones changes these at once, and is returned as
/// revisions. The exception is what depends on all segments together: in a long story that is put off, at the latest
/// until ``settle()``. After that the story depends only on the observations, and not on how they were handed in.
public final class StoryBuilder {
    /// What a pass knows of the connection, besides its segments.
    private let known: StoredConnection?
    /// Whether statements will report when each segment arrived.
    private let tellsArrivals: Bool
    private var cursor: ConnectionCursor
    private var pass: LabelPass?
    /// The record from whose ISNs the steps' numbers are counted, and which decides the roles.
    private var base: ConnectionRecord?
    /// The states after each segment as the packets show them, before hindsight.
    private var shown: [(client: State?, server: State?)] = []
    /// The ends that have sent something; and the last segment from which hindsight may still change earlier steps.
    private var heard: Set<Party> = []
    private var lastTurn = 0
    /// The ICMP errors so far.
    private var errors: [ReportedError] = []
    /// All statements so far, each with the number of steps before it.
    private var told: [(stepsBefore: Int, word: EndWord)] = []
    private var built: ConnectionStory?
    /// How many steps will come, if this is known before the first.
    private var room = 0
    /// Whether changes are reported to the caller; false if all observations are taken at once.
    private var notesChanges = true

    /// Whether ISNs or roles are now known to be others than in ``base``.
    private var isOffBase = false
    /// Whether hindsight must be applied again.
    private var isStale = false
    /// The packet numbers of some segments that made ``isOffBase`` or ``isStale`` true.
    private var causes: [Int] = []
    /// How many steps may be laid out again. Each observation adds to this, up to a limit, so that the cost of a single
    /// observation is bounded, however long the story is.
    private var credit: Int
    private let creditLimit: Int

    /// - Parameters:
    ///   - known: what a pass over all segments already knows of the connection. Its segments are not taken from here.
    ///   - tellsArrivals: whether statements will report when each segment arrived.
    public convenience init(_ known: StoredConnection? = nil, tellsArrivals: Bool = false) {
        self.init(known, tellsArrivals: tellsArrivals, credit: 32_768)
    }

    /// - Parameter credit: how many steps may be laid out again for one observation; 0 puts everything off until
    ///   ``settle()``.
    package init(_ known: StoredConnection?, tellsArrivals: Bool, credit: Int) {
        self.known = known
        self.tellsArrivals = tellsArrivals
        self.credit = credit
        creditLimit = credit
        cursor = ConnectionCursor(standing: known?.standing)
    }

    /// How many steps more may be laid out again for each observation.
    private static let earning = 8

    /// The story so far; `nil` before the first segment. If the caller keeps a copy of it, the next observation has to
    /// copy all of it.
    public var story: ConnectionStory? { built }

    // MARK: One at a time

    /// Processes the next observation.
    ///
    /// - Returns: how the story has changed; nothing where a segment belongs to another connection.
    public func take(_ observation: Observation) -> StoryChange {
        let before = counts
        credit = min(credit + Self.earning, creditLimit)
        var cause: [Int] = []
        var revisions: [Revision] = []
        switch observation {
        case .segment(let segment):
            cause = [segment.number]
            guard append(segment) else { break }
            revisions = applyChangedLabels(because: cause)
        case .error(let error):
            cause = [error.number]
            errors.append(error)
            isStale = true
        case .word(let word): revisions = hear(word)
        }
        guard isOffBase || isStale else { return change(since: before, revisions) }
        if causes.count < Self.causeLimit { causes += cause }
        guard price <= credit else { return change(since: before, revisions) }
        credit -= price
        let (more, reports) = layOut()
        return change(since: before, revisions + more, reports: reports)
    }

    /// At most this many segments are kept as causes of what was put off.
    private static let causeLimit = 16

    /// Completes what was put off, so that the story is the one that all observations so far result in together.
    public func settle() -> StoryChange {
        let before = counts
        pass?.settle()
        let revisions = applyChangedLabels(because: [])
        guard isOffBase || isStale else { return change(since: before, revisions) }
        let (more, reports) = layOut()
        return change(since: before, revisions + more, reports: reports)
    }

    /// The cost of laying out all steps again, in steps. Each ICMP error is looked for among the steps.
    private var price: Int { shown.count * (1 + errors.count / 8) }

    private var counts: (steps: Int, moments: Int) {
        (built?.steps.count ?? 0, built?.testimony?.moments.count ?? 0)
    }

    private func change(
        since before: (steps: Int, moments: Int), _ revised: [Revision], reports: Int? = nil
    ) -> StoryChange {
        let now = counts
        let all = built?.reports.count ?? 0
        return StoryChange(
            appended: before.steps..<now.steps, moments: before.moments..<now.moments,
            reports: min(reports ?? all, all)..<all,
            revised: revised.filter { $0.place.map { $0 < before.steps } ?? true })
    }

    // MARK: All at once

    /// Processes all observations of a connection at once, without reporting changes, and settles the story. Nothing
    /// may have been taken before, except statements.
    public func take(all observations: [Observation]) {
        let segments = observations.lazy.compactMap { if case .segment(let segment) = $0 { segment } else { nil } }
        takeAll(observations.count, Self.record(after: segments, known)) {
            for observation in observations {
                switch observation {
                case .segment(let segment): _ = append(segment)
                case .error(let error): errors.append(error)
                case .word(let word): _ = hear(word)
                }
            }
        }
    }

    /// Does the same for segments and ICMP errors alone.
    public func take(all segments: [StoredSegment], errors: [ReportedError] = []) {
        // If these are all of the connection's segments, the pass's record is the final one.
        let isWhole = known.map { $0.leftOut == 0 && $0.segments.count == segments.count } ?? false
        takeAll(segments.count, isWhole ? known?.record : Self.record(after: segments, known)) {
            // The segments are borrowed one after another, because copying so many would take noticeable time.
            let lent = segments.span
            for index in lent.indices { _ = append(lent[index]) }
            self.errors += errors
        }
    }

    private func takeAll(_ count: Int, _ record: ConnectionRecord?, _ taking: () -> Void) {
        // With the final record as base from the start, no step has to be made twice.
        base = record
        room = count
        notesChanges = false
        taking()
        pass?.settle()
        layOutSteps()
        notesChanges = true
        pass?.notesChanges = true
    }

    /// The connection's record after all segments.
    private static func record(
        after segments: some Sequence<StoredSegment>, _ known: StoredConnection?
    ) -> ConnectionRecord? {
        var cursor = ConnectionCursor(standing: known?.standing)
        for segment in segments { _ = cursor.take(segment.tracked, as: segment.verdict) }
        return cursor.record
    }

    // MARK: Segments

    /// - Returns: whether the segment belongs to the connection.
    private func append(_ segment: StoredSegment) -> Bool {
        let before = cursor.record
        guard let reading = cursor.take(segment.tracked, as: segment.verdict), let after = cursor.record else {
            return false
        }
        let base = self.base ?? after
        self.base = base
        isOffBase = isOffBase || !base.countsAlike(after)
        if pass == nil {
            pass = LabelPass(base, reusesTuple: known?.record.reusesTuple ?? false)
            pass?.notesChanges = notesChanges
            pass?.reserveCapacity(room)
            shown.reserveCapacity(room)
        }
        if built == nil {
            built = ConnectionStory(known?.record ?? base)
            built?.leftOut = known?.leftOut ?? 0
            built?.endedBy = known?.endedBy
            built?.steps.reserveLargeCapacity(room)
            for (_, word) in told { _ = write(word) }
        }
        if known == nil { built?.record = after }
        let sender: Party = base.isFromClient(segment.header) ? .client : .server
        let fact = SegmentFacts(
            segment, side: base.side(of: sender), reading,
            arrival: tellsArrivals ? .never : .unknown)
        pass?.append(fact, inFragments: segment.fragments.map(\.number))
        let step = ConnectionStory.Step(
            StepReading(
                segment: segment, side: fact.side, before: before, after: after, final: base,
                isStrange: fact.isStrange(after: fact.isRST ? pass?.facts.dropLast().last : nil)), sender: sender,
            reading.classes,
            labels: pass?.labels.last ?? [])
        noteTurn(step)
        shown.append((step.client.state, step.server.state))
        built?.steps.append(step)
        carryStatesForward()
        return true
    }

    /// How many segments after a turn can still change what hindsight says of it.
    private static let turnReach = ConnectionStory.echoReach

    /// Notes where the connection takes a turn: opening, closing, or a change of state. Only there does hindsight have
    /// something to say.
    private func noteTurn(_ step: ConnectionStory.Step) {
        let place = shown.count
        let hasTurned = shown.last.map { $0.client != step.client.state || $0.server != step.server.state } ?? true
        let isFirst = heard.insert(step.sender).inserted
        if hasTurned || isFirst || !step.segment.header.flags.isDisjoint(with: [.syn, .fin, .rst]) { lastTurn = place }
        if place - lastTurn <= Self.turnReach || !errors.isEmpty { isStale = true }
    }

    /// As long as the packets show the same states as before the last segment, the states that hindsight has corrected
    /// are carried on.
    private func carryStatesForward() {
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

    /// Updates the steps whose labels have changed.
    private func applyChangedLabels(because cause: [Int]) -> [Revision] {
        guard let changed = pass?.takeChanged(), !changed.isEmpty else { return [] }
        var revisions: [Revision] = []
        for place in Set(changed).sorted() {
            guard let old = built?.steps[place] else { continue }
            refreshStep(place)
            revisions += built?.steps[place].revisions(since: old, at: place, because: cause) ?? []
            // Hindsight and ICMP errors depend on labels.
            if !old.segment.header.flags.isDisjoint(with: [.syn, .fin]) || !errors.isEmpty || old.account != nil
                || built?.afterthoughts[place] != nil
            {
                isStale = true
            }
        }
        return revisions
    }

    /// A step's labels, with those that hindsight adds.
    private func labels(of place: Int) -> [ProvedLabel] {
        var labels = pass?.labels[place] ?? []
        for thought in built?.afterthoughts[place] ?? [] { thought.apply(to: &labels) }
        return labels
    }

    /// Updates one step's labels, and what the ends report about it.
    private func refreshStep(_ place: Int) {
        let labels = labels(of: place)
        built?.steps[place].labels = labels
        built?.applyAccount(of: place)
    }

    // MARK: Words

    /// Processes a statement.
    private func hear(_ word: EndWord) -> [Revision] {
        told.append((shown.count, word))
        guard built != nil else { return [] }
        isStale = true
        let place = word.occasion.number.flatMap { pass?.place(of: $0) }
        let old = place.flatMap { built?.steps[$0] }
        guard write(word), let place, let old else { return [] }
        refreshStep(place)
        return built?.steps[place].revisions(since: old, at: place, because: []) ?? []
    }

    /// Adds a statement to the story.
    ///
    /// - Returns: whether it is about no segment, or about one in the story. Statements about other segments are lost.
    private func write(_ word: EndWord) -> Bool {
        let place = word.occasion.number.flatMap { pass?.place(of: $0) }
        guard place != nil || word.occasion.number == nil else { return false }
        if let place, case .arrived = word.occasion, let time = word.time { pass?.note(.at(time), of: place) }
        built?.hear(word, of: place)
        return true
    }

    // MARK: Hindsight

    /// Lays out all steps again, with new numbers where that is needed, and applies hindsight.
    ///
    /// - Returns: what has changed by this, and the index of the first ICMP report that has changed.
    private func layOut() -> (revisions: [Revision], reports: Int?) {
        guard let old = built else { return ([], nil) }
        let because = causes
        if isOffBase { countAnew() }
        layOutSteps()
        guard let story = built else { return ([], nil) }
        var revisions: [Revision] = []
        func revise(_ content: Revision.Content) {
            revisions.append(Revision(place: nil, content: content, because: because))
        }
        if story.client != old.client || story.server != old.server {
            revise(.roles(client: story.client, server: story.server))
        }
        for party in Party.allCases where story.before(party) != old.before(party) {
            revise(.before(party, story.before(party)))
        }
        for (place, before) in old.steps.enumerated() {
            revisions += story.steps[place].revisions(since: before, at: place, because: because)
        }
        let same = zip(story.reports, old.reports).prefix { $0.isTold(like: $1) }.count
        return (revisions, same)
    }

    /// Processes all segments again, with the statements between them, by the ISNs and roles that are known now.
    private func countAnew() {
        guard let old = built else { return }
        cursor = ConnectionCursor(standing: known?.standing)
        base = Self.record(after: old.steps.lazy.map(\.segment), known)
        (pass, built, shown, heard, lastTurn) = (nil, nil, [], [], 0)
        let words = told
        told = Array(words.prefix { $0.stepsBefore == 0 })
        var next = told.count
        for step in old.steps {
            while next < words.count, words[next].stepsBefore <= shown.count {
                told.append(words[next])
                if built != nil { _ = write(words[next].word) }
                next += 1
            }
            _ = append(step.segment)
        }
        for (_, word) in words[next...] { _ = write(word) }
        told = words
        pass?.settle()
    }

    /// Resets every step to what its packet alone shows, and applies hindsight, ICMP errors and the ends' statements
    /// again.
    private func layOutSteps() {
        (isOffBase, isStale, causes) = (false, false, [])
        guard built != nil else { return }
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
    /// Whether relative numbers count from the same ISNs in both, and the ends have the same roles and window shifts.
    fileprivate func countsAlike(_ other: ConnectionRecord) -> Bool {
        guard side(of: .client) == other.side(of: .client) else { return false }
        let zeros: HalfConnection.Marks = [.initialKnown, .initialGuessed]
        return (0...1).allSatisfy {
            halves[$0].marks.intersection(zeros) == other.halves[$0].marks.intersection(zeros)
                && halves[$0].initialSequence == other.halves[$0].initialSequence
                && windowShift(of: $0) == other.windowShift(of: $0)
        }
    }
}

extension SegmentFacts {
    /// Whether it belongs to another connection: a stray ACK does, and so does the RST that answers it.
    fileprivate func isStrange(after previous: SegmentFacts?) -> Bool {
        if classes.contains(.stray), !isSYN, payloadLength == 0 { return true }
        guard isRST, let previous else { return false }
        return previous.classes.contains(.stray) && previous.side != side && previous.acknowledgment == sequence
    }
}

extension ConnectionStory {
    /// The story of a connection that a pass has kept or read again.
    ///
    /// - Parameter observations: the states that the kernel showed when it was asked meanwhile.
    /// - Returns: `nil` where there are no segments, or they do not all belong to one connection.
    public init?(_ connection: StoredConnection, asked observations: [StateObservation] = []) {
        let builder = StoryBuilder(connection)
        for observation in observations { _ = builder.take(.word(EndWord(observation))) }
        builder.take(all: connection.segments, errors: connection.errors)
        guard let story = builder.story, story.steps.count == connection.segments.count else { return nil }
        self = story
    }
}
