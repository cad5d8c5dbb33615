import CaptureFile
import Narration
import Stories
import TCPState
import Tracking

/// Makes the rows of one connection, event by event, whether it is drawn alone or among others.
///
/// A segment is one row. Where its ends tell when it arrived, and its receiver did something before that, or a later segment
/// overtook it, its arrival has a row of its own: so no lane shows a state before its time.
struct StoryRows {
    private let story: ConnectionStory
    private let start: Timestamp
    private let keepsPayload: Bool
    private let lanes: (client: Int, server: Int)
    /// By how many bits the client's windows and the server's are shifted; `nil` where that is not known.
    private let windowShifts: InlineArray<2, UInt8?>
    private var marks: (client: Scene.Mark, server: Scene.Mark)
    /// Segments whose arrival will have a row of its own, by number.
    private let bent: Set<Int>
    /// Those of them that are on their way.
    private var underWay: [Int: ConnectionStory.Step] = [:]
    /// The segments whose arrival an end tells of, by number.
    private let toldArrivals: Set<Int>

    /// - Parameter marks: what the rails show above the first row that is to be made, where that is not the story's first.
    init(
        _ story: ConnectionStory, start: Timestamp, lanes: (client: Int, server: Int), keepsPayload: Bool,
        marks: (client: Scene.Mark, server: Scene.Mark)? = nil
    ) {
        self.story = story
        self.start = start
        self.lanes = lanes
        self.keepsPayload = keepsPayload
        self.marks = marks ?? (Scene.Mark(story.clientBefore), Scene.Mark(story.serverBefore))
        let record = story.record
        windowShifts = [
            record.windowShift(of: record.side(of: .client)), record.windowShift(of: record.side(of: .server)),
        ]
        bent = Self.bentSegments(of: story)
        toldArrivals = Set(
            (story.testimony?.moments ?? []).compactMap {
                if case .segment(let number) = $0.cause { number } else { nil }
            })
    }

    /// The row of the next event; `nil` if an earlier row has shown it.
    mutating func row(_ event: StoryEvents.Event, moments: [Scene.Moment] = []) -> Scene.Row? {
        marks.client.changed = false
        marks.server.changed = false
        switch event {
        case .step(let index):
            // Lent, not copied: of a long story each copy would cost as much as the row.
            let steps = story.steps
            return .segment(segment(steps.span[index]))
        case .told(let index):
            guard let moment = story.testimony?.moments[index] else { return nil }
            return self.moment(moment).map { .moment($0) }
        case .report(let index): return .moment(report(story.reports[index]))
        case .moment(let index):
            var moment = moments[index]
            moment.end.mark = moment.end.lane == lanes.client ? marks.client : marks.server
            return .moment(moment)
        }
    }

    private func lane(_ party: Party) -> Int { party == .client ? lanes.client : lanes.server }

    private func mark(_ party: Party) -> Scene.Mark { party == .client ? marks.client : marks.server }

    private mutating func set(_ party: Party, _ state: ConnectionStory.EndState) {
        switch party {
        case .client: marks.client = Scene.Mark(state, after: marks.client)
        case .server: marks.server = Scene.Mark(state, after: marks.server)
        }
    }

    // MARK: Segments

    private mutating func segment(_ step: ConnectionStory.Step) -> Scene.Segment {
        let (sender, receiver) = (step.sender, step.sender.other)
        let number = step.segment.number
        let isBent = bent.contains(number)
        // What has not arrived has changed nothing there yet; nor has what came to another, or to nobody, being damaged.
        let isTelling = story.testimony.map { $0.provenance == step.state(of: receiver).provenance } ?? false
        let isUntold = isTelling && !toldArrivals.contains(number)
        let isAway = isBent || isUntold || step.account.map { $0.fate.arrival == nil } ?? false
        set(sender, step.state(of: sender))
        if !isAway { set(receiver, step.state(of: receiver)) }
        var segment = Scene.Segment(
            step, since: start,
            sender: Scene.End(lane: lane(sender), mark: mark(sender), variables: step.variables(of: sender)),
            receiver: Scene.End(
                lane: lane(receiver), mark: mark(receiver), variables: isAway ? nil : step.variables(of: receiver)),
            windowShift: windowShifts[sender == .client ? 0 : 1])
        if keepsPayload { segment.payload = step.segment.payload }
        segment.notes = step.senderNotes(lane(sender))
        if isBent {
            underWay[number] = step
        } else {
            segment.notes += step.receiverNotes(lane(receiver))
        }
        segment.notes += step.commentNotes(lane(sender))
        return segment
    }

