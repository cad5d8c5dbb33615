import Narration
import Scenes
import Stories
import TCPState

extension BandDrawing {
    /// Draws the whole band from height `y` on, and increases `y` to the height below the band.
    func draw(y: inout Double, in body: inout Markup) {
        y += 8
        putHeads(y: &y, in: &body)
        draw(Window(), rows: entries.indices, at: y, in: &body)
        y += bottom
    }

    /// The height at which the lifelines end.
    var bottom: Double { timeline.bottom + 14 }

    /// Draws the part of the band that a window shows, with all heights counted from the start of the lifelines at `y`.
    ///
    /// - Parameters:
    ///   - rows: the rows that are visible in the window.
    ///   - names: those of the rows that get their ids in this drawing; `nil` for all.
    func draw(
        _ window: Window, rows: some Sequence<Int>, named names: Range<Int>? = nil, at y: Double, in body: inout Markup
    ) {
        body.open("g", [("transform", "translate(0 \(y.written))")])
        body.line()
        putLifelines(window, in: &body)
        body.open("g", [("class", "bands")])
        body.line()
        bands.draw(window, layout: layout, options: options, in: &body)
        body.close("g")
        body.line()
        putTimers(window, in: &body)
        putTears(window, in: &body)
        putLinks(window, in: &body)
        body.open("g", [("class", "rows")])
        body.line()
        for row in rows { put(row, isNamed: names?.contains(row) ?? true, in: &body) }
        body.close("g")
        body.close("g")
        body.line()
    }

    // MARK: Heads

    /// Draws the ends' roles and names above the lifelines.
    func putHeads(y: inout Double, in body: inout Markup) {
        body.open("g", [("class", "heads")])
        let isPair = lanes.count == 2
        let pitch = lanes.count > 2 ? layout.lanes[1] - layout.lanes[0] : layout.width - 16
        let heads = lanes.map { lane -> [String] in
            let role = role(lane)(options.language)
            guard !isPair || lane.role == .host else { return [role, lane.name] }
            guard measure.fixed(lane.name) > pitch - 12, let colon = lane.name.lastIndex(of: ":") else {
                return [lane.name]
            }
            return [String(lane.name[..<colon]), String(lane.name[colon...])]
        }
        let widths = heads.map { $0.map { measure.fixed($0) }.max() ?? 0 }
        // Two names that would overlap are placed one below the other.
        let isStaggered = isPair && widths[0] + widths[1] > layout.width - 40
        let height = Double(heads.map(\.count).max() ?? 1) * 15
        for (lane, lines) in heads.enumerated() {
            let half = min(widths[lane], layout.width - 12) / 2
            let x = min(max(layout.lanes[lane], half + 6), layout.width - half - 6)
            let start = y + (isStaggered && lane == 1 ? height : 0)
            for (row, line) in lines.enumerated() {
                body.element(
                    "text",
                    [
                        ("x", x.written), ("y", (start + Double(row + 1) * 15).written),
                        ("font-weight", row == 0 ? "700" : nil),
                    ], measure.truncated(line, width: layout.width - 12))
            }
        }
        y += height * (isStaggered ? 2 : 1) + 6
        if let time = layout.time {
            body.element(
                "text",
                [
                    ("class", "dim"), ("fill", Palette.Ink.dim.light), ("x", time.written), ("y", (y - 6).written),
                    ("text-anchor", "end"), ("font-size", TextMeasure.small.written),
                ], clock.unit)
        }
        body.close("g")
        body.line()
    }

    private func role(_ lane: Scene.Lane) -> Text {
        switch lane.role {
        case .client: PictureWords.client
        case .server: PictureWords.server
        case .host: PictureWords.host
        }
    }

    // MARK: Vertical lines

    /// Makes the bands that show both ends' states at every height.
    func drawnBands() -> Bands {
        var bands = Bands(lanes, top: 0)
        for event in timeline.events {
            for end in ends(event) { set(end, at: event.y, in: &bands) }
        }
        bands.finish(at: bottom)
        return bands
    }

