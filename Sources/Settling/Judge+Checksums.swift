import TCPState
import TCPWire
import Tracking

/// Segments that were damaged on the way.
extension Judge {
    mutating func findCorrupt() {
        guard traits.hasWrongSums else { return }
        for side in 0...1 {
            var verified = 0
            var wrong: [Int] = []
            for index in order where sightings[index].side == side && sightings[index].sum != .unknown {
                verified += 1
                if sightings[index].sum == .wrong { wrong.append(index) }
            }
            // Where half of an end's checksums are wrong, the segments are not damaged: the checksums were not filled
            // in yet when the packets were captured (transmit checksum offload), or the capture was changed afterwards.
            guard !wrong.isEmpty, wrong.count * 2 < verified else { continue }
            markCorrupt(wrong, of: side)
        }
    }

    /// Marks segments with wrong checksums as corrupt, except those that the other end acknowledged although no other
    /// segment began at their number: these arrived, and only the capture's copy is damaged.
    private mutating func markCorrupt(_ wrong: [Int], of side: Int) {
        var carriers: [UInt32: Int] = [:]
        var acknowledged: SequenceNumber?
        for index in order {
            let sighting = sightings[index]
            if sighting.side == side {
                if sighting.textLength > 0 { carriers[sighting.segment.sequence.rawValue, default: 0] += 1 }
            } else if sighting.flags.contains(.ack) {
                acknowledged =
                    acknowledged?.later(sighting.segment.acknowledgment) ?? sighting.segment.acknowledgment
            }
        }
        for index in wrong {
            let sighting = sightings[index]
            let end = sighting.segment.sequence + sighting.textLength
            let isOnlyCarrier = sighting.textLength > 0 && carriers[sighting.segment.sequence.rawValue] == 1
            if isOnlyCarrier, let acknowledged, acknowledged.isAtOrAfter(end) { continue }
            verdicts[index] = .corrupt
        }
    }
}

extension Sighting {
    /// How many numbers it takes up after a SYN: its payload, and one for a FIN.
    var textLength: UInt32 { segment.payloadLength &+ (flags.contains(.fin) ? 1 : 0) }
}
