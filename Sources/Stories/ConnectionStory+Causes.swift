import TCPState

extension ConnectionStory.Step {
    /// What made its sender send it, if that is known: a timer that had expired.
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
        // A kernel names no rules: what it calls a retransmission was sent by its retransmission timer.
        case .retransmission where reason == nil || reason == .rule(.retransmissionTimeout): .retransmission
        default: nil
        }
    }
}

extension ProvedLabel {
    /// The timer that sent a segment with this label; `nil` where no timer did, or it could be one of several.
    fileprivate var timer: TimerName? {
        switch label {
        // Only a retransmission by the timer has a number of backoffs (`ordinal`).
        case .synRetry, .synAckRetry, .timeoutRetransmission: ordinal == nil ? nil : .retransmission
        case .tailLossProbe: .lossProbe
        case .windowProbe: .persist
        case .keepAlive: .keepAlive
        case .delayedACK: .delayedAcknowledgment
        default: nil
        }
    }
}
