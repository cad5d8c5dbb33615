import CaptureFile
import Settling
import Tracking

// The second look: one connection's segments.
extension CaptureAnalysis {
    /// One connection, counted from 1, out of the kept segments.
    ///
    /// - Parameter renumbered: count its own segments from 1, where the packets around them mean nothing to the reader.
    /// - Returns: `nil` where nothing was kept of it.
    public func stored(_ number: Int, renumbered: Bool = false) -> StoredConnection? {
        guard number >= 1, number <= count else { return nil }
        let segments: [StoredSegment]
        switch source(of: number - 1) {
        case .judged(let judged):
            segments = settlement?.connections[judged].members.map { kept[$0.place.offset].judged($0) } ?? []
        case .pass(let own):
            guard keptPlaces.indices.contains(own) else { return nil }
            segments = keptPlaces[own].map { kept[$0] }
        }
        guard !segments.isEmpty else { return nil }
        let connection = stored(segments, number)
        return renumbered ? connection.renumbered : connection
    }

    /// One connection, counted from 1, its packets fetched again from where the first pass noted that they lie.
    ///
    /// - Parameters:
    ///   - reader: what was read; where it cannot be read at any place, it is read once more.
    ///   - limit: at most so many segments, from the first one on.
    /// - Returns: `nil` where there is no such connection, none of its packets were noted, or the file has changed meanwhile.
    public func stored(
        _ number: Int, from reader: inout CaptureReader, limit: Int = .max
    ) throws(CaptureError) -> StoredConnection? {
        guard number >= 1, number <= count else { return nil }
        var judged: [Settlement.Member] = []
        let places: [PacketPlace]
        let fragments: [Int: [PacketPlace]]
        switch source(of: number - 1) {
        case .judged(let index):
            judged = Array(settlement?.connections[index].members.prefix(limit) ?? [])
            places = judged.map(\.place)
            fragments = settlement?.fragments.packets(of: places) ?? [:]
        case .pass(let own):
            places = Array((parallel?.places(of: own) ?? index.places(of: own)).prefix(limit))
            fragments = parallel?.packets(of: places) ?? reassembly.places.packets(of: places)
        }
        guard !places.isEmpty, var segments = try StoredSegment.fetched(places, fragments, from: &reader) else {
            return nil
        }
        for (place, member) in judged.enumerated() { segments[place] = segments[place].judged(member) }
        return stored(segments, number)
    }

    private func stored(_ segments: [StoredSegment], _ number: Int) -> StoredConnection {
        switch source(of: number - 1) {
        case .judged(let judged):
            let own = settlement?.connections[judged]
            return StoredConnection(
                segments: segments, record: self[number - 1], endedBy: own?.endedBy, standing: own?.standing)
        case .pass:
            // Nothing was in doubt: what a closer look finds changes no number.
            let record = self[number - 1]
            return StoredConnection(segments: record.isDoubtful ? segments : segments.judged, record: record)
        }
    }
}
