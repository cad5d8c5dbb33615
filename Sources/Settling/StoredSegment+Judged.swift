import CaptureFile
import FlatMemory
import Tracking

extension [StoredSegment] {
    /// Judged by themselves, as segments of one connection in the capture's order: in the order in which they came, each with
    /// its verdict. `nil` where that tells nothing new: they are as they were, or turn out to be of several connections.
    package var judged: [StoredSegment]? {
        var lives = 0
        var judged: [StoredSegment]?
        settle { life, judge in
            lives += 1
            if !isAsJudged(life, judge) { judged = members(of: life, judge) }
        }
        return lives == 1 ? judged : nil
    }

    /// Whether they are a life's, in its order, with its times and verdicts.
    private func isAsJudged(_ life: SettledLife, _ judge: borrowing Judge) -> Bool {
        let members = judge.members(of: life)
        guard members.count == count else { return false }
        return zip(indices, members).allSatisfy { index, member in
            member.sighting == index && member.time == self[index].time && member.verdict == self[index].verdict
        }
    }

    /// Has all of them judged as of one tuple.
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
    /// Of a segment that is kept.
    package init(_ segment: StoredSegment) {
        self.init(segment.header, in: segment.frame.octets, segment.tracked)
        isRefused = segment.verdict == .refused(.syn)
    }
}

extension StoredConnection {
    /// The connections of some segments, which stand in the capture's order and are all of one tuple.
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
