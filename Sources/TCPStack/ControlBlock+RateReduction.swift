import TCPState

/// Proportional rate reduction (RFC 9937): in fast recovery the flight is reduced to the threshold gradually, according
/// to what each ACK reports as delivered; further losses do not stop the sending.
extension ControlBlock {
    /// How many octets are known to have left the network out of order: as reported by SACK, or shown by duplicate
    /// ACKs.
    @inline(__always)
    var departed: UInt32 {
        let octets =
            agreed.selectiveAcknowledgment ? ledger.sackedLength : recovery.departed &* congestion.segmentSize
        return min(octets, snd.nxt.relative(to: flightStart))
    }

    /// RFC 9937 6.2: computes how many octets may be sent in response to those just delivered (sndcnt), and sets cwnd
    /// to pipe + sndcnt.
    ///
    /// - Parameters:
    ///   - delivered: DeliveredData, in octets. If it is 0 nothing changes, except at the beginning of recovery, where
    ///     the first retransmission must be sent in any case.
    ///   - isSafe: SafeACK: whether SND.UNA has advanced and no further loss was found.
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
            // PRR-CRB: no more than was delivered. PRR-SSRB, while recovery makes good progress: one segment more, as
            // in slow start.
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
