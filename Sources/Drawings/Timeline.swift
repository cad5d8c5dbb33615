import Scenes
import Stories

/// The events of a drawing from top to bottom (departures, arrivals and other moments), each with its height on the
/// page.
///
/// The order is that of the scene; a segment that takes time to arrive does so before whatever its receiver does next.
/// Between two neighboring events time is proportional to height, but not at the same scale everywhere: bursts are
/// stretched, pauses shortened, long silences torn, and more room is made where a label has no place.
struct Timeline {
    enum What: Equatable {
        /// Row `row` of the band: a segment leaves (and arrives, if both are at the same height), or something else
        /// happens.
        case row(Int)
        /// The segment of that row arrives.
        case arrival(Int)
    }

    /// The room that an event needs.
    struct Extent {
        /// The room between the lifelines, above and below the event's height.
        var above = 0.0
        var below = 0.0
        /// The number of lines beside the bands, on the left and on the right.
        var left = 0
        var right = 0
        /// For an arrival, the room that its label needs above and below its arrow, so that the labels of parallel
        /// arrows have room.
        var labelAbove = 0.0
        var labelBelow = 0.0
    }

    struct Event {
        var what: What
        var time: Int64
        /// The lane in which it happens; for a horizontal arrow, the sender's.
        var lane: Int
        var extent = Extent()
        var y = 0.0
    }

    /// A silence that is torn, and the height of the tear.
    struct Tear {
        var duration: Int64
        var y: Double
    }

    private(set) var events: [Event] = []
    private(set) var tears: [Tear] = []
    /// The index of each row's event, and of its segment's arrival; -1 if there is no separate arrival.
    private(set) var departures: [Int]
    private(set) var arrivals: [Int]
    /// For each event, additional room above it.
    private var room: [Double]
    /// For each event, the silence that is torn before it; `nil` for none.
    private var silences: [Int64?]
    private let pace: Pace

    /// The height of a tear.
    static let tearHeight = 28.0

    /// - Parameters:
    ///   - rows: the rows of one band of lanes.
    ///   - silences: the duration of the silence before a row, by row, for silences that are torn: the same ones as in
    ///     all other pictures of the scene.
    ///   - timing: how heights depend on times.
    ///   - extent: returns the room that a row needs, or the arrival of its segment.
    init(
        _ rows: [Scene.Row], silences torn: [Int: Int64], timing: LadderDrawing.Timing = .squeezed,
        extent: (What) -> Extent
    ) {
        departures = Array(repeating: 0, count: rows.count)
        arrivals = Array(repeating: -1, count: rows.count)
        pace = Pace(rows, timing)
        room = []
        silences = []
        var underWay = UnderWay()
        var last = Int64.min
        func add(_ what: What, _ time: Int64, lane: Int) -> Int {
            last = max(last, time)
            events.append(Event(what: what, time: last, lane: lane, extent: extent(what)))
            return events.count - 1
        }
        func land(_ row: Int) {
            guard case .segment(let segment) = rows[row] else { return }
            arrivals[row] = add(
                .arrival(row), segment.arrival ?? pace.usualArrival(of: segment), lane: segment.receiver.lane)
        }
        for (index, row) in rows.enumerated() {
            let time = row.time ?? (last == .min ? 0 : last)
            let lane = row.ends.0.lane
            // A moment that is caused by a segment's arrival is that arrival.
            if case .moment(let moment) = row, case .segment(let number) = moment.cause,
                let departed = underWay.remove(number: number)
            {
                for other in underWay.due(time, lane: -1) { land(other) }
                departures[index] = add(.row(index), time, lane: lane)
                arrivals[departed] = departures[index]
                continue
            }
            for other in underWay.due(time, lane: lane) { land(other) }
            departures[index] = add(.row(index), time, lane: lane)
            guard case .segment(let segment) = row, segment.sender.lane != segment.receiver.lane else { continue }
            // A lost segment would have arrived like others.
            let arrival = segment.arrival ?? pace.usualArrival(of: segment)
            if arrival > segment.departure { underWay.add(index, segment, arrival: arrival) }
        }
        for other in underWay.due(.max, lane: -1) { land(other) }
        room = Array(repeating: 0, count: events.count)
        silences = Array(repeating: nil, count: events.count)
        guard timing == .squeezed else { return }
        for (row, duration) in torn {
            let last = rows[..<row].lastIndex { $0.time != nil } ?? 0
            guard let place = longestPause(from: departures[last], to: departures[row]) else { continue }
            silences[place] = duration
        }
    }

