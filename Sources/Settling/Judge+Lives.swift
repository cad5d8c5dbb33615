import CaptureFile
import TCPState
import TCPWire
import Tracking

/// Divides a tuple's segments into connections: a SYN may meet an earlier connection that still exists (RFC 9293 3.5,
/// Figure 9; 3.10.7.4).
extension Judge {
    /// At most this many segments after a SYN are examined: a limit for hostile captures.
    private static let outlook = 256

    /// - Parameter body: is called with each life, once no later segment can end it.
    mutating func splitLives(to body: (inout SettledLife, inout Judge) -> Void) {
        /// The last two lives, because one RST may end both.
        var lives: [SettledLife] = []
        var cursor = ConnectionCursor()
        let finals = finalAcknowledgments()
        for place in order.indices {
            let index = order[place]
            let segment = segment(index)
            if verdicts[index] == .taken, isUnacceptable(index, cursor.record, finals) {
                verdicts[index] = .refused(.window)
            }
            if verdicts[index] == .taken, isOtherAnswer(index, cursor.record) { verdicts[index] = .refused(.syn) }
            if verdicts[index] == .taken, segment.opens,
                !cursor.isOwn(segment, opening: true) || beginsAnew(place, cursor.record)
            {
                if goesOn(cursor, at: place) {
                    verdicts[index] = .refused(.syn)
                } else {
                    if !lives.isEmpty { lives[lives.count - 1].record = cursor.record }
                    cursor = ConnectionCursor()
                    if lives.count > 1 {
                        body(&lives[0], &self)
                        lives.removeFirst()
                    }
                    lives.append(SettledLife(from: place))
                }
            }
            if lives.isEmpty {
                lives.append(SettledLife(from: place))
                lives[0].standing = standing(of: order[...])
                cursor = ConnectionCursor(standing: lives[0].standing)
            }
            if lives.count > 1, lives[lives.count - 2].isHeld, let reset = resetOfOld(place, lives[lives.count - 1]) {
                lives[lives.count - 2].endedBy = reset
                lives[lives.count - 2].endedFrom = sightings[index].side
            }
            let reading = cursor.take(segment, as: verdicts[index])
            isOdd[index] = reading.map { !$0.classes.isDisjoint(with: [.stray, .invalidACK]) } ?? true
            lives[lives.count - 1].places = lives[lives.count - 1].places.lowerBound..<place + 1
        }
        if !lives.isEmpty { lives[lives.count - 1].record = cursor.record }
        for place in lives.indices { body(&lives[place], &self) }
    }

    /// By side: the highest number that the other end acknowledged, and, if that covered a FIN, the number after the
    /// FIN.
    private struct Final {
        var acknowledged: SequenceNumber?
        var fin: SequenceNumber?
    }

    /// The final acknowledgments of both sides; `nil` where the tuple has several lives, each of which has its own.
    private func finalAcknowledgments() -> [Final]? {
        var finals = [Final(), Final()]
        var opened: [SequenceNumber?] = [nil, nil]
        var covered: Int64 = 0
        for index in order where isReal(index) && verdicts[index] == .taken {
            let sighting = sightings[index]
            guard !sighting.flags.contains(.rst) else { continue }
            if sighting.flags.contains(.syn) {
                guard opened[sighting.side] ?? sighting.segment.sequence == sighting.segment.sequence else {
                    return nil
                }
                opened[sighting.side] = sighting.segment.sequence
            }
            guard sighting.flags.contains(.ack) else { continue }
            let number = sighting.segment.acknowledgment
            let known = finals[1 - sighting.side].acknowledged ?? number
            if number.isAfter(known) { covered &+= Int64(number.distance(from: known)) }
            finals[1 - sighting.side].acknowledged = known.later(number)
        }
        // Where numbers wrap around, their order says nothing.
        guard covered < 1 << 30 else { return nil }
        for index in order where isReal(index) && sightings[index].flags.contains(.fin) {
            let (side, end) = (sightings[index].side, sightings[index].end)
            guard let acknowledged = finals[side].acknowledged, acknowledged == end else { continue }
            finals[side].fin = end
        }
        return finals
    }

