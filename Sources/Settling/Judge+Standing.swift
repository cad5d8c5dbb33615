import TCPState
import TCPWire
import Tracking

/// Where the numbers stand when a capture begins in the middle with a probe: one octet or none, sent again and again, that
/// the other end answers with the same ACK (RFC 9293 3.8.4, 3.8.6.1).
extension Judge {
    /// At most so many segments behind the first are looked at: a limit for hostile captures.
    private static let probeLimit = 64

    /// - Returns: `nil` where the capture does not begin so.
    func standing(of members: ArraySlice<Int>) -> Standing? {
        guard let first = members.first, isProbeShaped(first) else { return nil }
        let probe = sightings[first]
        var isRepeated = false
        for index in members.dropFirst().prefix(Self.probeLimit) where isReal(index) {
            let sighting = sightings[index]
            if isRepeated, sighting.side == probe.side, sighting.flags.contains(.rst),
                sighting.segment.sequence == probe.segment.sequence + 1, probe.segment.payloadLength == 0
            {
                // Nobody answered; who gives up does it with the number that it would send next.
                return Standing(side: probe.side, next: sighting.segment.sequence, window: .max)
            }
            guard sighting.flags.isDisjoint(with: [.syn, .fin, .rst]) else { return nil }
            guard sighting.side != probe.side else {
                guard sighting.segment.sequence == probe.segment.sequence, isProbeShaped(index) else { return nil }
                isRepeated = true
                continue
            }
            guard sighting.flags.contains(.ack) else { return nil }
            let number = sighting.segment.acknowledgment
            let isBefore = number == probe.segment.sequence + 1
            // An octet of its own is acknowledged once; only what was acknowledged before is old.
            let isOld = isBefore && (probe.segment.payloadLength == 0 || isAnsweredAgain(members, number, from: index))
            let isRefused =
                number == probe.segment.sequence && probe.segment.payloadLength == 1
                && sighting.segment.window == 0
            guard !isRepeated, isOld || isRefused else { return nil }
            return Standing(side: probe.side, next: number, window: sighting.segment.window)
        }
        return nil
    }

    private func isProbeShaped(_ index: Int) -> Bool {
        let sighting = sightings[index]
        return sighting.segment.payloadLength <= 1 && sighting.flags.isDisjoint(with: [.syn, .fin, .rst])
            && sighting.flags.contains(.ack)
    }

    /// Whether the same octet comes again behind its answer, and is answered alike.
    private func isAnsweredAgain(_ members: ArraySlice<Int>, _ number: SequenceNumber, from answer: Int) -> Bool {
        guard let first = members.first, let place = members.firstIndex(of: answer) else { return false }
        let probe = sightings[first].segment
        let next = members[(place + 1)...].prefix(Self.probeLimit).first {
            isReal($0) && sightings[$0].side == probe.side
        }
        return next.map { sightings[$0].segment.sequence == probe.sequence && isProbeShaped($0) } ?? false
    }
}
