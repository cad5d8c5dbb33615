import CaptureFile
import FlatMemory
import TCPState
import TCPWire
import Tracking

/// Builds the story of one connection, observation by observation. The story of a file and that of a connection which goes on are
/// built alike; the first is only taken all at once.
///
/// What a segment is, is told when it comes. What it shows of earlier ones changes these at once and is answered as a revision,
/// but for what depends on all of them: in a long story that is put off, until ``settle()`` at the latest.
/// After that the story is the one that these observations have, however they came.
public final class StoryBuilder {
    /// What is known of the connection besides its segments.
    private let known: StoredConnection?
    /// Whether words tell of each segment when it arrived.
    private let tellsArrivals: Bool
    private var cursor: ConnectionCursor
    private var pass: LabelPass?
    /// The connection whose initial sequence numbers the steps count from, and whose roles they have.
    private var base: ConnectionRecord?
    /// The states after each segment as its packets show them, without hindsight.
    private var shown: [(client: State?, server: State?)] = []
    /// Who has sent something, and the last segment that hindsight may look back from.
    private var heard: Set<Party> = []
    private var lastTurn = 0
    /// The ICMP errors so far.
    private var errors: [ReportedError] = []
    /// What was told, each with how many steps came before it.
    private var told: [(stepsBefore: Int, word: EndWord)] = []
    private var built: ConnectionStory?
    /// How many steps will come, where that is known before the first.
    private var room = 0
    /// Whether anybody is told what changes; not where all observations are taken at once.
    private var notesChanges = true

    /// Whether ``base`` is no longer what is known of initial sequence numbers and roles.
    private var isOffBase = false
    /// Whether hindsight has to be asked anew.
    private var isStale = false
    /// Numbers of some of the segments since which one of the two is so.
    private var causes: [Int] = []
    /// How many steps may be laid out anew: each observation earns some, up to a limit, so that what one observation costs has a
    /// bound, however long the story.
    private var credit: Int
    private let creditLimit: Int

    /// - Parameters:
    ///   - known: what a pass over all segments knows of the connection already; its segments are not taken by this.
    ///   - tellsArrivals: whether whoever hands the segments in says by words when each arrived.
    public convenience init(_ known: StoredConnection? = nil, tellsArrivals: Bool = false) {
        self.init(known, tellsArrivals: tellsArrivals, credit: 32_768)
    }

    /// - Parameter credit: as many steps may be laid out anew for one observation; 0 puts everything off until ``settle()``.
    package init(_ known: StoredConnection?, tellsArrivals: Bool, credit: Int) {
        self.known = known
        self.tellsArrivals = tellsArrivals
        self.credit = credit
        creditLimit = credit
        cursor = ConnectionCursor(standing: known?.standing)
    }

    /// How many steps each observation allows to be laid out anew.
    private static let earning = 8

    /// The story so far; `nil` before the first segment. A copy that is kept makes the next observation cost as much as all before
    /// it.
    public var story: ConnectionStory? { built }

    // MARK: One at a time

    /// Takes the next observation.
    ///
    /// - Returns: what it did to the story; nothing where a segment is of another connection.
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

    /// At most so many segments are named as those since which something was put off.
    private static let causeLimit = 16

    /// Brings the story to what all observations so far make of it together.
    public func settle() -> StoryChange {
        let before = counts
        pass?.settle()
        let revisions = applyChangedLabels(because: [])
        guard isOffBase || isStale else { return change(since: before, revisions) }
        let (more, reports) = layOut()
        return change(since: before, revisions + more, reports: reports)
    }

    /// What laying out all steps anew costs, in steps; each error is looked for among them.
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

    /// Takes all observations of a connection, of which nobody wants to know what each does, and settles what they come to. No other
    /// may have been taken before, but words.
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

    /// The same for segments and ICMP errors alone.
    public func take(all segments: [StoredSegment], errors: [ReportedError] = []) {
        // Where they are all there are, the record of the pass that found them is the same.
        let isWhole = known.map { $0.leftOut == 0 && $0.segments.count == segments.count } ?? false
        takeAll(segments.count, isWhole ? known?.record : Self.record(after: segments, known)) {
            // Lent one after the other: copies of so many would show.
            let lent = segments.span
            for index in lent.indices { _ = append(lent[index]) }
            self.errors += errors
        }
    }

    private func takeAll(_ count: Int, _ record: ConnectionRecord?, _ taking: () -> Void) {
        // With its initial sequence numbers known from the start, no step has to be made twice.
        base = record
        room = count
        notesChanges = false
        taking()
        pass?.settle()
        layOutSteps()
        notesChanges = true
        pass?.notesChanges = true
    }

    /// The connection after all segments.
    private static func record(
        after segments: some Sequence<StoredSegment>, _ known: StoredConnection?
    ) -> ConnectionRecord? {
        var cursor = ConnectionCursor(standing: known?.standing)
        for segment in segments { _ = cursor.take(segment.tracked, as: segment.verdict) }
        return cursor.record
    }

    // MARK: Segments

    /// - Returns: whether it is one of the connection's.
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

    /// So many segments after a turn can still change what hindsight says of it.
    private static let turnReach = ConnectionStory.echoReach

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

    /// Brings steps up to their labels, where these have changed.
    private func applyChangedLabels(because cause: [Int]) -> [Revision] {
        guard let changed = pass?.takeChanged(), !changed.isEmpty else { return [] }
        var revisions: [Revision] = []
        for place in Set(changed).sorted() {
            guard let old = built?.steps[place] else { continue }
            refreshStep(place)
            revisions += built?.steps[place].revisions(since: old, at: place, because: cause) ?? []
            // Hindsight and reports ask for labels.
            if !old.segment.header.flags.isDisjoint(with: [.syn, .fin]) || !errors.isEmpty || old.account != nil
                || built?.afterthoughts[place] != nil
            {
                isStale = true
            }
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
    private func refreshStep(_ place: Int) {
        let labels = labels(of: place)
        built?.steps[place].labels = labels
        built?.applyAccount(of: place)
    }

    // MARK: Words

    /// Takes a word.
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

    /// Writes a word down.
    ///
    /// - Returns: whether it is about nothing, or about a segment of the story; what is told of others is lost.
    private func write(_ word: EndWord) -> Bool {
        let place = word.occasion.number.flatMap { pass?.place(of: $0) }
        guard place != nil || word.occasion.number == nil else { return false }
        if let place, case .arrived = word.occasion, let time = word.time { pass?.note(.at(time), of: place) }
        built?.hear(word, of: place)
        return true
    }

    // MARK: Hindsight

    /// Counts all steps anew where that is needed, and asks hindsight of all of them.
    ///
    /// - Returns: what is otherwise since then, and the first report that is.
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

    /// Lays out the segments again, and what was told among them, by the initial sequence numbers and roles that are known now.
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

    /// Puts every step back to what its packet alone shows, and asks hindsight, the ICMP errors and the ends' words anew.
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
    /// Whether relative numbers count from the same initial sequence numbers in both, and the ends have the same roles and window
    /// shifts.
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
        for observation in observations { _ = builder.take(.word(EndWord(observation))) }
        builder.take(all: connection.segments, errors: connection.errors)
        guard let story = builder.story, story.steps.count == connection.segments.count else { return nil }
        self = story
    }
}
