import CaptureFile
import TCPState
import TCPWire

extension ConnectionRecord {
    /// Which end is the client, and how that is known, by the first segment seen.
    static func roles(_ segment: TrackedSegment) -> (client: Int, RoleEvidence) {
        let side = segment.side
        if segment.opens {
            let answers = segment.flags.contains(.ack)
            return (answers && !segment.key.isReflexive ? 1 - side : side, answers ? .synAck : .syn)
        }
        let source = RoleEvidence.rank(segment.sourcePort)
        let destination = RoleEvidence.rank(segment.destinationPort)
        if source != destination { return (source < destination ? 1 - side : side, .port) }
        return (side, .firstSeen)
    }

    /// Whether a SYN or SYN-ACK opens a new connection on this one's tuple.
    ///
    /// A SYN with another ISN does, unless it is the other half of a simultaneous open. A repeated SYN with the same
    /// ISN does not, even after an RST: Windows tries again in this way, and for the application it is one `connect()`.
    @inline(__always)
    func hasOtherLife(_ segment: TrackedSegment) -> Bool {
        let side = segment.side
        let other = peer(of: side)
        let based: HalfConnection.Marks = [.initialKnown, .initialGuessed]
        let isBased = !halves[side].marks.isDisjoint(with: based)
        if isBased, segment.sequence == halves[side].initialSequence { return false }
        if segment.flags.contains(.ack) {
            // A server that has no memory of the SYN may answer its repetition with another ISN: it is still the same
            // attempt.
            let answers =
                halves[other].marks.contains(.initialKnown)
                && segment.acknowledgment == halves[other].initialSequence + 1
            return isBased && !answers
        }
        if isBased, halves[side].segments > 0 { return true }
        let isSimultaneous = halves[other].marks.contains(.syn) && halves[side].segments == 0
        return !isSimultaneous
    }
}

extension RoleEvidence {
    /// 0 for a well-known port, 1 for a registered one, 2 for one of the range from which systems choose client ports.
    fileprivate static func rank(_ port: UInt16) -> Int {
        port < 1024 ? 0 : port < 32768 ? 1 : 2
    }
}
