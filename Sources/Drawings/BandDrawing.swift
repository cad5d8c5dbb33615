import Narration
import Scenes
import Stories
import TCPState

/// One band of lanes: laid out when it is made, drawn below whatever stands above it.
struct BandDrawing {
    /// A row and where it stands in the scene.
    struct Entry {
        var index: Int
        /// Its lanes counted within the band.
        var row: Scene.Row
        var texts = RowTexts()
        /// The row in which the same numbers were sent last, and how long ago.
        var last: (row: Int, waited: Int64)?
        /// The row of the segment whose numbers it sends again.
        var original: Int?
        /// The timer that made its sender send it.
        var timer: TimerName?
    }

    let scene: Scene
    let options: LadderDrawing.Options
    let clock: SceneClock
    let names: [String]
    let lanes: [Scene.Lane]
    let layout: BandLayout
    let measure = TextMeasure()
    var entries: [Entry] = []
    var timeline: Timeline
    /// Where each row's label stands; `nil` beside the band, or nowhere.
    var seats: [LabelSeating.Seat?] = []
    /// Where the words of each tear stand; `nil` at the left of all.
    var tearPlaces: [Point?] = []
    /// The height at which the lifelines begin.
    var top = 0.0
    /// The timers that were drawn.
    var timers: Set<Palette.Ink> = []

    /// Attempts at giving labels room before they are put beside the bands.
    private static let mostAttempts = 8

    init(
        _ band: LaneBand, of scene: Scene, names: [String], clock: SceneClock, options: LadderDrawing.Options
    ) {
        self.scene = scene
        self.options = options
        self.clock = clock
        self.names = names
        lanes = band.lanes.map { scene.lanes[$0] }
        for case .row(let index) in band.entries {
            entries.append(Entry(index: index, row: band.row(index, of: scene)))
        }
        Self.link(&entries)
        layout = Self.layout(entries, lanes: lanes.count, clock: clock, options: options)
        let maker = RowTextMaker(scene, options: options)
        for index in entries.indices {
            let row = entries[index].row
            entries[index].texts = maker.texts(
                row, room: Self.room(row, layout), arrivesApart: row.isSloped,
                trigger: entries[index].trigger, layout: layout)
            guard layout.isNarrow, let time = row.time else { continue }
            entries[index].texts.departing.insert(
                RowTexts.Aside(kind: .time, lane: 0, lines: [clock.text(time)]), at: 0)
        }
        let all = entries
        let shape = layout
        timeline = Timeline(all.map(\.row), silence: options.silence, timing: options.timing) { what in
            switch what {
            case .row(let index): Self.extent(all[index], shape)
            case .arrival(let index): Self.arrivalExtent(all[index], shape)
            }
        }
        settle()
    }

