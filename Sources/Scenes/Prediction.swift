import Stories
import TCPState
import TCPWire
import Tracking

/// What can be predicted of a segment's arrival: the receiver's state afterwards, and the acknowledgment number that
/// the receiver sends in response.
public struct Prediction: Sendable, Equatable {
    /// The segment that the receiver sends in response.
    public struct Answer: Sendable, Equatable {
        /// The segment's number.
        public let segment: Int
        /// The control bits as text: `SYN,ACK`.
        public let flags: String
        /// The acknowledgment number as the picture shows it; `nil` without the ACK bit.
        public let acknowledgment: UInt64?
    }

    /// The number of the segment that arrives.
    public let segment: Int
    /// The lane of the segment's receiver.
    public let lane: Int
    /// The receiver's state before the arrival.
    public let before: State
    /// The receiver's state after the arrival.
    public let after: State
    /// The receiver's response; `nil` where it sends nothing before something else happens to it.
    public let answer: Answer?

    /// Whether the arrival leaves the receiver's state unchanged.
    public var isUnchanged: Bool { before == after }
}

extension SceneSteps {
    /// The prediction for the arrival that a step shows; `nil` if the step is no arrival, or if the receiver's state
    /// before or after it is not known.
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

    /// The response of a lane to an arrival: the first segment that it sends before anything else happens to it. Data
    /// that its program happens to write then, without acknowledging anything new, is no response.
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

    /// The acknowledgment number of the last segment that a lane sent before a step; `nil` if it sent none, or if that
    /// had no ACK bit.
    private func acknowledged(by lane: Int, before step: Int) -> UInt64? {
        for earlier in steps.indices.prefix(step).reversed() where steps[earlier].kind == .departure {
            guard let segment = segment(of: earlier), segment.sender.lane == lane else { continue }
            return segment.acknowledgment?.value
        }
        return nil
    }
}

extension Scene.Moment {
    /// Whether this moment is itself the reason for the next segment that its end sends: a call, or a timer other than
    /// that of a delayed ACK.
    fileprivate var isOwnDoing: Bool {
        switch cause {
        case .call: true
        case .timer(let timer): timer != .delayedAcknowledgment
        default: false
        }
    }
}
