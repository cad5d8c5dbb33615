import Stories
import TCPState
import TCPWire
import Tracking

/// What can be foretold of a segment's arrival: its receiver's state afterwards, and the acknowledgment number that it sends
/// because of it.
public struct Prediction: Sendable, Equatable {
    /// What the receiver sends because of it.
    public struct Answer: Sendable, Equatable {
        /// The segment's number.
        public let segment: Int
        /// `SYN,ACK`
        public let flags: String
        /// As the picture has it; `nil` without the ACK bit.
        public let acknowledgment: UInt64?
    }

    /// The segment that arrives.
    public let segment: Int
    /// Its receiver's lane.
    public let lane: Int
    /// Its receiver's state until then.
    public let before: State
    /// Its receiver's state from then on.
    public let after: State
    /// `nil` where it sends nothing before something else happens to it.
    public let answer: Answer?

    /// Whether its state stays what it was.
    public var isUnchanged: Bool { before == after }
}

extension SceneSteps {
    /// What can be foretold of the arrival that a step shows; `nil` for another step, and where a state is not known.
    public func prediction(at step: Int) -> Prediction? {
        guard steps.indices.contains(step), isArrival(step), let segment = segment(of: step) else { return nil }
        let lane = segment.receiver.lane
        guard let before = state(of: lane, after: step - 1), let after = state(of: lane, after: step) else {
            return nil
        }
        return Prediction(
            segment: segment.number, lane: lane, before: before, after: after, answer: answer(of: lane, to: step))
    }

    private func state(of lane: Int, after step: Int) -> State? {
        guard step >= 0 else { return scene.lanes.indices.contains(lane) ? scene.lanes[lane].before?.state : nil }
        let marks = marks(after: step)
        return marks.indices.contains(lane) ? marks[lane]?.state : nil
    }

    /// Whether a segment arrives at this step.
    public func isArrival(_ step: Int) -> Bool {
        switch steps[step].kind {
        case .arrival: true
        case .departure, .loss: false
        case .moment: segment(of: step) != nil
        }
    }

    /// What a lane sends because of an arrival: the first that it sends before anything else happens to it. Text that its program
    /// happens to write then, and that acknowledges nothing new, answers nothing.
    private func answer(of lane: Int, to arrival: Int) -> Prediction.Answer? {
        for step in steps.indices.dropFirst(arrival + 1) {
            if isArrival(step) {
                guard segment(of: step)?.receiver.lane != lane else { return nil }
                continue
            }
            switch scene.rows[steps[step].row] {
            case .moment(let moment):
                guard moment.end.lane != lane || !moment.isOwnDoing else { return nil }
            case .segment(let segment):
                guard steps[step].kind == .departure, segment.sender.lane == lane else { continue }
                let number = segment.acknowledgment?.value
                guard segment.length == 0 || number != acknowledged(by: lane, before: arrival) else { return nil }
                return Prediction.Answer(
                    segment: segment.number, flags: segment.flags.description, acknowledgment: number)
            }
        }
        return nil
    }

    /// The number that a lane acknowledged last.
    private func acknowledged(by lane: Int, before step: Int) -> UInt64? {
        for earlier in steps.indices.prefix(step).reversed() where steps[earlier].kind == .departure {
            guard let segment = segment(of: earlier), segment.sender.lane == lane else { continue }
            return segment.acknowledgment?.value
        }
        return nil
    }
}

extension Scene.Moment {
    /// Whether what its end sends next is sent for this: a call, or a timer other than the one for which an ACK waits.
    fileprivate var isOwnDoing: Bool {
        switch cause {
        case .call: true
        case .timer(let timer): timer != .delayedAcknowledgment
        default: false
        }
    }
}
