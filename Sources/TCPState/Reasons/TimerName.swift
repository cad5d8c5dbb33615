/// The timers of a connection.
public enum TimerName: String, Hashable, Sendable, CaseIterable {
    case retransmission, reordering, lossProbe, persist, delayedAcknowledgment, keepAlive, userTimeout, finWait2,
        timeWait
}
