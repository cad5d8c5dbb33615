import CaptureFile
import TCPState
import TCPWire
import Tracking

/// Which connections a tuple's segments are of: a SYN may meet one that is still there (RFC 9293 3.5, Figure 9; 3.10.7.4).
extension Judge {
    /// As many segments behind a SYN are looked at; a bound for hostile captures.
    private static let outlook = 256

    mutating func splitLives() -> [SettledLife] {
        var lives: [SettledLife] = []
        var cursor = ConnectionCursor()
        for place in order.indices {
            let index = order[place]
            let segment = segment(index)
            if verdicts[index] == .taken, segment.opens, !cursor.isOwn(segment, opening: true) {
                if goesOn(cursor, at: place) {
                    verdicts[index] = .refused(.syn)
                } else {
                    if !lives.isEmpty { lives[lives.count - 1].record = cursor.record }
                    cursor = ConnectionCursor()
                    lives.append(SettledLife())
                }
            }
            if lives.isEmpty {
                lives.append(SettledLife())
                lives[0].standing = standing(of: order[...])
                cursor = ConnectionCursor(standing: lives[0].standing)
            }
            if lives.count > 1, lives[lives.count - 2].isHeld, let reset = resetOfOld(place, lives[lives.count - 1]) {
                lives[lives.count - 2].endedBy = reset
                lives[lives.count - 2].endedFrom = sightings[index].side
            }
            let reading = cursor.take(segment, as: verdicts[index])
            isOdd[index] = reading.map { !$0.classes.isDisjoint(with: [.stray, .invalidACK]) } ?? true
            lives[lives.count - 1].members.append(
                SettledLife.Member(
                    sighting: index, time: Timestamp(nanoseconds: times[index]), verdict: verdicts[index]))
        }
        if !lives.isEmpty { lives[lives.count - 1].record = cursor.record }
        return lives
    }

    /// Whether the connection goes on behind a SYN with another number: nobody answers the SYN with one of its own, and the end
    /// that it names sends on where it stood.
    private func goesOn(_ cursor: borrowing ConnectionCursor, at place: Int) -> Bool {
        let syn = sightings[order[place]]
        guard !syn.flags.contains(.ack), let record = cursor.record else { return false }
        let own = record.halves[syn.side]
        guard own.marks.contains(.numbered) else { return false }
        for index in order[(place + 1)...].prefix(Self.outlook) where isReal(index) {
            let sighting = sightings[index]
            if sighting.flags.contains(.syn) {
                let answers =
                    sighting.side != syn.side && sighting.flags.contains(.ack)
                    && sighting.segment.acknowledgment.isAfter(syn.segment.sequence)
                    && sighting.segment.acknowledgment.isAtOrBefore(syn.end)
                if answers || sighting.side == syn.side && sighting.segment.sequence == syn.segment.sequence {
                    return false
                }
                continue
            }
            guard sighting.side == syn.side, !sighting.flags.contains(.rst) else { continue }
            let distance = sighting.segment.sequence.distance(from: own.next)
            return distance.magnitude < 1 << 20
                && sighting.segment.sequence != syn.segment.sequence + 1
        }
        return false
    }

    /// The number of an RST that answers, exactly, an ACK of the life before: Figure 9's, which ends that.
    private func resetOfOld(_ place: Int, _ life: SettledLife) -> Int? {
        let reset = sightings[order[place]]
        guard reset.flags.contains(.rst), !reset.flags.contains(.ack), let asked = life.members.last,
            let syn = life.members.first
        else { return nil }
        let (challenge, opening) = (sightings[asked.sighting], sightings[syn.sighting])
        let behind = opening.segment.sequence + 1
        guard challenge.side != reset.side, challenge.isEmpty, opening.side == reset.side,
            challenge.segment.acknowledgment == reset.segment.sequence,
            challenge.segment.acknowledgment != behind, challenge.segment.acknowledgment != opening.end
        else { return nil }
        return reset.segment.number
    }
}

extension SettledLife {
    /// Whether an end may still hold it when the next life begins.
    fileprivate var isHeld: Bool { endedBy == nil && record.map { $0.outcome.ending != .closed } ?? false }
}