    /// Whether a segment with payload lies beyond its receiver's window, or beyond the FIN that the receiver accepted,
    /// and was never acknowledged: it is forged, or older than the connection.
    private func isUnacceptable(_ index: Int, _ record: ConnectionRecord?, _ finals: [Final]?) -> Bool {
        let sighting = sightings[index]
        guard sighting.textLength > 0, sighting.flags.isDisjoint(with: [.syn, .rst]), let record, let finals,
            record.handshakeProved, let acknowledged = finals[sighting.side].acknowledged,
            acknowledged.isAtOrBefore(sighting.segment.sequence)
        else { return false }
        if sighting.flags.contains(.fin), let fin = finals[sighting.side].fin, fin.isBefore(sighting.segment.sequence) {
            return true
        }
        // A segment that jumps further is not believed anyway until the stream goes on from there.
        let jump = sighting.segment.sequence.distance(from: record.halves[sighting.side].next)
        guard jump > 0, jump <= 1 << 20 else { return false }
        let other = record.halves[record.peer(of: sighting.side)]
        guard other.marks.contains(.acknowledged), record.windowShift(of: record.peer(of: sighting.side)) != nil else {
            return false
        }
        let window = record.window(of: record.peer(of: sighting.side))
        let distance = sighting.segment.sequence.distance(from: other.highestAcknowledgment)
        return distance > 0 && UInt32(distance) > window && window > 0
    }

    /// Whether a SYN-ACK has another number than the one with which its end opened the connection: the end that sent
    /// the SYN drops it and answers with a challenge ACK (RFC 5961 4.2).
    private func isOtherAnswer(_ index: Int, _ record: ConnectionRecord?) -> Bool {
        let sighting = sightings[index]
        guard sighting.flags.isSuperset(of: [.syn, .ack]), let record, record.handshakeProved else { return false }
        let (own, other) = (record.halves[sighting.side], record.halves[record.peer(of: sighting.side)])
        return own.marks.contains(.initialKnown) && other.marks.contains(.initialKnown)
            && sighting.segment.sequence != own.initialSequence
            && sighting.segment.acknowledgment == other.initialSequence + 1
    }

    /// Whether a SYN that repeats the number of the connection before it begins a new one: the earlier connection was
    /// established and has ended, and the SYN is answered by a SYN-ACK.
    private func beginsAnew(_ place: Int, _ record: ConnectionRecord?) -> Bool {
        let syn = sightings[order[place]]
        guard !syn.flags.contains(.ack), let record, record.handshakeProved,
            [.closed, .reset].contains(record.outcome.ending)
        else { return false }
        let next = order[(place + 1)...].prefix(Self.outlook).first { isReal($0) && sightings[$0].side != syn.side }
        guard let answer = next.map({ sightings[$0] }) else { return false }
        return answer.flags.isSuperset(of: [.syn, .ack]) && syn.isOpening(answeredBy: answer)
    }

    /// Whether the old connection goes on after a SYN with another number: nobody answers the SYN with a SYN-ACK, and
    /// the end that seems to have sent it goes on sending from where it stood, and not after the SYN. That the SYN is
    /// repeated says nothing, since whoever sends one waits for an answer.
    private func goesOn(_ cursor: borrowing ConnectionCursor, at place: Int) -> Bool {
        let syn = sightings[order[place]]
        guard !syn.flags.contains(.ack), let record = cursor.record else { return false }
        let own = record.halves[syn.side]
        guard own.marks.contains(.numbered) else { return false }
        for index in order[(place + 1)...].prefix(Self.outlook) where isReal(index) {
            let sighting = sightings[index]
            if sighting.flags.contains(.syn) {
                if sighting.flags.contains(.ack), syn.isOpening(answeredBy: sighting) { return false }
                continue
            }
            guard sighting.side == syn.side, !sighting.flags.contains(.rst) else { continue }
            let (old, new) = (
                sighting.segment.sequence.distance(from: own.next), sighting.segment.sequence.distance(from: syn.end)
            )
            return old.magnitude < 1 << 20 && old.magnitude < new.magnitude
        }
        return false
    }

    /// The packet number of an RST that answers exactly an ACK of the life before, and so ends that life (RFC 9293 3.5,
    /// Figure 9); `nil` for any other segment.
    private func resetOfOld(_ place: Int, _ life: SettledLife) -> Int? {
        let reset = sightings[order[place]]
        guard reset.flags.contains(.rst), !reset.flags.contains(.ack), let asked = order[life.places].last,
            let syn = order[life.places].first
        else { return nil }
        let (challenge, opening) = (sightings[asked], sightings[syn])
        let behind = opening.segment.sequence + 1
        guard challenge.side != reset.side, challenge.isEmpty, opening.side == reset.side,
            challenge.segment.acknowledgment == reset.segment.sequence,
            challenge.segment.acknowledgment != behind, challenge.segment.acknowledgment != opening.end
        else { return nil }
        return reset.segment.number
    }
}

extension SettledLife {
    /// Whether an end may still hold this life's connection when the next life begins.
    fileprivate var isHeld: Bool { endedBy == nil && record.map { $0.outcome.ending != .closed } ?? false }
}
