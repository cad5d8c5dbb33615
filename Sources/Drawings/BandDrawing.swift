import Narration
import Scenes
import Stories
import TCPState

/// One band of lanes. It is laid out when it is created, and drawn below whatever is above it.
struct BandDrawing {
    /// A row, with its index in the scene.
    struct Entry {
        var index: Int
        /// The row, with its lanes counted within the band.
        var row: Scene.Row
        var texts = RowTexts()
        /// The start of the timer that made the sender send this row's segment: the row of the segment with whose
        /// departure, or arrival at the sender, the timer started.
        var timerStart: (row: Int, isArrival: Bool, waited: Int64)?
        /// The row of the segment whose numbers are sent again.
        var original: Int?
        /// The timer that made the sender send the segment.
        var timer: TimerName?
    }

    let scene: Scene
    var options: LadderDrawing.Options
    let clock: SceneClock
    let names: [String]
    let lanes: [Scene.Lane]
    let layout: BandLayout
    let measure = TextMeasure()
    var entries: [Entry] = []
    var timeline: Timeline
    /// The place of each row's label; `nil` if the label is beside the band, or there is none.
    var seats: [LabelSeating.Seat?] = []
    /// The place of each tear's text; `nil` if the text is at the left of the drawing.
    var tearPlaces: [Point?] = []
    /// The texts beside the bands.
    private(set) var asides: AsidePen
    private(set) var bands: Bands
    private(set) var wedges: [Wedge] = []
    /// The rows with retransmissions of earlier rows' segments.
    private(set) var repetitions: [Int] = []
    /// The kinds of timers that are drawn.
    var timers: Set<DrawnTimer> { Set(wedges.lazy.map(\.timer)) }

    /// How often more room is made for labels before those without a place are moved beside the bands.
    private static let mostAttempts = 8

    init(
        _ band: LaneBand, of scene: Scene, names: [String], clock: SceneClock, options: LadderDrawing.Options
    ) {
        self.scene = scene
        self.options = options
        self.clock = clock
        self.names = names
        lanes = band.lanes.map { scene.lanes[$0] }
        var silences: [Int: Int64] = [:]
        for entry in band.entries {
            switch entry {
            case .row(let index): entries.append(Entry(index: index, row: band.row(index, of: scene)))
            case .silence(let duration): silences[entries.count] = duration
            }
        }
        Self.link(&entries)
        layout = Self.layout(entries, lanes: lanes.count, clock: clock, options: options)
        let maker = RowTextMaker(scene, options: options)
        for index in entries.indices {
            let row = entries[index].row
            entries[index].texts = maker.texts(
                row, room: Self.room(row, layout), arrivesApart: row.isSloped,
                trigger: entries[index].trigger(isBlank: options.isBlank), layout: layout)
            guard layout.isNarrow, let time = row.time else { continue }
            entries[index].texts.departing.insert(
                RowTexts.Aside(kind: .time, lane: 0, lines: [clock.text(time)]), at: 0)
        }
        let all = entries
        let shape = layout
        timeline = Timeline(all.map(\.row), silences: silences, timing: options.timing) { what in
            switch what {
            case .row(let index): Self.extent(all[index], shape)
            case .arrival(let index): Self.arrivalExtent(all[index], shape)
            }
        }
        asides = AsidePen(layout: layout)
        bands = Bands(lanes, top: 0)
        repetitions = entries.indices.filter { entries[$0].original != nil }
        settle()
        asides.place(timeline, entries)
        bands = drawnBands()
        wedges = drawnWedges()
    }

