import TCPState
import TCPWire

/// Whether a recovery was needless, because ACKs or segments were late and nothing was lost: told by a timestamp (RFC 3522), else
/// of a time-out by F-RTO with SACK (RFC 5682 3.1). What it has cost is then given back (RFC 4015).
extension ControlBlock {
    /// Before a time-out changes anything. In the middle of another recovery the evidence would be ambiguous (RFC 5682 3.1
    /// step 1).
    mutating func prepareUndo(now: Instant) {
        recovery.undo = nil
        recovery.forward = nil
        guard recovery.timeouts == 1, recovery.phase == .open else { return }
        recovery.undo = RecoveryVariables.UndoPoint(
            window: congestion.size, threshold: congestion.threshold,
            stamp: agreed.timestamps ? stamps.value(at: now) : nil)
        // A timestamp tells with the first ACK, so nothing else need be tried.
        if agreed.selectiveAcknowledgment, !agreed.timestamps { recovery.forward = .retransmitted }
    }

    mutating func isTimeoutSpurious(_ segment: Segment) -> Bool {
        guard let stamp = recovery.undo?.stamp else { return false }
        if answersFirstSending(segment, before: stamp) { return true }
        recovery.undo = nil
        return false
    }

    /// The same of a fast retransmission: the segment was overtaken, not lost.
    mutating func isRetransmissionSpurious(_ segment: Segment) -> Bool {
        guard let stamp = recovery.fastUndo?.stamp else { return false }
        recovery.fastUndo?.stamp = nil
        return answersFirstSending(segment, before: stamp)
    }

    /// RFC 3522 3.2 step 4: the first new ACK answers what was sent before the retransmission. Step 5: where it carries a DSACK,
    /// or acknowledges everything and could not have carried one, it may be the ACKs that were lost, a whole flight of them,
    /// and the retransmission was none too many.
    private func answersFirstSending(_ segment: Segment, before stamp: UInt32) -> Bool {
        guard let echo = segment.options.timestamps?.echoReply, echo != 0, Int32(bitPattern: echo &- stamp) < 0 else {
            return false
        }
        return segment.duplicateReport == nil && (counters.duplicateReports > 0 || snd.una != snd.nxt)
    }

    /// RFC 5682 3.1, steps 2 and 3.
    ///
    /// - Parameters:
    ///   - isNew: whether the ACK advances SND.UNA; else it is a duplicate.
    ///   - hasOriginal: whether it tells that something arrived which was sent before the time-out and not since.
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
            // Three segments, one of which a new ACK is about to add.
            congestion.resize(toSegments: isNew ? 2 : 3)
        }
    }

    /// Step 2 b: new data goes out instead of retransmissions; where none could, the retransmissions go on.
    mutating func settleForwardRecovery(now: Instant) {
        guard case .probing(let start)? = recovery.forward, snd.nxt == start else { return }
        recovery.forward = nil
        sendLost(now: now)
    }

    /// A DSACK reports a segment of the last fast recovery as received twice: where it was the last retransmission that could
    /// have been of use, nothing had been lost, only overtaken, and what recovery has cost is given back (RFC 3708 3, RFC 4015
    /// 3.4).
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

    /// RFC 4015: as it was before.
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
