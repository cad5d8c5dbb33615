import Narration
import TCPState

/// A timer that is drawn: a wedge beside the band of the end that had set it, from then until it ran out.
enum DrawnTimer: CaseIterable {
    case retransmission, persist, keepAlive, timeWait
    /// One that has not run out where the picture ends.
    case timeWaitRunning

    /// The timer that made an end send something; `nil` for those that are not drawn.
    init?(_ timer: TimerName) {
        switch timer {
        case .retransmission, .lossProbe: self = .retransmission
        case .persist: self = .persist
        case .keepAlive: self = .keepAlive
        default: return nil
        }
    }

    var ink: Palette.Ink {
        switch self {
        case .retransmission: .retransmissionTimer
        case .persist: .persistTimer
        case .keepAlive: .keepAliveTimer
        case .timeWait, .timeWaitRunning: .timeWaitTimer
        }
    }

    /// What the legend says.
    var words: Text {
        switch self {
        case .retransmission: DrawingWords.retransmissionTimer
        case .persist: DrawingWords.persistTimer
        case .keepAlive: DrawingWords.keepAliveTimer
        case .timeWait: DrawingWords.timeWaitTimer
        case .timeWaitRunning: DrawingWords.timeWaitTimerRunning
        }
    }
}