    /// The ends whose states an event shows.
    private func ends(_ event: Timeline.Event) -> [Scene.End] {
        // Whether the segment arrives at another height than the one at which it leaves.
        let isApart = timeline.arrivals[event.row] >= 0
        return switch (entries[event.row].row, event.what) {
        case (.moment(let moment), _): [moment.end]
        case (.segment(let segment), .arrival): segment.arrival == nil ? [] : [segment.receiver]
        case (.segment(let segment), .row): isApart ? [segment.sender] : [segment.sender, segment.receiver]
        }
    }

    private func set(_ end: Scene.End, at y: Double, in bands: inout Bands) {
        guard lanes.indices.contains(end.lane) else { return }
        if lanes[end.lane].isShared { bands.put(end, around: y) } else { bands.set(end, at: y) }
    }

    private func putLifelines(_ window: Window, in body: inout Markup) {
        // The lifelines are interrupted at the tears.
        var pieces: [ClosedRange<Double>] = []
        var start = 0.0
        for tear in timeline.tears {
            pieces.append(start...max(start, tear.y - 7))
            start = tear.y + 7
        }
        pieces.append(start...max(start, bottom))
        pieces.removeAll { !window.shows($0) }
        let path = layout.lanes.map { x in
            pieces.map { "M\(x.written) \($0.lowerBound.written)V\($0.upperBound.written)" }.joined()
        }.joined()
        body.empty(
            "path",
            [
                ("class", "lifelines dim-line"), ("d", path), ("stroke", Palette.Ink.dim.light),
                ("stroke-width", "1"),
            ])
        body.line()
    }

    private func putTears(_ window: Window, in body: inout Markup) {
        guard let left = layout.lanes.first, let right = layout.lanes.last else { return }
        let shown = timeline.tears.indices.filter { window.shows(timeline.tears[$0].y - 8...timeline.tears[$0].y + 8) }
        guard !shown.isEmpty else { return }
        body.open("g", [("class", "tears")])
        func put(_ path: String, dashes: String? = nil) {
            body.empty(
                "path",
                [
                    ("class", "dim-line"), ("d", path), ("fill", "none"), ("stroke", Palette.Ink.dim.light),
                    ("stroke-width", "1"), ("stroke-dasharray", dashes),
                ])
        }
        put(
            shown.map { index in
                layout.lanes.map { x in
                    "M\(x.written) \((timeline.tears[index].y - 7).written)l-5 3.5l10 3.5l-10 3.5l5 3.5"
                }.joined()
            }.joined())
        put(
            shown.map { "M\((left + 9).written) \(timeline.tears[$0].y.written)H\((right - 9).written)" }.joined(),
            dashes: "1 5")
        for index in shown {
            let tear = timeline.tears[index]
            let place = tearPlaces[index] ?? Point(x: layout.names.left - 30, y: tear.y)
            body.element(
                "text",
                [
                    ("class", "dim"), ("fill", Palette.Ink.dim.light), ("x", place.x.written),
                    ("y", (place.y + 4).written),
                ], durationText(tear.duration))
        }
        body.close("g")
        body.line()
    }

    // MARK: Timers and links