    /// The segments before whose arrival something happens that their receiver's lane has to show first, by number.
    private static func bentSegments(of story: ConnectionStory) -> Set<Int> {
        guard let told = story.testimony?.moments, !told.isEmpty else { return [] }
        var places: [Int: Int] = [:]
        for (index, step) in story.steps.enumerated() { places[step.segment.number] = index }
        var bent: Set<Int> = []
        /// For each end, where the last thing that happened there is shown: the rows of segments stand at even numbers,
        /// what happens between them at odd ones.
        var newest: [Party: Int] = [:]
        var sent = 0
        func send(upTo count: Int) {
            for index in sent..<max(sent, min(count, story.steps.count)) {
                newest[story.steps[index].sender] = 2 * index
            }
            sent = max(sent, count)
        }
        for moment in told {
            send(upTo: moment.segmentsBefore)
            guard case .segment(let number) = moment.cause, let index = places[number] else {
                newest[moment.party] = max(newest[moment.party] ?? -1, 2 * moment.segmentsBefore - 1)
                continue
            }
            let isBent = newest[moment.party].map { $0 > 2 * index } ?? false
            if isBent { bent.insert(number) }
            let place = isBent ? 2 * moment.segmentsBefore - 1 : 2 * index
            newest[moment.party] = max(newest[moment.party] ?? -1, place)
        }
        return bent
    }

    // MARK: What happens besides

    /// At the end whose segment it quotes.
    private func report(_ report: ConnectionStory.Report) -> Scene.Moment {
        var moment = Scene.Moment(
            time: report.error.time.nanoseconds(since: start),
            end: Scene.End(lane: lane(report.party), mark: mark(report.party)), peer: lane(report.party.other),
            what: report.what, remark: report.remark)
        moment.isTrouble = true
        return moment
    }

    private mutating func moment(_ moment: Testimony.Moment) -> Scene.Moment? {
        // An arrival that its segment's row has shown.
        if case .segment(let number) = moment.cause, underWay.removeValue(forKey: number) == nil { return nil }
        set(
            moment.party,
            ConnectionStory.EndState(
                state: moment.state, isMini: moment.isMini, provenance: story.testimony?.provenance ?? .stack))
        let lane = lane(moment.party)
        var row = Scene.Moment(
            time: moment.time.nanoseconds(since: start), end: Scene.End(lane: lane, mark: mark(moment.party)),
            peer: self.lane(moment.party.other), what: moment.what, cause: moment.cause,
            remark: moment.duration)
        row.notes = moment.reasons.map { Scene.Note(lane: lane, text: $0.text, source: $0.place) }
        return row
    }
}

extension Scene.Mark {
    init(_ state: ConnectionStory.EndState, after previous: Scene.Mark? = nil) {
        self.init(
            state: state.state, form: state.isMini ? .mini : .full, provenance: state.provenance,
            changed: previous.map { $0.state != state.state } ?? false)
    }
}

extension ConnectionStory.Step {
    fileprivate func variables(of party: Party) -> ConnectionStory.Variables? {
        party == .client ? clientVariables : serverVariables
    }

    /// Why it was sent.
    fileprivate func senderNotes(_ lane: Int) -> [Scene.Note] {
        guard let reason = account?.reason else { return [] }
        return [Scene.Note(lane: lane, text: reason.text, source: reason.place)]
    }

    /// What its arrival did.
    fileprivate func receiverNotes(_ lane: Int) -> [Scene.Note] {
        (account?.effects ?? []).map { Scene.Note(lane: lane, text: $0.text, source: $0.place) }
    }
}
