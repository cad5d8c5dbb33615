import CaptureFile
import FlatMemory
import Tracking

extension [StoredSegment] {
    /// These segments, judged as segments of one connection: in the order in which they came, each with its verdict.
    /// They must be in the capture's order. `nil` where judging changes nothing, or where they turn out to be of
    /// several connections.
    package var judged: [StoredSegment]? {
        var lives = 0
        var judged: [StoredSegment]?
        settle { life, judge in
            lives += 1
            if !isAsJudged(life, judge) { judged = members(of: life, judge) }
        }
        return lives == 1 ? judged : nil
    }

    /// Whether the segments have a life's order, times and verdicts already.
    private func isAsJudged(_ life: SettledLife, _ judge: borrowing Judge) -> Bool {
        let members = judge.members(of: life)
        guard members.count == count else { return false }
        return zip(indices, members).allSatisfy { index, member in
            member.sighting == index && member.time == self[index].time && member.verdict == self[index].verdict
        }
    }

    /// Judges all of them as segments of one tuple.
    fileprivate func settle(to body: (SettledLife, borrowing Judge) -> Void) {
        guard let first else { return }
        var sightings = FlatStore<Sighting>(expecting: count)
        for segment in self { sightings.append(Sighting(segment)) }
        _ = Judge.settle(Sightings(of: first.tracked.key, SightingRoom(sightings), 0..<count), to: body)
    }

    fileprivate func members(of life: SettledLife, _ judge: borrowing Judge) -> [StoredSegment] {
        judge.members(of: life).map { member in
            var segment = self[member.sighting]
            segment.time = member.time
            segment.verdict = member.verdict
            return segment
        }
    }
}

extension Sighting {
    /// Creates a sighting of a segment that was kept with its bytes.
    package init(_ segment: StoredSegment) {
        self.init(segment.header, in: segment.frame.octets, segment.tracked)
        isRefused = segment.verdict == .refused(.syn)
    }
}

extension StoredConnection {
    /// The connections that some segments belong to. The segments must be in the capture's order and all of one tuple.
    package static func settling(_ segments: [StoredSegment]) -> [StoredConnection] {
        var connections: [StoredConnection] = []
        segments.settle { life, judge in
            guard var record = judge.record(of: life) else { return }
            record.reusesTuple = !connections.isEmpty
            connections.append(
                StoredConnection(
                    segments: segments.members(of: life, judge), record: record, endedBy: life.endedBy,
                    standing: life.standing))
        }
        return connections
    }
}
