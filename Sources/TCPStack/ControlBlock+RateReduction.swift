import TCPState

/// Proportional rate reduction (RFC 9937): in fast recovery the flight comes down to the threshold little by little, by what
/// each ACK says has arrived, and losses beyond that do not stop the sending.
extension ControlBlock {
    /// Octets known to have left the network out of order: reported by SACK, or told by duplicate ACKs.
    @inline(__always)
    var departed: UInt32 {
        let octets =
            agreed.selectiveAcknowledgment ? ledger.sackedLength : recovery.departed &* congestion.segmentSize
        return min(octets, snd.nxt.relative(to: flightStart))
    }

    /// RFC 9937 6.2: how much may go out in answer to what has just arrived; cwnd is pipe + sndcnt.
    ///
    /// - Parameters:
    ///   - delivered: DeliveredData, octets; where nothing has arrived nothing changes, but at the beginning of recovery the
    ///     first retransmission goes out whatever the rest says.
    ///   - isSafe: SafeACK: SND.UNA has moved, and nothing more was found lost.
    mutating func reduceProportionally(delivered: UInt32, isSafe: Bool) {
        guard recovery.phase == .recovery, var reduction = recovery.reduction, delivered > 0 || !reduction.hasBegun
        else { return }
        reduction.delivered = reduction.delivered.addingClamped(delivered)
        let pipe = pipe
        let threshold = congestion.threshold
        var allowance: UInt32
        if pipe > threshold {
            let share =
                (UInt64(reduction.delivered) * UInt64(threshold) + UInt64(reduction.flight) - 1)
                / UInt64(reduction.flight)
            allowance = UInt32(clamping: Int64(clamping: share) - Int64(reduction.out))
        } else {
            // PRR-CRB: no more than has arrived; PRR-SSRB, while recovery makes good progress, a segment more, as in slow
            // start.
            let owed = reduction.delivered > reduction.out ? reduction.delivered - reduction.out : 0
            let bound = max(owed, delivered).addingClamped(isSafe ? congestion.segmentSize : 0)
            allowance = min(threshold - pipe, bound)
        }
        if reduction.out == 0, allowance == 0 { allowance = congestion.segmentSize }
        let size = pipe.addingClamped(allowance)
        if size != congestion.size || !reduction.hasBegun {
            congestion.size = size
            act(
                .setCongestionWindow(size),
                because: reduction.hasBegun ? .proportionalReduction : .enterRecovery)
        }
        reduction.hasBegun = true
        recovery.reduction = reduction
    }
}
