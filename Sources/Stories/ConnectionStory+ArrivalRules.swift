import CaptureFile
import TCPState
import TCPWire
import Tracking

extension ConnectionStory {
    /// RFC 9293's rules for what a segment does where it arrives, in the order in which they are applied; empty where
    /// the segment changes nothing that a rule mentions.
    ///
    /// - Parameters:
    ///   - step: a segment that has arrived.
    ///   - before: its receiver's state until then.
    ///   - after: its receiver's state from then on.
    public func arrivalRules(of step: Step, from before: State, to after: State) -> [Rule] {
        let flags = step.segment.header.flags
        switch before {
        case .closed: return [flags.contains(.rst) ? .resetInClosed : .noConnection]
        case .listen:
            if flags.contains(.rst) { return [.resetInListen] }
            if flags.contains(.ack) { return [.acknowledgmentInListen] }
            return [flags.contains(.syn) ? .synInListen : .nothingInListen]
        case .synSent:
            if flags.contains(.rst) {
                return [after == .closed ? .resetInSynSent : .resetWithoutAcknowledgmentInSynSent]
            }
            guard flags.contains(.syn) else {
                return [flags.contains(.ack) ? .badAcknowledgmentInSynSent : .nothingInSynSent]
            }
            return [flags.contains(.ack) ? .synAckInSynSent : .simultaneousOpen]
        case .synReceived where flags.contains(.rst): return [.resetInSynReceived]
        case .synReceived where flags.contains(.syn):
            return [flags.contains(.ack) ? .synAckInSynReceived : .synAgainInSynReceived]
        case .synReceived:
            guard after != .synReceived else { return [] }
            return [.acknowledgmentOfSYN] + contents(of: step, from: before, to: after)
        default:
            if flags.contains(.rst) {
                guard after == .closed else { return [.resetNotExact] }
                return [[.closing, .lastAck, .timeWait].contains(before) ? .resetWhileClosing : .resetExact]
            }
            if flags.contains(.syn) { return [.synInConnection] }
            return contents(of: step, from: before, to: after)
        }
    }

    /// The rules of the fifth step and the later ones (ACK, text, FIN).
    private func contents(of step: Step, from before: State, to after: State) -> [Rule] {
        var rules: [Rule] = []
        if step.covers.octets > 0 { rules.append(.acknowledgmentOfText) }
        if step.covers.fin { rules.append(.acknowledgmentOfFIN) }
        let isFinish = step.segment.header.flags.contains(.fin)
        if before == .timeWait { return rules + (isFinish ? [.finAgainInTimeWait] : []) }
        let expected = expectedNumber(beforeArrivalOf: step)
        if step.segment.header.payloadLength > 0 {
            let end = step.sequence.value &+ UInt64(step.segment.header.payloadLength)
            rules.append(end <= expected ? .duplicateText : step.sequence.value > expected ? .gap : .textInOrder)
        }
        if isFinish, before != after { rules.append(.finArrived) }
        return rules
    }

    /// The number that a segment's receiver expected (RCV.NXT) when the segment arrived: all before it had arrived.
    private func expectedNumber(beforeArrivalOf step: Step) -> UInt64 {
        let limit = step.account?.fate.arrival ?? step.segment.time
        let earlier = steps.filter { other in
            other.sender == step.sender && other.segment.number != step.segment.number
                && other.fate != .lost && other.segment.header.payloadLength > 0
                && other.account.map { $0.fate.arrival.map { $0 < limit } ?? false } ?? (other.segment.time < limit)
        }
        // Numbering starts after the SYN. The segments are sorted by number, so that one pass finds the first hole.
        return earlier.sorted { $0.sequence.value < $1.sequence.value }.reduce(1) { next, other in
            other.sequence.value > next
                ? next : max(next, other.sequence.value &+ UInt64(other.segment.header.payloadLength))
        }
    }
}
