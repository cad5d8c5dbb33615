import CaptureFile
import Settling
import Tracking

// Returning to the packets of one connection.
extension CaptureAnalysis {
    /// One connection with its segments, out of those that were kept with their bytes.
    ///
    /// - Parameters:
    ///   - number: the connection's number, from 1.
    ///   - renumbered: whether its packets are numbered from 1, because other packets mean nothing to the reader.
    /// - Returns: `nil` where no segment of it was kept.
    public func stored(_ number: Int, renumbered: Bool = false) -> StoredConnection? {
        guard number >= 1, number <= count else { return nil }
        let (shard, own) = place(number - 1)
        let segments: [StoredSegment]
        if let settlement, let life = settlement.judged(shard, own) {
            segments = settlement.members(of: life, shard).map { kept[$0.place.offset].judged($0) }
        } else {
            guard keptPlaces.indices.contains(own) else { return nil }
            segments = keptPlaces[own].map { kept[$0] }
        }
        guard !segments.isEmpty else { return nil }
        let connection = stored(segments, number)
        return renumbered ? connection.renumbered : connection
    }

    /// One connection with its segments, which are read again from where the first pass noted that their packets lie.
    ///
    /// - Parameters:
    ///   - number: the connection's number, from 1.
    ///   - reader: the reader of the capture. If it cannot seek, the capture is read again from its start.
    ///   - limit: how many of the segments, from the first one on.
    /// - Returns: `nil` where there is no such connection, none of its packets were noted, or the file has changed
    ///   meanwhile.
    public func stored(
        _ number: Int, from reader: inout CaptureReader, limit: StoredLimit = .none
    ) throws(CaptureError) -> StoredConnection? {
        guard number >= 1, number <= count else { return nil }
        let (shard, own) = place(number - 1)
        var judged: [Settlement.Member] = []
        let places: [PacketPlace]
        if let settlement, let life = settlement.judged(shard, own) {
            judged = settlement.members(of: life, shard, limit: limit.segments)
            places = judged.map(\.place)
        } else {
            places =
                parallel?.places(shard, own, limit: limit.segments) ?? index.places(of: own, limit: limit.segments)
        }
        let fragments = parallel?.packets(of: places) ?? reassembly.places.packets(of: places)
        guard !places.isEmpty,
            var segments = try StoredSegment.fetched(places, fragments, from: &reader, limit: limit)
        else { return nil }
        for (place, member) in judged.prefix(segments.count).enumerated() {
            segments[place] = segments[place].judged(member)
        }
        return stored(segments, number)
    }

    private func stored(_ segments: [StoredSegment], _ number: Int) -> StoredConnection {
        let (shard, own) = place(number - 1)
        let record = self[number - 1]
        if let life = settlement?.judged(shard, own) {
            return StoredConnection(
                segments: segments, record: record, endedBy: life.endedBy, standing: life.standing,
                errors: errors(about: number - 1))
        }
        let connection = StoredConnection(segments: segments, record: record, errors: errors(about: number - 1))
        guard !record.isDoubtful, !segments.isPlain, let judged = segments.judged else { return connection }
        // Nothing was in doubt, so the judge may add verdicts that change no number of the record. Where a verdict
        // would change one (a wrong checksum is the only sign against the segment), the record counts, since the list
        // shows it too.
        let closer = StoredConnection(segments: judged, record: record, errors: connection.errors)
        return closer.leftOut > 0 || closer.fitsRecord ? closer : connection
    }
}
