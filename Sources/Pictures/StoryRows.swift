import CaptureFile
import Narration
import Stories
import TCPState
import Tracking

/// The rows of one connection's ladder, in the order of time.
///
/// A segment is one row. Where its ends tell when it arrived, and its receiver did something before that, or a later
/// segment overtook it, its arrival has a row of its own: so no lane shows a state before its time.
struct StoryRows {
    private(set) var rows: [Scene.Row] = []

    private let options: Scene.StoryOptions
    private let start: Timestamp
    private var marks: [Scene.Mark?]
    /// When the last segment was sent.
    private var lastSegment: Int64?
    /// The time of the last row.
    private var lastRow: Int64?
    /// What happened besides segments, still to come.
    private var moments: ArraySlice<Scene.Moment>
    private var told: ArraySlice<Testimony.Moment>
    /// Segments on their way whose arrival will have a row of its own, by number.
    private var underWay: [Int: ConnectionStory.Step] = [:]
    /// The segments whose arrival an end tells of, by number.
    private let toldArrivals: Set<Int>

    init(_ story: ConnectionStory, moments: [Scene.Moment], options: Scene.StoryOptions) {
        self.options = options
        self.moments = moments[...]
        told = (story.testimony?.moments ?? [])[...]
        toldArrivals = Set(
            told.compactMap { if case .segment(let number) = $0.cause { number } else { nil } })
        start = story.steps.first?.segment.time ?? Timestamp(nanoseconds: 0)
        marks = [Scene.Mark(story.clientBefore), Scene.Mark(story.serverBefore)]
        let bent = Self.bentSegments(of: story)
        for (index, step) in story.steps.enumerated() {
            let time = time(step.segment.time)
            addWhatCame(before: time, segments: index)
            add(step, at: time, isBent: bent.contains(step.segment.number))
        }
        addWhatCame(before: .max, segments: .max)
    }

    private func time(_ moment: Timestamp) -> Int64 { moment.nanoseconds(since: start) }

    // MARK: Segments

    private mutating func add(_ step: ConnectionStory.Step, at time: Int64, isBent: Bool) {
        let delta = lastSegment.map { time &- $0 }
        let silence = lastRow.map { time &- $0 } ?? 0
        if silence > options.silence { rows.append(.silence(Scene.Silence(duration: silence))) }
        settleMarks()
        let receiver = step.sender == .client ? 1 : 0
        // What has not arrived has changed nothing there yet; nor has what came to another, or to nobody, being damaged.
        let isUntold =
            step.state(of: step.sender.other).provenance == .stack && !toldArrivals.contains(step.segment.number)
        let isAway = isBent || isUntold || step.account.map { $0.fate.arrival == nil } ?? false
        for (lane, state) in [step.client, step.server].enumerated() where !(isAway && lane == receiver) {
            marks[lane] = Scene.Mark(state, after: marks[lane])
        }
        var segment = Scene.Segment(step, time: time, delta: delta, marks: marks, options: options)
        segment.notes = step.senderNotes
        if isAway { segment.variables[receiver] = nil }
        if isBent {
            underWay[step.segment.number] = step
        } else {
            segment.notes += step.receiverNotes
        }
        segment.notes += step.commentNotes
        rows.append(.segment(segment))
        (lastSegment, lastRow) = (time, time)
    }

    /// The segments before whose arrival something happens that their receiver's lane has to show first, by number.
    private static func bentSegments(of story: ConnectionStory) -> Set<Int> {
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
        for moment in story.testimony?.moments ?? [] {
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

    /// What happened up to a segment's row, in its order.
    private mutating func addWhatCame(before limit: Int64, segments: Int) {
        while true {
            let toldTime = told.first.map { $0.segmentsBefore <= segments ? time($0.time) : .max } ?? .max
            let momentTime = moments.first.map { $0.time ?? .min } ?? .max
            guard min(toldTime, momentTime) <= limit, min(toldTime, momentTime) < .max else { return }
            if toldTime <= momentTime, let moment = told.popFirst() {
                add(moment)
            } else if let moment = moments.popFirst() {
                settleMarks()
                var shown = moment
                shown.marks = marks
                rows.append(.moment(shown))
            }
        }
    }

    private mutating func add(_ moment: Testimony.Moment) {
        // An arrival that its segment's row has shown.
        if case .segment(let number) = moment.cause, underWay.removeValue(forKey: number) == nil { return }
        let time = time(moment.time)
        let silence = lastRow.map { time &- $0 } ?? 0
        if silence > options.silence { rows.append(.silence(Scene.Silence(duration: silence))) }
        let lane = moment.party == .client ? 0 : 1
        settleMarks()
        marks[lane] = Scene.Mark(
            ConnectionStory.EndState(state: moment.state, provenance: .stack), after: marks[lane])
        var row = Scene.Moment(time: time, lane: lane, what: moment.what, marks: marks)
        row.notes = moment.rules.map { Scene.Note(lane: lane, text: $0.text, source: $0.place) }
        rows.append(.moment(row))
        lastRow = time
    }

    /// What changed on the row before has not changed on the next.
    private mutating func settleMarks() {
        for lane in marks.indices { marks[lane]?.changed = false }
    }
}

extension ConnectionStory.Step {
    /// Why it was sent.
    fileprivate var senderNotes: [Scene.Note] {
        guard let reason = account?.reason else { return [] }
        return [Scene.Note(lane: sender == .client ? 0 : 1, text: reason.text, source: reason.place)]
    }

    /// What its arrival did.
    fileprivate var receiverNotes: [Scene.Note] {
        (account?.effects ?? []).map {
            Scene.Note(lane: sender == .client ? 1 : 0, text: $0.text, source: $0.place)
        }
    }
}
