import Narration
import TCPState

/// A kind of timer that is drawn, as a wedge beside the band of the end that started it, from its start until it
/// expired.
enum DrawnTimer: CaseIterable {
    case retransmission, persist, keepAlive, timeWait
    /// A TIME-WAIT timer that has not expired at the end of the picture.
    case timeWaitRunning

    /// The kind for a timer that made an end send something; `nil` for timers that are not drawn.
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

    /// The text in the legend.
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
