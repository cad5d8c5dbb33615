import TCPState
import TCPWire
import Tracking

/// Finds RSTs that did not end the connection, by their numbers and by which ends go on afterwards.
extension Judge {
    /// A segment that comes this soon after an RST may only be out of order in the capture; in nanoseconds.
    private static let disorderFloor: Int64 = 1_000_000

    /// At most this many copies of the segment that an RST answers are skipped: a limit for hostile captures.
    private static let copyLimit = 8

    /// Which ends go on after an RST.
    private struct Aftermath {
        /// The next segment of the RST's sender that only a living connection sends, if there is one.
        var sender: Int?
        /// The other end's next such segment, and its next one after the sender's.
        var receiver: Int?
        var receiverAfterSender: Int?
    }

    mutating func judgeResets(_ life: inout SettledLife) {
        guard traits.hasResets, order[life.places].contains(where: { sightings[$0].flags.contains(.rst) }) else {
            return
        }
        let aftermaths = aftermaths(of: life)
        var cursor = ConnectionCursor(standing: life.standing)
        for place in life.places {
            let index = order[place]
            let segment = segment(index)
            if let aftermath = aftermaths[place], let fit = cursor.resetFit(segment),
                !endsAnother(place, life, cursor.record)
            {
                let verdict = verdict(of: index, fit, aftermath, isAsking: isAsking(other: index, cursor.record))
                if verdict != verdicts[index] {
                    verdicts[index] = verdict
                    life.record = nil
                }
            }
            _ = cursor.take(segment, as: verdicts[index])
        }
    }

    /// Whether the RST's receiver has only sent a SYN: then segments that it sends later show that it ignored the RST.
    private func isAsking(other reset: Int, _ record: ConnectionRecord?) -> Bool {
        guard let record else { return false }
        return record.halves[record.peer(of: sightings[reset].side)].state == .synSent
    }

    /// - Parameter isAsking: whether its receiver is in SYN-SENT.
    private func verdict(of reset: Int, _ fit: ResetFit, _ aftermath: Aftermath, isAsking: Bool) -> Verdict {
        switch fit {
        // The number is none that its receiver expects (RFC 9293 3.10.7.3 and 3.10.7.4).
        case .outside: return .refused(.reset)
        // The number is in the window, but not the expected one: the receiver only sends a challenge ACK (RFC 5961
        // 3.2).
        case .inWindow:
            return comesLater(aftermath.sender, than: reset) ? .refused(.reset) : .taken
        case .exact, .unknown:
            guard comesLater(aftermath.sender, than: reset) else {
                return isAskedBack(reset, aftermath) ? .refused(.reset) : .taken
            }
            // If only the receiver of the RST ends and the supposed sender goes on, that sender's TCP did not send it.
            let isReceiverDead = aftermath.receiverAfterSender == nil && !(isAsking && aftermath.receiver != nil)
            return isReceiverDead ? .foreign : .refused(.reset)
        }
    }

    /// Whether an end in SYN-SENT answers with this RST an ACK of an older connection that the other end still holds.
    /// The RST's number fits that connection, and therefore not this one (RFC 9293 3.5, Figure 9).
    private func endsAnother(_ place: Int, _ life: SettledLife, _ record: ConnectionRecord?) -> Bool {
        let before = order[life.places.lowerBound..<place].suffix(Self.copyLimit).last { isReal($0) }
        guard let asked = before, let record else { return false }
        let reset = sightings[order[place]]
        return record.halves[reset.side].state == .synSent && isOdd[asked] && sightings[asked].side != reset.side
            && sightings[asked].isEmpty && sightings[asked].segment.acknowledgment == reset.segment.sequence
    }

    /// Whether the RST's receiver asks, a round trip later, for numbers below the RST's: it had not got the segments
    /// before it, and sent a challenge ACK (RFC 5961 3.2).
    private func isAskedBack(_ reset: Int, _ aftermath: Aftermath) -> Bool {
        guard let answer = aftermath.receiver, let trip, sightings[answer].isEmpty, gap(reset, answer) >= trip / 10 * 9
        else { return false }
        return sightings[answer].segment.acknowledgment.isBefore(sightings[reset].segment.sequence)
    }

    private func comesLater(_ next: Int?, than reset: Int) -> Bool {
        next.map { gap(reset, $0) >= Self.disorderFloor } ?? false
    }

    /// For each RST against which nothing is known yet, by its place: which ends go on after it.
    private func aftermaths(of life: SettledLife) -> [Int: Aftermath] {
        var found: [Int: Aftermath] = [:]
        /// By side: the next segment from here on that only a living connection sends.
        var alive: [Int?] = [nil, nil]
        /// By side: the other side's next such segment after that one.
        var aliveAfter: [Int?] = [nil, nil]
        for place in life.places.reversed() where verdicts[order[place]] == .taken {
            let index = order[place]
            let sighting = sightings[index]
            let (side, other) = (sighting.side, 1 - sighting.side)
            if sighting.flags.contains(.rst) {
                found[place] = Aftermath(
                    sender: alive[side], receiver: alive[other], receiverAfterSender: aliveAfter[side])
            } else if !sighting.flags.contains(.syn), sighting.flags.contains(.ack), !isOdd[index] {
                alive[side] = index
                aliveAfter[side] = alive[other]
            }
        }
        return found
    }
}
