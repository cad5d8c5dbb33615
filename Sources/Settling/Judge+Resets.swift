import TCPState
import TCPWire
import Tracking

/// Which RSTs did not do what they say, told by their numbers and by who goes on.
extension Judge {
    /// A segment this soon behind an RST may only stand in the wrong order in the capture; nanoseconds.
    private static let disorderFloor: Int64 = 1_000_000

    /// At most so many copies of what it answers are looked past: a limit for hostile captures.
    private static let copyLimit = 8

    /// Who goes on behind an RST.
    private struct Aftermath {
        /// Its sender's next segment that only a living connection sends, and the other end's next behind that.
        var sender: Int?
        /// The other end's next.
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

    /// Whether an RST meets an end that has only asked to open: what comes of that end later, it sends in spite of the RST.
    private func isAsking(other reset: Int, _ record: ConnectionRecord?) -> Bool {
        guard let record else { return false }
        return record.halves[record.peer(of: sightings[reset].side)].state == .synSent
    }

    /// - Parameter isAsking: whether its receiver is in SYN-SENT.
    private func verdict(of reset: Int, _ fit: ResetFit, _ aftermath: Aftermath, isAsking: Bool) -> Verdict {
        switch fit {
        // Outside of everything that its receiver expects (RFC 9293 3.10.7.3 and 3.10.7.4).
        case .outside: return .refused(.reset)
        // Not exactly the number that is expected: its receiver only asks back (RFC 5961 3.2).
        case .inWindow:
            return comesLater(aftermath.sender, than: reset) ? .refused(.reset) : .taken
        case .exact, .unknown:
            guard comesLater(aftermath.sender, than: reset) else {
                return isAskedBack(reset, aftermath) ? .refused(.reset) : .taken
            }
            // Where only its sender goes on, it was not the sender's TCP that sent it.
            let isReceiverDead = aftermath.receiverAfterSender == nil && !(isAsking && aftermath.receiver != nil)
            return isReceiverDead ? .foreign : .refused(.reset)
        }
    }

    /// Whether an end in SYN-SENT answers with it an ACK of an older connection that the other end still holds: its number fits
    /// that connection, and so not this one (RFC 9293 3.5, Figure 9).
    private func endsAnother(_ place: Int, _ life: SettledLife, _ record: ConnectionRecord?) -> Bool {
        let before = order[life.places.lowerBound..<place].suffix(Self.copyLimit).last { isReal($0) }
        guard let asked = before, let record else { return false }
        let reset = sightings[order[place]]
        return record.halves[reset.side].state == .synSent && isOdd[asked] && sightings[asked].side != reset.side
            && sightings[asked].isEmpty && sightings[asked].segment.acknowledgment == reset.segment.sequence
    }

    /// Whether its receiver asks, a round trip later, for numbers before the RST's: it had not got what came before it, and asked
    /// back (RFC 5961 3.2).
    private func isAskedBack(_ reset: Int, _ aftermath: Aftermath) -> Bool {
        guard let answer = aftermath.receiver, let trip, sightings[answer].isEmpty, gap(reset, answer) >= trip / 10 * 9
        else { return false }
        return sightings[answer].segment.acknowledgment.isBefore(sightings[reset].segment.sequence)
    }

    private func comesLater(_ next: Int?, than reset: Int) -> Bool {
        next.map { gap(reset, $0) >= Self.disorderFloor } ?? false
    }

    /// By place, of each RST that nothing is known against yet.
    private func aftermaths(of life: SettledLife) -> [Int: Aftermath] {
        var found: [Int: Aftermath] = [:]
        /// By side, the next segment from here on that only a living connection sends.
        var alive: [Int?] = [nil, nil]
        /// The same for the other side, from that segment on.
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
