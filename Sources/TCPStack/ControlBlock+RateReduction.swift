import TCPState

/// Proportional rate reduction (RFC 6937): in fast recovery the flight comes down to the threshold little by little, by what
/// each ACK says has arrived, and losses beyond that do not stop the sending.
extension ControlBlock {
    /// Octets known to have left the network out of order: reported by SACK, or told by duplicate ACKs.
    var departed: UInt32 {
        let octets =
            agreed.selectiveAcknowledgment ? ledger.sackedLength : recovery.departed &* congestion.segmentSize
        return min(octets, snd.nxt.relative(to: snd.una))
    }

    /// RFC 6937 3: how much may go out in answer to what has just arrived; cwnd is pipe + sndcnt.
    mutating func reduceProportionally(delivered: UInt32) {
        guard recovery.phase == .recovery, var reduction = recovery.reduction else { return }
        reduction.delivered = reduction.delivered.addingClamped(delivered)
        let pipe = pipe
        let threshold = congestion.threshold
        let allowance: UInt32
        if pipe > threshold {
            let share =
                (UInt64(reduction.delivered) * UInt64(threshold) + UInt64(reduction.flight) - 1)
                / UInt64(reduction.flight)
            allowance = UInt32(clamping: Int64(clamping: share) - Int64(reduction.out))
        } else {
            // PRR-SSRB: back up to the threshold no faster than in slow start.
            let owed = reduction.delivered > reduction.out ? reduction.delivered - reduction.out : 0
            allowance = min(threshold - pipe, max(owed, delivered).addingClamped(congestion.segmentSize))
        }
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
