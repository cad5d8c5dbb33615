/// Lanes that stand side by side, and the rows between them. Where a scene has more lanes than fit, it is cut into bands
/// such that the two ends of each connection stand in one band: no arrow ever leaves the picture.
package struct LaneBand: Sendable {
    /// What stands in a band, from the top to the bottom.
    package enum Entry: Sendable {
        /// A row of the scene.
        case row(Int)
        /// A stretch of time in which nothing happened, in nanoseconds: drawn as a tear.
        case silence(Int64)
    }

    /// Indices into the scene's lanes, ascending.
    package private(set) var lanes: [Int]
    /// What stands in it, from the top to the bottom.
    package private(set) var entries: [Entry] = []
    /// Where each of the scene's lanes stands in this band; `nil`: all lanes, in their own places.
    private var places: [Int: Int]?

    private init(lanes: [Int], places: [Int: Int]?) {
        self.lanes = lanes
        self.places = places
    }

    /// All of a scene in one band, a tear wherever nothing happened for longer than `silence` nanoseconds.
    package static func whole(_ scene: Scene, silence: Int64) -> LaneBand {
        var bands = [LaneBand(lanes: Array(scene.lanes.indices), places: nil)]
        distribute(scene, Array(repeating: 0, count: scene.rows.count), over: &bands, silence: silence)
        return bands[0]
    }

    /// A scene in bands of at most `capacity` lanes, a tear wherever nothing happened in one for longer than `silence`
    /// nanoseconds.
    package static func bands(of scene: Scene, capacity: Int, silence: Int64) -> [LaneBand] {
        guard scene.lanes.count > capacity else { return [whole(scene, silence: silence)] }
        var seating = Seating(capacity: max(2, capacity))
        let bandOfRow = scene.rows.map { row in
            switch row {
            case .segment(let segment): seating.band(segment.sender.lane, segment.receiver.lane)
            case .moment(let moment): seating.band(moment.end.lane, moment.peer)
            }
        }
        var bands = seating.bands.map { set in
            let lanes = set.filter { scene.lanes.indices.contains($0) }.sorted()
            return LaneBand(
                lanes: lanes, places: Dictionary(uniqueKeysWithValues: lanes.enumerated().map { ($1, $0) }))
        }
        distribute(scene, bandOfRow, over: &bands, silence: silence)
        return bands
    }

    /// Gives each row to its band, and to each band the silences between its own rows: where other bands' rows lie between,
    /// the silence lasts from its row before to its row after.
    private static func distribute(
        _ scene: Scene, _ bandOfRow: [Int], over bands: inout [LaneBand], silence: Int64
    ) {
        var silencesBefore = 0
        /// The time of the scene's last row that has one.
        var last: Int64?
        var lastOfBand: [(time: Int64, silences: Int)?] = Array(repeating: nil, count: bands.count)
        if bands.count == 1 { bands[0].entries.reserveCapacity(scene.rows.count) }
        for index in scene.rows.indices {
            let band = bandOfRow[index]
            if let time = scene.rows[index].time {
                if let last, gap(last, time) > silence { silencesBefore += 1 }
                let end = scene.rows[index].endTime ?? time
                last = end
                if let last = lastOfBand[band], last.silences < silencesBefore {
                    bands[band].entries.append(.silence(gap(last.time, time)))
                }
                lastOfBand[band] = (end, silencesBefore)
            }
            bands[band].entries.append(.row(index))
        }
    }

    private static func gap(_ start: Int64, _ end: Int64) -> Int64 {
        let (duration, overflow) = end.subtractingReportingOverflow(start)
        return overflow ? (end < start ? .min : .max) : duration
    }

    /// A row of the scene, its lanes counted within this band.
    package func row(_ index: Int, of scene: Scene) -> Scene.Row {
        guard let places else { return scene.rows[index] }
        switch scene.rows[index] {
        case .moment(var moment):
            moment.end.lane = places[moment.end.lane] ?? -1
            moment.peer = places[moment.peer] ?? -1
            for note in moment.notes.indices { moment.notes[note].lane = places[moment.notes[note].lane] ?? -1 }
            return .moment(moment)
        case .segment(var segment):
            segment.sender.lane = places[segment.sender.lane] ?? -1
            segment.receiver.lane = places[segment.receiver.lane] ?? -1
            for note in segment.notes.indices { segment.notes[note].lane = places[segment.notes[note].lane] ?? -1 }
            return .segment(segment)
        }
    }
}

/// Puts pairs of lanes into bands of limited size, first come first seated, in one pass.
private struct Seating {
    private struct Pair: Hashable {
        var low: Int
        var high: Int
    }

    let capacity: Int
    private(set) var bands: [Set<Int>] = []
    private var bandOfPair: [Pair: Int] = [:]
    /// The last band each lane was seated in: where its next pair is tried first.
    private var bandOfLane: [Int: Int] = [:]

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func band(_ one: Int, _ other: Int) -> Int {
        let pair = Pair(low: min(one, other), high: max(one, other))
        if let band = bandOfPair[pair] { return band }
        let wanted: Set<Int> = [one, other]
        for candidate in [bandOfLane[one], bandOfLane[other], bands.count - 1] {
            guard let candidate, candidate >= 0, bands[candidate].union(wanted).count <= capacity else { continue }
            return seat(pair, in: candidate)
        }
        bands.append([])
        return seat(pair, in: bands.count - 1)
    }

    private mutating func seat(_ pair: Pair, in band: Int) -> Int {
        bands[band].formUnion([pair.low, pair.high])
        bandOfPair[pair] = band
        bandOfLane[pair.low] = band
        bandOfLane[pair.high] = band
        return band
    }
}
