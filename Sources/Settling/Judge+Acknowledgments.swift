import TCPState
import TCPWire
import Tracking

/// ACKs of numbers that were not sent yet: their receiver answers with an ACK and drops them (RFC 9293 3.10.7.4).
extension Judge {
    /// Marks ACKs of numbers that had not been sent when they came. An end's own pure ACK carries the number that it
    /// will send next. If that lies below what the other end had just acknowledged, the numbers between had not been
    /// sent; they are not merely missing in the capture.
    mutating func findFalseAcknowledgments() {
        var next: [SequenceNumber?] = [nil, nil]
        /// By side: its ACKs beyond all that the other side was seen to send, until the other side's own ACK shows its
        /// next number.
        var open: [[Int]] = [[], []]
        for index in order where isReal(index) && verdicts[index] == .taken {
            let sighting = sightings[index]
            guard !sighting.flags.contains(.rst) else { continue }
            let (side, other) = (sighting.side, 1 - sighting.side)
            if let known = next[side], sighting.isEmpty, sighting.segment.sequence == known {
                for early in open[other] where gap(early, index) > 0 { verdicts[early] = .refused(.acknowledgment) }
            }
            open[other] = []
            if sighting.flags.contains(.syn) {
                next[side] = sighting.end
                open[side] = []
            } else {
                // Where the capture begins in the middle, it is not known which numbers were sent before.
                next[side] = next[side]?.later(sighting.end)
            }
            guard sighting.isEmpty, let known = next[other], sighting.segment.acknowledgment.isAfter(known),
                sighting.segment.acknowledgment.distance(from: known) < 1 << 20
            else { continue }
            open[side].append(index)
        }
    }
}