    /// Finds for each retransmission the segment that it repeats, and for each segment the timer that caused it.
    private static func link(_ entries: inout [Entry]) {
        var rows: [Int: Int] = [:]
        var latest: [Int: Int] = [:]
        /// By lane: the timer that expired last, and when.
        var expired: [Int: (timer: TimerName, time: Int64?)] = [:]
        var activity = Activity()
        for index in entries.indices {
            guard case .segment(let segment) = entries[index].row else {
                if case .moment(let moment) = entries[index].row, case .timer(let timer) = moment.cause {
                    expired[moment.end.lane] = (timer, moment.time)
                }
                continue
            }
            if rows[segment.number] == nil || segment.part == 0 { rows[segment.number] = index }
            if case .timer(let timer) = segment.cause {
                entries[index].timer = timer
            } else if segment.isRepetition, let last = expired[segment.sender.lane], last.time == segment.departure {
                entries[index].timer = last.timer
            }
            let probed = activity.last(before: segment)
            activity.take(segment, row: index)
            if entries[index].timer == .persist || entries[index].timer == .keepAlive {
                entries[index].timerStart = probed
            }
            guard let original = segment.original, let first = rows[original] else { continue }
            entries[index].original = first
            let last = latest[original] ?? first
            latest[original] = index
            if segment.isRepetition, entries[index].timerStart == nil, case .segment(let before) = entries[last].row {
                entries[index].timerStart = (
                    last, false, segment.departure.subtractingReportingOverflow(before.departure).partialValue
                )
            }
        }
    }

    private static func layout(
        _ entries: [Entry], lanes: Int, clock: SceneClock, options: LadderDrawing.Options
    ) -> BandLayout {
        let measure = TextMeasure()
        var widths = (left: 0.0, right: 0.0)
        for entry in entries {
            var text: String?
            var lane = 0
            switch entry.row {
            case .moment(let moment):
                (text, lane) = (moment.what(options.language), moment.end.lane)
            case .segment(let segment):
                (text, lane) = (entry.trigger(isBlank: options.isBlank)?(options.language), segment.sender.lane)
            }
            guard let text else { continue }
            let width = measure.fixed(text, size: TextMeasure.small) + 2
            if lane == 0, lanes > 1 {
                widths.left = max(widths.left, width)
            } else {
                widths.right = max(widths.right, width)
            }
        }
        return BandLayout(
            lanes: lanes,
            times: measure.fixed(String(repeating: "0", count: max(4, clock.width)), size: TextMeasure.small),
            names: widths, options: options)
    }

    /// The width that a line of a row's label can have.
    private static func room(_ row: Scene.Row, _ layout: BandLayout) -> Double {
        guard case .segment(let segment) = row else { return 0 }
        let (from, to) = (segment.sender.lane, segment.receiver.lane)
        guard from != to, layout.lanes.indices.contains(from), layout.lanes.indices.contains(to) else { return 130 }
        // If lanes lie between sender and receiver, the label must fit between two neighboring lanes.
        return abs(layout.lanes[from] - layout.lanes[to]) / Double(abs(from - to)) - 44
    }

    private static func extent(_ entry: Entry, _ layout: BandLayout) -> Timeline.Extent {
        var extent = Timeline.Extent()
        count(entry.texts.departing, layout, in: &extent)
        guard case .segment(let segment) = entry.row else { return extent }
        let gap = gap(entry)
        let lines = Double(entry.texts.lines.count) * LabelSeating.line + gap
        if entry.row.isSloped {
            // The label is sloped like the arrow.
            (extent.above, extent.below) = (5, lines)
        } else {
            extent.above = LabelSeating.line + gap
            let loop = segment.sender.lane == segment.receiver.lane ? 16.0 : 0
            extent.below = max(lines - LabelSeating.line + 3, loop)
        }
        return extent
    }

    private static func arrivalExtent(_ entry: Entry, _ layout: BandLayout) -> Timeline.Extent {
        var extent = Timeline.Extent()
        count(entry.texts.arriving, layout, in: &extent)
        guard !entry.texts.lines.isEmpty else { return extent }
        extent.labelAbove = LabelSeating.line + gap(entry) + 2
        extent.labelBelow = Double(entry.texts.lines.count - 1) * LabelSeating.line + gap(entry) + 2
        return extent
    }