    /// The timers that expired, each drawn beside the lifeline of the end that had started it; and the timers of
    /// TIME-WAIT.
    func drawnWedges() -> [Wedge] {
        var wedges: [Wedge] = []
        func put(_ timer: DrawnTimer, lane: Int, from start: Double, to end: Double) {
            guard layout.lanes.indices.contains(lane), end > start + 4, lane == 0 || lane == lanes.count - 1 else {
                return
            }
            wedges.append(Wedge(timer: timer, lane: lane, heights: start...end))
        }
        for (index, entry) in entries.enumerated() {
            if case .segment(let segment) = entry.row, let start = entry.timerStart,
                let timer = entry.timer.flatMap({ DrawnTimer($0) })
            {
                let from = start.isArrival ? timeline.arrival(start.row) : timeline.departure(start.row)
                put(timer, lane: segment.sender.lane, from: from, to: timeline.departure(index))
            }
        }
        guard !options.isBlank else { return wedges }
        /// By lane: the height at which TIME-WAIT began.
        var waiting: [Int: Double] = [:]
        for event in timeline.events {
            for end in ends(event) {
                guard let mark = end.mark, mark.changed else { continue }
                if let start = waiting.removeValue(forKey: end.lane) {
                    put(.timeWait, lane: end.lane, from: start, to: event.y)
                }
                if mark.state == .timeWait { waiting[end.lane] = event.y }
            }
        }
        for (lane, start) in waiting.sorted(by: { $0.key < $1.key }) {
            put(.timeWaitRunning, lane: lane, from: start, to: bottom)
        }
        return wedges
    }

    private func putTimers(_ window: Window, in body: inout Markup) {
        var paths: [DrawnTimer: String] = [:]
        for wedge in wedges where window.shows(wedge.heights) {
            let (x, sign) = (layout.lanes[wedge.lane], layout.isLeft(wedge.lane) ? -1.0 : 1.0)
            // The timer is still running at the end of the picture, so its wedge does not end in a point.
            let rest = wedge.timer == .timeWaitRunning ? 3.0 : 1
            paths[wedge.timer, default: ""] +=
                "M\(x.written) \(wedge.heights.lowerBound.written)h\((sign * BandLayout.timerWidth).written)"
                + "L\((x + sign * rest).written) \(wedge.heights.upperBound.written)H\(x.written)Z"
        }
        for timer in DrawnTimer.allCases {
            guard let path = paths[timer] else { continue }
            let ink = timer.ink
            body.empty(
                "path", [("class", "timer \(ink.rawValue)"), ("d", path), ("fill", ink.light), ("stroke", "none")])
            body.line()
        }
    }

    /// Draws a link from each retransmission to the segment that it repeats, outside of the sender's band.
    private func putLinks(_ window: Window, in body: inout Markup) {
        var (curves, heads) = ("", "")
        for index in repetitions {
            guard case .segment(let segment) = entries[index].row, let original = entries[index].original,
                segment.sender.lane == 0 || segment.sender.lane == lanes.count - 1
            else { continue }
            let isLeft = layout.isLeft(segment.sender.lane)
            let x = layout.band(segment.sender.lane) + (isLeft ? -1 : BandLayout.bandWidth + 1)
            let way = isLeft ? -13.0 : 13.0
            let (here, start) = (timeline.departure(index), timeline.departure(original))
            // Of a long link only the two ends are drawn.
            let reach = min((here - start) / 2, 70)
            func half(at y: Double, _ height: Double) -> String {
                guard window.shows(min(y, y + height)...max(y, y + height)) else { return "" }
                return "M\(x.written) \(y.written)c\(way.written) 0 \(way.written) 0 \(way.written) \(height.written)"
            }
            curves += half(at: here, -reach) + half(at: start, reach)
            if window.shows(start - 4...start + 4) {
                heads += "M\(x.written) \(start.written)l\(isLeft ? -7 : 7) -3.5v7Z"
            }
        }
        guard !curves.isEmpty else { return }
        body.open("g", [("class", "links")])
        body.empty(
            "path",
            [
                ("class", "link alarm-line"), ("d", curves), ("fill", "none"), ("stroke", Palette.Ink.alarm.light),
                ("stroke-width", "1.2"),
            ])
        if !heads.isEmpty {
            body.empty(
                "path", [("class", "alarm"), ("d", heads), ("fill", Palette.Ink.alarm.light), ("stroke", "none")])
        }
        body.close("g")
        body.line()
    }
}

extension Timeline.Event {
    var row: Int {
        switch what {
        case .row(let row), .arrival(let row): row
        }
    }
}
