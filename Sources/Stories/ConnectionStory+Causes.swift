import TCPState

extension ConnectionStory.Step {
    /// What made its sender send it, where that is known: a timer that had run out.
    public var cause: Testimony.Moment.Cause? {
        if let account { return account.timer.map { .timer($0) } }
        return labels.lazy.compactMap(\.timer).first.map { .timer($0) }
    }
}

extension Testimony.Account {
    fileprivate var timer: TimerName? {
        switch purpose {
        case .lossProbe: .lossProbe
        case .windowProbe: .persist
        case .keepAlive: .keepAlive
        // A kernel gives no rules: what it calls a retransmission was sent by its timer.
        case .retransmission where reason == nil || reason == .rule(.retransmissionTimeout): .retransmission
        default: nil
        }
    }
}

extension ProvedLabel {
    /// The timer that a segment of this label was sent by; `nil` where it was none, or one of several.
    fileprivate var timer: TimerName? {
        switch label {
        // Only a retransmission by the timer has a count of backoffs.
        case .synRetry, .synAckRetry, .timeoutRetransmission: ordinal == nil ? nil : .retransmission
        case .tailLossProbe: .lossProbe
        case .windowProbe: .persist
        case .keepAlive: .keepAlive
        case .delayedACK: .delayedAcknowledgment
        default: nil
        }
    }
}
