import TCPState
import TCPWire
import Tracking

/// Where the sequence numbers stand when a capture begins in the middle with probes: segments of at most one octet that
/// are sent again and again, and that the other end answers with the same ACK (RFC 9293 3.8.4, 3.8.6.1).
extension Judge {
    /// At most this many segments after the first are examined: a limit for hostile captures.
    private static let probeLimit = 64

    /// - Returns: `nil` where the capture does not begin with probes.
    func standing(of members: ArraySlice<Int>) -> Standing? {
        guard let first = members.first, isProbeShaped(first) else { return nil }
        let probe = sightings[first]
        var isRepeated = false
        for index in members.dropFirst().prefix(Self.probeLimit) where isReal(index) {
            let sighting = sightings[index]
            if isRepeated, sighting.side == probe.side, sighting.flags.contains(.rst),
                sighting.segment.sequence == probe.segment.sequence + 1, probe.segment.payloadLength == 0
            {
                // Nobody answered the probes. An end that gives up sends an RST with the number that it would send
                // next.
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
            // A new octet is acknowledged only once; one that is acknowledged again and again was acknowledged before
            // the capture began.
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

    /// Whether the probe is sent again after its answer.
    private func isAnsweredAgain(_ members: ArraySlice<Int>, _ number: SequenceNumber, from answer: Int) -> Bool {
        guard let first = members.first, let place = members.firstIndex(of: answer) else { return false }
        let probe = sightings[first].segment
        let next = members[(place + 1)...].prefix(Self.probeLimit).first {
            isReal($0) && sightings[$0].side == probe.side
        }
        return next.map { sightings[$0].segment.sequence == probe.sequence && isProbeShaped($0) } ?? false
    }
}
