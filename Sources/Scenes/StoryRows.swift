import CaptureFile
import Narration
import Stories
import TCPState
import Tracking

/// Makes the rows of one connection, event by event, whether it is drawn alone or among others.
///
/// A segment is one row. Its arrival has a row of its own where the ends report when it arrived, and before that its
/// receiver did something or a later segment overtook it: so no lane shows a state too early.
struct StoryRows {
    private let story: ConnectionStory
    private let start: Timestamp
    private let keepsPayload: Bool
    private let lanes: (client: Int, server: Int)
    /// The window scale shifts of the client's and the server's windows, in bits; `nil` where a shift is not known.
    private let windowShifts: InlineArray<2, UInt8?>
    private var marks: (client: Scene.Mark, server: Scene.Mark)
    /// The numbers of the segments whose arrival has a row of its own.
    private let bent: Set<Int>
    /// Those of the ``bent`` segments that have left and not yet arrived, by number.
    private var underWay: [Int: ConnectionStory.Step] = [:]
    /// The numbers of the segments whose arrival an end reports.
    private let toldArrivals: Set<Int>

    /// - Parameter marks: the states above the first row that will be made; `nil` if that is the story's first.
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

    /// The row of the next event; `nil` if the event is part of an earlier row.
    mutating func row(_ event: StoryEvents.Event, moments: [Scene.Moment] = []) -> Scene.Row? {
        marks.client.changed = false
        marks.server.changed = false
        switch event {
        case .step(let index):
            // The array is borrowed through a span: copying it would cost as much as making the row.
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
        // A segment that has not arrived has not changed its receiver's state; nor has one that a different host got,
        // or that was dropped as damaged.
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

    /// The numbers of the segments before whose arrival their receiver's lane has to show something else.
    private static func bentSegments(of story: ConnectionStory) -> Set<Int> {
        guard let told = story.testimony?.moments, !told.isEmpty else { return [] }
        var places: [Int: Int] = [:]
        for (index, step) in story.steps.enumerated() { places[step.segment.number] = index }
        var bent: Set<Int> = []
        /// For each end, the position of the last event drawn in its lane: a segment's row is at twice its index, what
        /// happens right before that at the odd number below.
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

    /// An ICMP error's row, at the lane of the end whose segment the error quotes.
    private func report(_ report: ConnectionStory.Report) -> Scene.Moment {
        var moment = Scene.Moment(
            time: report.error.time.nanoseconds(since: start),
            end: Scene.End(lane: lane(report.party), mark: mark(report.party)), peer: lane(report.party.other),
            what: report.what, remark: report.remark)
        moment.isTrouble = true
        return moment
    }

    private mutating func moment(_ moment: Testimony.Moment) -> Scene.Moment? {
        // The segment's own row has shown this arrival already.
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

    /// The note that says why the segment was sent; none where that is not known.
    fileprivate func senderNotes(_ lane: Int) -> [Scene.Note] {
        guard let reason = account?.reason else { return [] }
        return [Scene.Note(lane: lane, text: reason.text, source: reason.place)]
    }

    /// The notes that say what the segment's arrival did.
    fileprivate func receiverNotes(_ lane: Int) -> [Scene.Note] {
        (account?.effects ?? []).map { Scene.Note(lane: lane, text: $0.text, source: $0.place) }
    }
}