    /// Finds for each segment that is sent again what it repeats.
    private static func link(_ entries: inout [Entry]) {
        var rows: [Int: Int] = [:]
        var latest: [Int: Int] = [:]
        /// The timer that ran out last at each lane, and when.
        var expired: [Int: (timer: TimerName, time: Int64?)] = [:]
        for index in entries.indices {
            guard case .segment(let segment) = entries[index].row else {
                if case .moment(let moment) = entries[index].row, case .timer(let timer) = moment.cause {
                    expired[moment.end.lane] = (timer, moment.time)
                }
                continue
            }
            rows[segment.number] = index
            if case .timer(let timer) = segment.cause {
                entries[index].timer = timer
            } else if segment.isRepetition, let last = expired[segment.sender.lane], last.time == segment.departure {
                entries[index].timer = last.timer
            }
            guard let original = segment.original, let first = rows[original] else { continue }
            entries[index].original = first
            let last = latest[original] ?? first
            latest[original] = index
            if case .segment(let before) = entries[last].row {
                entries[index].last = (
                    last, segment.departure.subtractingReportingOverflow(before.departure).partialValue
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
                (text, lane) = (entry.trigger?(options.language), segment.sender.lane)
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

    /// For a line of a label.
    private static func room(_ row: Scene.Row, _ layout: BandLayout) -> Double {
        guard case .segment(let segment) = row else { return 0 }
        let (from, to) = (segment.sender.lane, segment.receiver.lane)
        guard from != to, layout.lanes.indices.contains(from), layout.lanes.indices.contains(to) else { return 130 }
        return abs(layout.lanes[from] - layout.lanes[to]) - 44
    }

    private static func extent(_ entry: Entry, _ layout: BandLayout) -> Timeline.Extent {
        var extent = Timeline.Extent()
        count(entry.texts.departing, layout, in: &extent)
        guard case .segment(let segment) = entry.row else { return extent }
        let lines = Double(entry.texts.lines.count) * LabelSeating.line + LabelSeating.gap
        if entry.row.isSloped {
            // Its label goes along with it.
            (extent.above, extent.below) = (5, lines)
        } else {
            extent.above = LabelSeating.line + LabelSeating.gap
            let loop = segment.sender.lane == segment.receiver.lane ? 16.0 : 0
            extent.below = max(lines - LabelSeating.line + 3, loop)
        }
        return extent
    }

    private static func arrivalExtent(_ entry: Entry, _ layout: BandLayout) -> Timeline.Extent {
        var extent = Timeline.Extent()
        count(entry.texts.arriving, layout, in: &extent)
        guard !entry.texts.lines.isEmpty else { return extent }
        extent.labelAbove = LabelSeating.line + LabelSeating.gap + 2
        extent.labelBelow = Double(entry.texts.lines.count - 1) * LabelSeating.line + LabelSeating.gap + 2
        return extent
    }

    private static func count(_ asides: [RowTexts.Aside], _ layout: BandLayout, in extent: inout Timeline.Extent) {
        for aside in asides {
            if layout.isLeft(aside.lane) { extent.left += aside.lines.count } else { extent.right += aside.lines.count }
        }
    }

    // MARK: Places

    /// The line of a row's segment from where it left to where it arrived, or would have.
    func stroke(_ index: Int) -> Stroke? {
        guard case .segment(let segment) = entries[index].row else { return nil }
        let (from, to) = (segment.sender.lane, segment.receiver.lane)
        guard layout.lanes.indices.contains(from), layout.lanes.indices.contains(to) else { return nil }
        let y = timeline.departure(index)
        if from == to {
            // Towards the middle of the page.
            let isLast = from > 0 && from == layout.lanes.count - 1
            let x = layout.edge(from, towards: isLast ? from - 1 : from + 1)
            return Stroke(from: Point(x: x, y: y), to: Point(x: x + (isLast ? -150 : 150), y: y))
        }
        return Stroke(
            from: Point(x: layout.edge(from, towards: to), y: y),
            to: Point(x: layout.edge(to, towards: from), y: timeline.arrival(index)))
    }

    /// Gives every row its height and every label its place; where one has none, room, and if that is no help, a place
    /// beside the band.
    private mutating func settle() {
        top = 0
        var beside: Set<Int> = []
        for attempt in 0..<(2 * Self.mostAttempts) {
            timeline.settle(top: 10)
            let homeless = seat(without: beside)
            if homeless.isEmpty { return }
            let isLast = attempt >= Self.mostAttempts || entries.count > 4000 && attempt > 2
            for row in homeless {
                // Room makes a steep arrow steeper, and no place along it.
                guard isLast || stroke(row).map(LabelSeating.isSteep) ?? true else {
                    timeline.widen(row, by: 10)
                    continue
                }
                beside.insert(row)
                putBeside(row)
            }
        }
        // What still has no place is told by its title alone.
        timeline.settle(top: 10)
        _ = seat(without: beside)
    }

    /// - Returns: The rows whose labels have no place.
    private mutating func seat(without beside: Set<Int>) -> [Int] {
        var seating = LabelSeating()
        let strokes = entries.indices.map { stroke($0) }
        for (index, stroke) in strokes.enumerated() {
            if let stroke { seating.add(stroke, id: index) }
        }
        tearPlaces = timeline.tears.map { tear in
            let width = measure.fixed(SceneClock.duration(tear.duration)) + 12
            let (left, right) = (layout.lanes[0], layout.lanes.count > 1 ? layout.lanes[1] : layout.lanes[0] + 160)
            let line = Stroke(from: Point(x: left, y: tear.y), to: Point(x: right, y: tear.y))
            return seating.place(width: width, height: 16, along: line)
        }
        var homeless: [Int] = []
        seats = Array(repeating: nil, count: entries.count)
        for index in entries.indices where !beside.contains(index) {
            guard let stroke = strokes[index] else { continue }
            guard !entries[index].texts.lines.isEmpty else { continue }
            seats[index] = seating.seat(entries[index].texts.lines.map(\.width), above: 1, along: stroke, id: index)
            if seats[index] == nil { homeless.append(index) }
        }
        return homeless
    }

    /// Puts the label of a row beside the band of its sender, where no arrow comes.
    private mutating func putBeside(_ index: Int) {
        guard case .segment(let segment) = entries[index].row else { return }
        let lane = segment.sender.lane
        let width = layout.isLeft(lane) ? layout.nameWidth.left : layout.nameWidth.right
        let text = entries[index].texts.lines.map { line in
            [line.number, line.flags, line.rest].filter { !$0.isEmpty }.joined(separator: " ")
        }.joined(separator: " ")
        let lines = measure.lines(text, width: width, size: TextMeasure.small, most: 4)
        entries[index].texts.departing.append(RowTexts.Aside(kind: .label, lane: lane, lines: lines))
        entries[index].texts.lines = []
        timeline.setExtent(index, Self.extent(entries[index], layout))
    }
}

extension BandDrawing.Entry {
    /// What a timer had run for, where it is what sent this segment again.
    fileprivate var trigger: Text? {
        guard let timer, let last, case .segment(let segment) = row, segment.isRepetition else { return nil }
        return DrawingWords.timer(timer, after: SceneClock.duration(last.waited))
    }
}

extension Scene.Row {
    /// Whether a segment leaves at one height and arrives at another, its arrival being no row of its own.
    fileprivate var isSloped: Bool {
        guard case .segment(let segment) = self, segment.sender.lane != segment.receiver.lane,
            let arrival = segment.arrival
        else { return false }
        return arrival > segment.departure
    }
}