    /// The distance between an arrow and its label; larger if a sign is drawn on the middle of the arrow.
    private static func gap(_ entry: Entry) -> Double {
        guard case .segment(let segment) = entry.row, case .lost = segment.fate else { return LabelSeating.gap }
        return ArrowPen.signReach + 1
    }

    private static func count(_ asides: [RowTexts.Aside], _ layout: BandLayout, in extent: inout Timeline.Extent) {
        for aside in asides {
            if layout.isLeft(aside.lane) { extent.left += aside.height } else { extent.right += aside.height }
        }
    }

    // MARK: Places

    /// The height above which nothing of a row is drawn. This holds only for rows with a horizontal arrow.
    func beginning(of index: Int) -> Double {
        timeline.departure(index) - max(9, Self.extent(entries[index], layout).above + 2)
    }

    /// The line of a row's segment, from where it left to where it arrived, or would have arrived.
    func stroke(_ index: Int) -> Stroke? {
        guard case .segment(let segment) = entries[index].row else { return nil }
        let (from, to) = (segment.sender.lane, segment.receiver.lane)
        guard layout.lanes.indices.contains(from), layout.lanes.indices.contains(to) else { return nil }
        let y = timeline.departure(index)
        if from == to {
            // The arrow points towards the middle of the picture.
            let isLast = from > 0 && from == layout.lanes.count - 1
            let x = layout.edge(from, towards: isLast ? from - 1 : from + 1)
            return Stroke(from: Point(x: x, y: y), to: Point(x: x + (isLast ? -150 : 150), y: y))
        }
        return Stroke(
            from: Point(x: layout.edge(from, towards: to), y: y),
            to: Point(x: layout.edge(to, towards: from), y: timeline.arrival(index)))
    }

    /// The place of the sign that says what became of a row's segment; `nil` if it has none.
    func sign(_ index: Int) -> Point? {
        guard case .segment(let segment) = entries[index].row, segment.sender.lane != segment.receiver.lane,
            let stroke = stroke(index)
        else { return nil }
        return switch segment.fate {
        case .arrived, .underWay: nil
        case .lost: stroke.place(0.55)
        case .refused, .notTaken, .useless: stroke.place(max(0, 1 - 1 / max(stroke.length, 1)))
        }
    }

    /// Gives every row its height and every label its place. If a label has none, more room is made; if that does not
    /// help, the label is moved beside the band.
    private mutating func settle() {
        var beside: Set<Int> = []
        for attempt in 0..<(2 * Self.mostAttempts) {
            timeline.settle(top: 10)
            let homeless = seat(without: beside)
            if homeless.isEmpty { return }
            let isLast = attempt >= Self.mostAttempts || entries.count > 4000 && attempt > 2
            for row in homeless {
                // More room would make a steep arrow steeper, but would give no place along it.
                guard isLast || stroke(row).map(LabelSeating.isSteep) ?? true else {
                    timeline.widen(row, by: 10)
                    continue
                }
                beside.insert(row)
                putBeside(row)
            }
        }
        // A label that still has no place is left out; the row's title tells its content.
        timeline.settle(top: 10)
        _ = seat(without: beside)
    }