    /// Of the events after `first` up to `last`, the one with the longest pause before it. If segments are on their way
    /// during a silence, the tear may be before the arrival of one of them.
    private func longestPause(from first: Int, to last: Int) -> Int? {
        func pause(_ index: Int) -> Int64 {
            let (pause, isLong) = events[index].time.subtractingReportingOverflow(events[index - 1].time)
            return isLong ? .max : pause
        }
        guard first < last else { return nil }
        return (first + 1...last).reversed().max { pause($0) < pause($1) }
    }

    /// The heights at which a row's segment leaves and arrives.
    func departure(_ row: Int) -> Double { events[departures[row]].y }
    func arrival(_ row: Int) -> Double { arrivals[row] < 0 ? departure(row) : events[arrivals[row]].y }

    /// The height at which the last event ends.
    private(set) var bottom = 0.0

    /// The smallest distance between two rows, so that their times are readable.
    private static let leastStep = 13.0

    /// Computes the height of each event; the first one is below `top`.
    mutating func settle(top: Double) {
        tears.removeAll(keepingCapacity: true)
        /// The heights below which the next event must be, because of the rows' times, and of what is between the
        /// lifelines and beside the bands.
        var floors = (time: top - Self.leastStep, lane: top, left: top, right: top)
        var arrivalFloors: [Int: Double] = [:]
        var lowest: Double { max(floors.time + 4, floors.lane, floors.left, floors.right) }
        for index in events.indices {
            let now = events[index]
            let extent = now.extent
            var y = top
            if index > 0 {
                let before = events[index - 1]
                if let silence = silences[index] {
                    let place = lowest + Self.tearHeight / 2 + room[index]
                    tears.append(Tear(duration: silence, y: place))
                    y = place + Self.tearHeight / 2
                    floors = (y - Self.leastStep, y, y, y)
                } else {
                    let (pause, isLong) = now.time.subtractingReportingOverflow(before.time)
                    y = before.y + pace.height(of: isLong ? .max : pause) + room[index]
                }
            }
            if extent.above > 0 { y = max(y, floors.lane + extent.above + 2) }
            if extent.left > 0 { y = max(y, floors.left + 9) }
            if extent.right > 0 { y = max(y, floors.right + 9) }
            switch now.what {
            case .row:
                y = max(y, floors.time + Self.leastStep)
                floors.time = y
            case .arrival:
                if let floor = arrivalFloors[now.lane] { y = max(y, floor + extent.labelAbove) }
                arrivalFloors[now.lane] = y + extent.labelBelow
            }
            floors.lane = max(floors.lane, y + extent.below)
            if extent.left > 0 { floors.left = y + Double(extent.left) * BandLayout.nameLine - 5 }
            if extent.right > 0 { floors.right = y + Double(extent.right) * BandLayout.nameLine - 5 }
            events[index].y = y
        }
        bottom = max(lowest, events.last?.y ?? top)
    }

    /// Changes the room that a row needs.
    mutating func setExtent(_ row: Int, _ extent: Extent) { events[departures[row]].extent = extent }

    /// Makes more room between all events that happen while a row's segment is on its way.
    mutating func widen(_ row: Int, by height: Double) {
        let (start, end) = (departures[row], max(arrivals[row], departures[row]))
        for index in max(1, start)...max(1, end) where index < room.count { room[index] += height }
    }
}

/// Converts lengths of time to heights.
private struct Pace {
    /// A round trip in nanoseconds, as far as the rows show one.
    private let roundTrip: Int64
    /// Whether segments' travel times are known, so that arrows are sloped, and all of them alike.
    private let isSloped: Bool

    private let timing: LadderDrawing.Timing
    /// Nanoseconds from the first row to the last.
    private let whole: Int64

