/// A group of lanes that are drawn side by side, with the rows between them. If a scene has more lanes than fit, it is
/// cut into bands such that the two ends of each connection are in one band: no arrow ever leaves the picture.
package struct LaneBand: Sendable {
    /// One entry of a band.
    package enum Entry: Sendable {
        /// A row of the scene.
        case row(Int)
        /// A stretch of time in which nothing happened, in nanoseconds: drawn as a tear.
        case silence(Int64)
    }

    /// Indices into the scene's lanes, ascending.
    package private(set) var lanes: [Int]
    /// The band's entries, from the top to the bottom.
    package private(set) var entries: [Entry] = []
    /// The position in this band of each of the scene's lanes, by the lane's index in the scene; `nil`: the band has
    /// all lanes, at their own indices.
    private var places: [Int: Int]?

    private init(lanes: [Int], places: [Int: Int]?) {
        self.lanes = lanes
        self.places = places
    }

    /// All of a scene in one band, with a tear wherever nothing happened for longer than `silence` nanoseconds.
    package static func whole(_ scene: Scene, silence: Int64) -> LaneBand {
        var bands = [LaneBand(lanes: Array(scene.lanes.indices), places: nil)]
        distribute(scene, Array(repeating: 0, count: scene.rows.count), over: &bands, silence: silence)
        return bands[0]
    }

    /// A scene in bands of at most `capacity` lanes, with a tear wherever nothing happened in the scene for longer than
    /// `silence` nanoseconds.
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

    /// Appends each row to its band. A silence of the whole scene becomes an entry in each band, as long as the time
    /// from the band's last row before it to the band's first row after it.
    private static func distribute(
        _ scene: Scene, _ bandOfRow: [Int], over bands: inout [LaneBand], silence: Int64
    ) {
        var silencesBefore = 0
        /// The end of the scene's last row that has a time, in nanoseconds since the scene's start.
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

    /// A row of the scene, with lane indices of this band in place of the scene's.
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

/// Assigns pairs of lanes to bands of limited size, in one pass: each pair goes into the first band tried that has
/// room.
private struct Seating {
    private struct Pair: Hashable {
        var low: Int
        var high: Int
    }

    let capacity: Int
    private(set) var bands: [Set<Int>] = []
    private var bandOfPair: [Pair: Int] = [:]
    /// The band that each lane was assigned to last: it is tried first for the lane's next pair.
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