    /// - Returns: the rows whose labels have no place.
    private mutating func seat(without beside: Set<Int>) -> [Int] {
        var seating = LabelSeating()
        let strokes = entries.indices.map { stroke($0) }
        for (index, stroke) in strokes.enumerated() {
            if let stroke { seating.add(stroke, id: index) }
            if let sign = sign(index) {
                let reach = -ArrowPen.signReach...ArrowPen.signReach
                seating.add(Box(origin: sign, along: reach, across: reach))
            }
        }
        for x in layout.lanes.dropFirst().dropLast() {
            let half = BandLayout.bandWidth / 2 + 1
            seating.add(Box(origin: Point(x: x, y: 0), along: -half...half, across: 0...(timeline.bottom + 14)))
        }
        tearPlaces = timeline.tears.map { tear in
            let width = measure.fixed(durationText(tear.duration)) + 12
            let (left, right) = (layout.lanes[0], layout.lanes.count > 1 ? layout.lanes[1] : layout.lanes[0] + 160)
            let line = Stroke(from: Point(x: left, y: tear.y), to: Point(x: right, y: tear.y))
            return seating.place(width: width, height: 16, along: line)
        }
        var homeless: [Int] = []
        seats = Array(repeating: nil, count: entries.count)
        for index in entries.indices where !beside.contains(index) {
            guard let stroke = strokes[index] else { continue }
            guard !entries[index].texts.lines.isEmpty else { continue }
            seats[index] = seating.seat(
                entries[index].texts.lines.map(\.width), gap: Self.gap(entries[index]), along: stroke,
                parts: parts(index), id: index)
            if seats[index] == nil { homeless.append(index) }
        }
        return homeless
    }

    /// The number of parts into which the lanes between sender and receiver divide an arrow.
    private func parts(_ index: Int) -> Int {
        guard case .segment(let segment) = entries[index].row else { return 1 }
        return max(1, abs(segment.sender.lane - segment.receiver.lane))
    }

    /// Moves a row's label beside the band of its sender, where there are no arrows.
    private mutating func putBeside(_ index: Int) {
        guard case .segment(let segment) = entries[index].row else { return }
        entries[index].texts.departing.append(RowTextMaker(scene, options: options).beside(segment, layout))
        entries[index].texts.lines = []
        timeline.setExtent(index, Self.extent(entries[index], layout))
    }
}

extension BandDrawing.Entry {
    /// The text for the timer that made the sender send this segment: for how long it ran; `nil` if there was none.
    ///
    /// - Parameter isBlank: whether the timer's name is left out.
    fileprivate func trigger(isBlank: Bool) -> Text? {
        guard let timer, DrawnTimer(timer) != nil, let timerStart else { return nil }
        return DrawingWords.timer(isBlank ? nil : timer, after: durationText(timerStart.waited))
    }
}

/// What the ends of each connection last sent and received. Timers that wait for the other end to answer are started
/// then.
private struct Activity {
    private struct Way: Hashable {
        var from: Int
        var to: Int
    }

    /// The row and the time at which an end last sent something.
    private var sent: [Way: (row: Int, time: Int64)] = [:]
    /// What has arrived at that end since then.
    private var got: [Way: [(row: Int, time: Int64)]] = [:]

    mutating func take(_ segment: Scene.Segment, row: Int) {
        let way = Way(from: segment.sender.lane, to: segment.receiver.lane)
        sent[way] = (row, segment.departure)
        got[way] = nil
        guard let arrival = segment.arrival else { return }
        got[Way(from: way.to, to: way.from), default: []].append((row, arrival))
    }

    /// The last thing that the sender of `segment` had sent to the other end, or received from it, before sending
    /// `segment`.
    func last(before segment: Scene.Segment) -> (row: Int, isArrival: Bool, waited: Int64)? {
        let way = Way(from: segment.sender.lane, to: segment.receiver.lane)
        let arrived = got[way]?.last { $0.time <= segment.departure }
        func waited(_ time: Int64) -> Int64 { segment.departure.subtractingReportingOverflow(time).partialValue }
        if let arrived, arrived.time >= sent[way]?.time ?? .min { return (arrived.row, true, waited(arrived.time)) }
        return sent[way].map { ($0.row, false, waited($0.time)) }
    }
}

extension Scene.Row {
    /// Whether a segment arrives at a lower height than it leaves, with an arrival that is not a row of its own.
    fileprivate var isSloped: Bool {
        guard case .segment(let segment) = self, segment.sender.lane != segment.receiver.lane,
            let arrival = segment.arrival
        else { return false }
        return arrival > segment.departure
    }
}