    /// The longest time that can be taken for a round trip, in nanoseconds.
    private static let longestRoundTrip: Int64 = 1_000_000_000

    /// The height of a round trip.
    private static let height = 56.0
    /// The total height, if heights are proportional to times.
    private static let wholeHeight = 1200.0

    init(_ rows: [Scene.Row], _ timing: LadderDrawing.Timing) {
        self.timing = timing
        let times = rows.lazy.compactMap(\.time)
        whole = max(1, (times.max() ?? 0).subtractingReportingOverflow(times.min() ?? 0).partialValue)
        var ways: [Int64] = []
        /// The latest segment that one end had sent before the other answered. If there are several, this is the one
        /// that is answered.
        var asked: Scene.Segment?
        var answer: Int64?
        for case .segment(let segment) in rows {
            if let arrival = segment.arrival, arrival > segment.departure {
                let (way, overflow) = arrival.subtractingReportingOverflow(segment.departure)
                ways.append(overflow ? .max : way)
            }
            if ways.count > 1000 { break }
            guard answer == nil, segment.sender.lane != segment.receiver.lane else { continue }
            let lanes = (segment.sender.lane, segment.receiver.lane)
            if asked.map({ lanes == ($0.receiver.lane, $0.sender.lane) }) ?? false {
                answer = segment.departure
            } else if asked.map({ lanes == ($0.sender.lane, $0.receiver.lane) }) ?? true {
                asked = segment
            }
        }
        isSloped = !ways.isEmpty
        if !ways.isEmpty {
            ways.sort()
            roundTrip = max(2, min(ways[ways.count / 2], .max / 8) * 2)
        } else if let asked, let answer {
            let waited = answer.subtractingReportingOverflow(asked.departure).partialValue
            roundTrip = max(1000, min(waited, Self.longestRoundTrip))
        } else {
            roundTrip = 1_000_000
        }
    }

    /// When a segment arrives if its arrival is not known, even if it was lost.
    func usualArrival(of segment: Scene.Segment) -> Int64 {
        guard isSloped else { return segment.departure }
        let (sum, overflow) = segment.departure.addingReportingOverflow(roundTrip / 2)
        return overflow ? .max : sum
    }

    func height(of pause: Int64) -> Double {
        switch timing {
        case .squeezed: break
        case .even: return Double(max(0, pause)) / Double(whole) * Self.wholeHeight
        case .steps: return 0
        }
        let trips = Double(max(0, pause)) / Double(roundTrip)
        let limit = isSloped ? 1.5 : 0.5
        if trips <= limit { return trips * Self.height }
        // Beyond this limit it need only be visible that it took longer.
        var (rest, more) = (trips / limit, 0.0)
        while rest > 1, more < 4 {
            rest /= 4
            more += min(1, max(0, rest < 1 ? (rest * 4 - 1) / 3 : 1))
        }
        return limit * Self.height + more * 5
    }
}

/// Segments that have left and not arrived yet, in the order of their arrivals.
private struct UnderWay {
    private struct Entry {
        var row: Int
        var number: Int
        var lane: Int
        var arrival: Int64
    }

    private var entries: [Entry] = []

    mutating func add(_ row: Int, _ segment: Scene.Segment, arrival: Int64) {
        let entry = Entry(row: row, number: segment.number, lane: segment.receiver.lane, arrival: arrival)
        let place = entries.lastIndex { $0.arrival <= arrival }.map { $0 + 1 } ?? 0
        entries.insert(entry, at: place)
    }

    mutating func remove(number: Int) -> Int? {
        guard let index = entries.firstIndex(where: { $0.number == number }) else { return nil }
        return entries.remove(at: index).row
    }

    /// Removes and returns the rows of segments that have arrived by `time`, and of those on their way to `lane`, where
    /// something happens next.
    mutating func due(_ time: Int64, lane: Int) -> [Int] {
        var due: [Int] = []
        entries.removeAll { entry in
            guard entry.arrival <= time || entry.lane == lane else { return false }
            due.append(entry.row)
            return true
        }
        return due
    }
}
