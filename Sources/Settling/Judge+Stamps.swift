import TCPState
import TCPWire
import Tracking

/// Segments with a timestamp older than one that their receiver had got before (RFC 7323 5.3, PAWS).
extension Judge {
    /// What is known of the timestamps that one end has received.
    private struct Recent {
        /// TS.Recent, and the last number that this end has acknowledged (Last.ACK.sent).
        var stamp: UInt32?
        var acknowledged: SequenceNumber?
    }

    mutating func findOldStamps() {
        guard order.contains(where: { sightings[$0].hasStamp }) else { return }
        /// By the side that sends the timestamps.
        var recent = [Recent(), Recent()]
        for place in order.indices where isReal(order[place]) {
            let index = order[place]
            let sighting = sightings[index]
            guard !sighting.flags.contains(.rst) else { continue }
            if sighting.flags.contains(.syn) { recent[sighting.side].stamp = nil }
            if sighting.flags.contains(.ack) {
                let known = recent[1 - sighting.side].acknowledged
                recent[1 - sighting.side].acknowledged =
                    known?.later(sighting.segment.acknowledgment) ?? sighting.segment.acknowledgment
            }
            guard sighting.hasStamp else { continue }
            if let stamp = recent[sighting.side].stamp, Int32(bitPattern: sighting.stamp &- stamp) < 0 {
                if !sighting.flags.contains(.syn), sighting.textLength > 0, !wasTaken(place) {
                    verdicts[index] = .refused(.oldTimestamp)
                }
                continue
            }
            // Only a segment that begins at or below Last.ACK.sent changes TS.Recent (RFC 7323 4.3).
            let isNext =
                recent[sighting.side].acknowledged.map { sighting.segment.sequence.isAtOrBefore($0) } ?? true
            if isNext { recent[sighting.side].stamp = sighting.stamp }
        }
    }

    /// At most this many segments after one are examined: a limit for hostile captures.
    private static let answerLimit = 256

    /// Whether the segment's octets were acknowledged later, although no other segment had brought them.
    private func wasTaken(_ place: Int) -> Bool {
        let sighting = sightings[order[place]]
        for index in order[(place + 1)...].prefix(Self.answerLimit) where isReal(index) {
            let other = sightings[index]
            if other.side == sighting.side {
                if other.segment.sequence.isAtOrBefore(sighting.segment.sequence), other.textLength > 0,
                    other.end.isAfter(sighting.segment.sequence)
                {
                    return false
                }
            } else if other.flags.contains(.ack) {
                let number = other.segment.acknowledgment
                if number.isAtOrAfter(sighting.end), number.distance(from: sighting.end) < 1 << 24 { return true }
                if SequenceNumber(other.sacked).isAtOrAfter(sighting.end), other.sacked != number.rawValue {
                    return true
                }
            }
        }
        return false
    }
}
