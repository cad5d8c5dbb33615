import TCPState
import TCPWire

/// Detects that a recovery was needless, because ACKs or segments were late and nothing was lost: by a timestamp (RFC
/// 3522), or, after a timeout without timestamps, by F-RTO with SACK (RFC 5682 3.1). The congestion state is then
/// restored (RFC 4015).
extension ControlBlock {
    /// Saves the state before a timeout changes it. During another recovery nothing is saved, since the evidence would
    /// be ambiguous (RFC 5682 3.1 step 1).
    mutating func prepareUndo(now: Instant) {
        recovery.undo = nil
        recovery.forward = nil
        guard recovery.timeouts == 1, recovery.phase == .open else { return }
        recovery.undo = RecoveryVariables.UndoPoint(
            window: congestion.size, threshold: congestion.threshold,
            stamp: agreed.timestamps ? stamps.value(at: now) : nil)
        // With timestamps the first ACK decides, so F-RTO is not needed.
        if agreed.selectiveAcknowledgment, !agreed.timestamps { recovery.forward = .retransmitted }
    }

    mutating func isTimeoutSpurious(_ segment: Segment) -> Bool {
        guard let stamp = recovery.undo?.stamp else { return false }
        if answersFirstSending(segment, before: stamp) { return true }
        recovery.undo = nil
        return false
    }

    /// Whether a fast retransmission was needless, because the segment was only overtaken and not lost.
    mutating func isRetransmissionSpurious(_ segment: Segment) -> Bool {
        guard let stamp = recovery.fastUndo?.stamp else { return false }
        recovery.fastUndo?.stamp = nil
        return answersFirstSending(segment, before: stamp)
    }

    /// RFC 3522 3.2 step 4: whether the first new ACK answers what was sent before the retransmission. Step 5 excepts
    /// an ACK with a DSACK, and one that acknowledges everything on a connection where no DSACK was ever received: a
    /// whole flight of ACKs may have been lost, and then the retransmission was necessary.
    private func answersFirstSending(_ segment: Segment, before stamp: UInt32) -> Bool {
        guard let echo = segment.options.timestamps?.echoReply, echo != 0, Int32(bitPattern: echo &- stamp) < 0 else {
            return false
        }
        return segment.duplicateReport == nil && (counters.duplicateReports > 0 || snd.una != snd.nxt)
    }

    /// Steps 2 and 3 of F-RTO (RFC 5682 3.1).
    ///
    /// - Parameters:
    ///   - isNew: whether the ACK advances SND.UNA; otherwise it is a duplicate.
    ///   - hasOriginal: whether the ACK reports the arrival of octets that were sent before the timeout and not
    ///     retransmitted since.
    mutating func continueForwardRecovery(_ segment: Segment, isNew: Bool, hasOriginal: Bool) {
        guard recovery.phase == .loss, let step = recovery.forward, let point = recovery.point else { return }
        switch step {
        case .retransmitted:
            guard isNew else { return }
            guard snd.una.isBefore(point), unsent > 0, usableWindow > 0 else { return recovery.forward = nil }
            recovery.forward = .probing(from: snd.nxt)
        case .probing(let start):
            recovery.forward = nil
            let coversNew =
                snd.una.isAfter(start) || segment.options.sack.contains { SequenceNumber($0.right).isAfter(start) }
            if hasOriginal, !coversNew { return undoTimeout(because: .forwardRecoverySpurious) }
            // The window is three segments, of which a new ACK will add one.
            congestion.resize(toSegments: isNew ? 2 : 3)
        }
    }

    /// Step 2 b: new data is sent instead of retransmissions; if none could be sent, the retransmissions continue.
    mutating func settleForwardRecovery(now: Instant) {
        guard case .probing(let start)? = recovery.forward, snd.nxt == start else { return }
        recovery.forward = nil
        sendLost(now: now)
    }

    /// A DSACK reports a segment of the last fast recovery as received twice. If every retransmission of that recovery
    /// has been reported so, nothing was lost but only overtaken, and the congestion state is restored (RFC 3708 3, RFC
    /// 4015 3.4).
    mutating func undoFastRecovery(_ report: SACKBlock) {
        guard var undo = recovery.fastUndo, undo.unreported > 0,
            SequenceNumber(report.right).isAtOrBefore(undo.end)
        else { return }
        undo.unreported -= 1
        recovery.fastUndo = undo
        if undo.unreported == 0 { undoFastRecovery(because: .needlessRecovery) }
    }

    mutating func undoFastRecovery(because reason: Rule) {
        guard let undo = recovery.fastUndo else { return }
        recovery.fastUndo = nil
        congestion.undo(size: undo.window, threshold: undo.threshold)
        if recovery.phase == .recovery {
            ledger.forgetLosses()
            recovery.phase = .open
            recovery.reduction = nil
            recovery.departed = 0
            recovery.mustRetransmit = false
        }
        act(.setCongestionWindow(congestion.size), because: reason)
    }

    /// Restores the state from before the timeout (RFC 4015).
    mutating func undoTimeout(because reason: Rule) {
        guard let undo = recovery.undo else { return }
        counters.spuriousTimeouts += 1
        congestion.undo(size: undo.window, threshold: undo.threshold)
        ledger.forgetLosses()
        recovery.undo = nil
        recovery.forward = nil
        recovery.phase = .open
        recovery.point = nil
        recovery.mustRetransmit = false
        act(.setCongestionWindow(congestion.size), because: reason)
    }
}
