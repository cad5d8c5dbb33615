import TCPState
import TCPWire
import Tracking

/// Which RSTs did not do what they say, told by their numbers and by who goes on.
extension Judge {
    /// A segment this soon behind an RST may only stand in the wrong order in the capture; nanoseconds.
    private static let disorderFloor: Int64 = 1_000_000

    mutating func judgeResets(_ life: inout SettledLife, besides ender: Int?) {
        guard life.members.contains(where: { sightings[$0.sighting].flags.contains(.rst) }) else { return }
        judgeByWhoGoesOn(&life)
        judgeByNumber(&life, besides: ender)
    }

    /// Where both ends go on, its receiver did not take it and its sender did not close; where only its sender does, it was not
    /// the sender's TCP that sent it.
    private func judgeByWhoGoesOn(_ life: inout SettledLife) {
        /// By side, the next segment from here on that only a living connection sends.
        var alive: [Int?] = [nil, nil]
        /// The same for the other side, from that segment on.
        var aliveAfter: [Int?] = [nil, nil]
        for place in life.members.indices.reversed() where life.members[place].verdict == .taken {
            let index = life.members[place].sighting
            let sighting = sightings[index]
            let (side, other) = (sighting.side, 1 - sighting.side)
            if sighting.flags.contains(.rst) {
                guard let next = alive[side], gap(index, next) >= Self.disorderFloor else { continue }
                life.members[place].verdict = aliveAfter[side] == nil ? .foreign : .refused(.reset)
            } else if !sighting.flags.contains(.syn), sighting.flags.contains(.ack) {
                alive[side] = index
                aliveAfter[side] = alive[other]
            }
        }
    }

    /// An RST outside of everything its receiver expects is ignored (RFC 9293 3.10.7.3 and 3.10.7.4).
    ///
    /// - Parameter ender: the packet that ended the life before: that it did not fit this one is its sense.
    private func judgeByNumber(_ life: inout SettledLife, besides ender: Int?) {
        var cursor = ConnectionCursor()
        for place in life.members.indices {
            let segment = segment(life.members[place].sighting)
            if segment.flags.contains(.rst), life.members[place].verdict == .taken, segment.number != ender,
                cursor.resetFit(segment) == .outside
            {
                life.members[place].verdict = .refused(.reset)
            }
            _ = cursor.take(segment, as: life.members[place].verdict)
        }
    }
}
