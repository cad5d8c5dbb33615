import Narration
import Stories

/// A ladder that is shown step by step. Each event is a step: a segment leaves, the same segment arrives or is lost, a
/// program makes a call.
public struct SceneSteps: Sendable {
    /// One event of the ladder.
    public struct Step: Sendable, Equatable {
        /// The kind of event.
        public enum Kind: Sendable, Equatable {
            case departure, arrival, loss, moment
        }
        /// The kind of event.
        public let kind: Kind
        /// The index of the scene's row that the event belongs to.
        public let row: Int
    }

    /// The complete ladder.
    public let scene: Scene
    /// The events in the order of time; those of the same time in the order of their rows.
    public let steps: [Step]

    /// For each row, the step at which its segment has arrived or is lost; `nil` for a segment that never does, and for
    /// other rows.
    private let ends: [Int?]
    /// For each row, the step at which it begins.
    private let begins: [Int]

    /// The steps of a scene of one connection, in the order of their times.
    public init(_ scene: Scene) {
        self.scene = scene
        // Where an arrival has a row of its own, that row gives the step, not the segment's row.
        var arrivals: [Int: Int] = [:]
        for (index, row) in scene.rows.enumerated() {
            if case .moment(let moment) = row, case .segment(let number) = moment.cause { arrivals[number] = index }
        }
        var found: [(step: Step, time: Int64)] = []
        var latest = Int64.min
        for (index, row) in scene.rows.enumerated() {
            latest = max(latest, row.time ?? latest)
            guard case .segment(let segment) = row else {
                found.append((Step(kind: .moment, row: index), latest))
                continue
            }
            found.append((Step(kind: .departure, row: index), latest))
            if case .lost = segment.fate {
                found.append((Step(kind: .loss, row: index), latest))
            } else if let arrival = segment.arrival, arrivals[segment.number] == nil {
                found.append((Step(kind: .arrival, row: index), max(latest, arrival)))
            }
        }
        let order = found.indices.sorted { (found[$0].time, $0) < (found[$1].time, $1) }
        steps = order.map { found[$0].step }
        var begins = Array(repeating: 0, count: scene.rows.count)
        var ends: [Int?] = Array(repeating: nil, count: scene.rows.count)
        for (place, step) in steps.enumerated() {
            switch step.kind {
            case .departure, .moment: begins[step.row] = place
            case .arrival, .loss: ends[step.row] = place
            }
        }
        for (index, row) in scene.rows.enumerated() {
            guard case .segment(let segment) = row, let arrival = arrivals[segment.number] else { continue }
            ends[index] = begins[arrival]
        }
        (self.begins, self.ends) = (begins, ends)
    }

    /// The ladder as it is after a step, without what happens later.
    public func scene(after step: Int) -> Scene {
        var shown = scene
        shown.footer = []
        shown.rows = scene.rows.indices.filter { begins[$0] <= step }.map { index in
            guard case .segment(var segment) = scene.rows[index], ends[index].map({ $0 > step }) ?? true else {
                return scene.rows[index]
            }
            segment.fate = .underWay
            segment.arrival = nil
            segment.remark = PageWords.underWay
            segment.notes.removeAll { $0.lane == segment.receiver.lane }
            // The segment has not reached its receiver at this step, so the receiver's lane does not show it yet.
            segment.receiver.mark = nil
            segment.receiver.variables = nil
            return .segment(segment)
        }
        return shown
    }

    /// Of the segments that are under way after a step, the one that left last; `nil` where there is none.
    public func underWay(after step: Int) -> Scene.Segment? {
        let row = scene.rows.indices.last { begins[$0] <= step && ends[$0].map { $0 > step } ?? false }
        guard let row, case .segment(let segment) = scene.rows[row] else { return nil }
        return segment
    }

    /// Each lane's state after a step; `nil` for a lane of which nothing is known.
    public func marks(after step: Int) -> [Scene.Mark?] {
        var marks = LaneMarks(scene.lanes)
        for row in scene(after: step).rows { marks.take(row) }
        return marks.marks
    }

    /// The segment that leaves, arrives or is lost at a step; `nil` for a step of another kind.
    public func segment(of step: Int) -> Scene.Segment? {
        switch scene.rows[steps[step].row] {
        case .segment(let segment): return segment
        case .moment(let moment):
            guard case .segment(let number) = moment.cause else { return nil }
            for case .segment(let segment) in scene.rows where segment.number == number { return segment }
            return nil
        }
    }
}
