import Tracking

/// Lanes that stand side by side, and the rows between them. Where a scene has more lanes than fit, it is cut into bands
/// such that the two ends of each connection stand in one band: no arrow ever leaves the picture.
struct LaneBand {
    /// A row of the scene, or a stretch of silence in this band that is longer than any single one of the scene.
    enum Entry {
        case row(Int)
        case silence(duration: Int64)
    }

    /// Indices into the scene's lanes, ascending.
    private(set) var lanes: [Int]
    private(set) var rows: [Entry] = []
    /// Where each of the scene's lanes stands in this band; `nil`: all lanes, in their own places.
    private var places: [Int: Int]?

    private init(lanes: [Int], places: [Int: Int]?) {
        self.lanes = lanes
        self.places = places
    }

    static func bands(of scene: Scene, capacity: Int) -> [LaneBand] {
        guard scene.lanes.count > capacity else {
            var all = LaneBand(lanes: Array(scene.lanes.indices), places: nil)
            all.rows = scene.rows.indices.map { .row($0) }
            return [all]
        }
        var seating = Seating(capacity: max(2, capacity))
        var bandOfRow: [Int?] = []
        bandOfRow.reserveCapacity(scene.rows.count)
        for row in scene.rows {
            switch row {
            case .segment(let segment): bandOfRow.append(seating.band(segment.from, segment.to))
            case .moment(let moment): bandOfRow.append(seating.band(moment.lane, moment.lane))
            case .silence: bandOfRow.append(nil)
            }
        }
        var bands = seating.bands.map { set in
            let lanes = set.filter { scene.lanes.indices.contains($0) }.sorted()
            return LaneBand(
                lanes: lanes, places: Dictionary(uniqueKeysWithValues: lanes.enumerated().map { ($1, $0) }))
        }
        distribute(scene, bandOfRow, over: &bands)
        return bands
    }

    /// Gives each row to its band, and to each band the silences between its own rows: where other bands' rows lie between,
    /// the silence lasts from its row before to its row after.
    private static func distribute(_ scene: Scene, _ bandOfRow: [Int?], over bands: inout [LaneBand]) {
        var silencesBefore = 0
        var last: [(row: Int, silences: Int)?] = Array(repeating: nil, count: bands.count)
        for (index, row) in scene.rows.enumerated() {
            guard let band = bandOfRow[index] else {
                silencesBefore += 1
                continue
            }
            if let last = last[band], last.silences < silencesBefore {
                if index - last.row == 2 {
                    bands[band].rows.append(.row(index - 1))
                } else if let start = scene.rows[last.row].time, let end = row.time {
                    let (duration, overflow) = end.subtractingReportingOverflow(start)
                    bands[band].rows.append(.silence(duration: overflow ? .max : duration))
                }
            }
            bands[band].rows.append(.row(index))
            last[band] = (index, silencesBefore)
        }
    }

    /// The row to draw for an entry, its lanes counted within this band.
    func row(_ entry: Entry, of scene: Scene) -> Scene.Row {
        switch entry {
        case .silence(let duration):
            return .silence(Scene.Silence(duration: duration))
        case .row(let index):
            guard let places else { return scene.rows[index] }
            switch scene.rows[index] {
            case .silence:
                return scene.rows[index]
            case .moment(var moment):
                moment.lane = places[moment.lane] ?? -1
                moment.marks = picked(moment.marks)
                return .moment(moment)
            case .segment(var segment):
                segment.from = places[segment.from] ?? -1
                segment.to = places[segment.to] ?? -1
                segment.marks = picked(segment.marks)
                segment.variables = picked(segment.variables)
                return .segment(segment)
            }
        }
    }

    private func picked<Value>(_ values: [Value?]) -> [Value?] {
        lanes.map { $0 < values.count ? values[$0] : nil }
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
