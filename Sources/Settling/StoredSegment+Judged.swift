import FlatMemory
import Tracking

extension [StoredSegment] {
    /// Judged by themselves, as segments of one connection in the capture's order: in the order in which they came, each with
    /// its verdict. As they are where they turn out to be of several.
    package var judged: [StoredSegment] {
        let lives = Judge.settle(map(Sighting.init)).lives
        guard lives.count == 1 else { return self }
        return lives[0].members.map { member in
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
        let sightings = segments.map(Sighting.init)
        return Judge.settle(sightings).lives.enumerated().compactMap { place, life in
            guard var record = life.settledRecord(sightings) else { return nil }
            record.reusesTuple = place > 0
            let own = life.members.map { member in
                var segment = segments[member.sighting]
                segment.time = member.time
                segment.verdict = member.verdict
                return segment
            }
            return StoredConnection(segments: own, record: record, endedBy: life.endedBy, standing: life.standing)
        }
    }
}
