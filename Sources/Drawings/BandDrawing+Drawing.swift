import Narration
import Scenes
import Stories
import TCPState

extension BandDrawing {
    /// Draws the band from height `y` on, which is moved below it.
    mutating func draw(y: inout Double, in body: inout Markup) {
        y += 8
        if options.hasHeads { putHeads(y: &y, in: &body) }
        // All that was laid out counts from the lifelines' beginning.
        body.open("g", [("transform", "translate(0 \(y.written))")])
        body.line()
        let bottom = timeline.bottom + 14
        putLifelines(bottom: bottom, in: &body)
        putBands(bottom: bottom, in: &body)
        putTimers(bottom: bottom, in: &body)
        putTears(in: &body)
        putLinks(bottom: bottom, in: &body)
        body.open("g", [("class", "rows")])
        body.line()
        putRows(in: &body)
        body.close("g")
        body.close("g")
        body.line()
        y += bottom
    }

    // MARK: Heads

    /// Who is who, over the lifelines.
    private func putHeads(y: inout Double, in body: inout Markup) {
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
        // Two names that would run into each other stand one below the other.
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

    // MARK: Lines down the page

    private func putBands(bottom: Double, in body: inout Markup) {
        var bands = Bands(lanes, top: 0, layout: layout, options: options)
        for event in timeline.events {
            switch event.what {
            case .row(let index):
                switch entries[index].row {
                case .moment(let moment): set(moment.end, at: event.y, in: &bands)
                case .segment(let segment):
                    set(segment.sender, at: event.y, in: &bands)
                    if timeline.arrivals[index] < 0 { set(segment.receiver, at: event.y, in: &bands) }
                }
            case .arrival(let index):
                guard case .segment(let segment) = entries[index].row, segment.arrival != nil else { break }
                set(segment.receiver, at: event.y, in: &bands)
            }
        }
        body.open("g", [("class", "bands")])
        body.line()
        body.raw(bands.finish(at: bottom))
        body.close("g")
        body.line()
    }

    private func set(_ end: Scene.End, at y: Double, in bands: inout Bands) {
        guard lanes.indices.contains(end.lane) else { return }
        if lanes[end.lane].isShared { bands.put(end, around: y) } else { bands.set(end, at: y) }
    }

    private func putLifelines(bottom: Double, in body: inout Markup) {
        body.open("g", [("class", "lifelines dim-line"), ("stroke", Palette.Ink.dim.light), ("stroke-width", "1")])
        for x in layout.lanes {
            // Torn where time is.
            var start = 0.0
            for tear in timeline.tears {
                body.empty("path", [("d", "M\(x.written) \(start.written)V\((tear.y - 7).written)")])
                start = tear.y + 7
            }
            body.empty("path", [("d", "M\(x.written) \(start.written)V\(bottom.written)")])
        }
        body.close("g")
        body.line()
    }

    private func putTears(in body: inout Markup) {
        guard !timeline.tears.isEmpty, let left = layout.lanes.first, let right = layout.lanes.last else { return }
        body.open("g", [("class", "tears")])
        for (index, tear) in timeline.tears.enumerated() {
            let y = tear.y
            var path = ""
            for x in layout.lanes {
                path += "M\(x.written) \((y - 7).written)l-5 3.5l10 3.5l-10 3.5l5 3.5"
            }
            body.empty(
                "path",
                [
                    ("class", "dim-line"), ("d", path), ("fill", "none"), ("stroke", Palette.Ink.dim.light),
                    ("stroke-width", "1"),
                ])
            body.empty(
                "path",
                [
                    ("class", "dim-line"), ("d", "M\((left + 9).written) \(y.written)H\((right - 9).written)"),
                    ("fill", "none"),
                    ("stroke", Palette.Ink.dim.light), ("stroke-width", "1"), ("stroke-dasharray", "1 5"),
                ])
            let place = tearPlaces[index] ?? Point(x: layout.names.left - 30, y: y)
            body.element(
                "text",
                [
                    ("class", "dim"), ("fill", Palette.Ink.dim.light), ("x", place.x.written),
                    ("y", (place.y + 4).written),
                ], SceneClock.duration(tear.duration))
        }
        body.close("g")
        body.line()
    }

    // MARK: Timers and links

    /// The timers that ran out, draining beside the lifeline of the end that had set them, and TIME-WAIT's.
    private mutating func putTimers(bottom: Double, in body: inout Markup) {
        var pieces = Markup()
        var inks: Set<Palette.Ink> = []
        func put(_ ink: Palette.Ink, lane: Int, from start: Double, to end: Double, rest: Double) {
            guard layout.lanes.indices.contains(lane), end > start + 4, lane == 0 || lane == lanes.count - 1 else {
                return
            }
            let x = layout.lanes[lane]
            let sign = layout.isLeft(lane) ? -1.0 : 1.0
            let path =
                "M\(x.written) \(start.written)h\((sign * BandLayout.timerWidth).written)L\((x + sign * rest).written) \(end.written)H\(x.written)Z"
            inks.insert(ink)
            pieces.empty(
                "path", [("class", "timer \(ink.rawValue)"), ("d", path), ("fill", ink.light), ("stroke", "none")])
        }
        for (index, entry) in entries.enumerated() {
            if case .segment(let segment) = entry.row, let timer = entry.timer, let last = entry.last {
                put(
                    Palette.Ink(timer), lane: segment.sender.lane, from: timeline.departure(last.row),
                    to: timeline.departure(index), rest: 1)
            }
        }
        if !options.isBlank {
            for event in timeline.events {
                guard let end = entries[event.row].timeWaitBegins(event.what) else { continue }
                // It runs on below the picture.
                put(.timeWaitTimer, lane: end, from: event.y, to: bottom, rest: 3)
            }
        }
        timers = inks
        guard !pieces.text.isEmpty else { return }
        body.open("g", [("class", "timers")])
        body.raw(pieces.text)
        body.close("g")
        body.line()
    }

    /// From what is sent again to what it repeats, outside of the sender's band.
    private func putLinks(bottom: Double, in body: inout Markup) {
        var pieces = Markup()
        for (index, entry) in entries.enumerated() {
            guard case .segment(let segment) = entry.row,
                segment.sender.lane == 0 || segment.sender.lane == lanes.count - 1
            else { continue }
            // Of a link to another part of a long ladder, the end that lies in this one.
            let isRepeatedLater = options.repeatedLater.contains(segment.number)
            let repeatsEarlier = entry.original == nil && segment.original != nil && segment.isRepetition
            let here = timeline.departure(index)
            let isLeft = layout.isLeft(segment.sender.lane)
            let x = layout.band(segment.sender.lane) + (isLeft ? -1 : BandLayout.bandWidth + 1)
            let out = x + (isLeft ? -13.0 : 13.0)
            let (x0, x1) = (x.written, out.written)
            func half(at y: Double, to end: Double) -> String {
                "M\(x0) \(y.written)C\(x1) \(y.written) \(x1) \(y.written) \(x1) \(end.written)"
            }
            var path = ""
            var heads: [Double] = []
            if let original = entry.original {
                let start = timeline.departure(original)
                // A long way is shown at its two ends.
                let reach = min((here - start) / 2, 70)
                path += half(at: here, to: here - reach) + half(at: start, to: start + reach)
                heads.append(start)
            } else if repeatsEarlier {
                path += half(at: here, to: max(0, here - 70))
            }
            if isRepeatedLater {
                path += half(at: here, to: min(bottom, here + 70))
                heads.append(here)
            }
            guard !path.isEmpty else { continue }
            pieces.empty(
                "path",
                [
                    ("class", "link alarm-line"), ("d", path), ("fill", "none"), ("stroke", Palette.Ink.alarm.light),
                    ("stroke-width", "1.2"),
                ])
            let way = isLeft ? -1.0 : 1.0
            for y in heads {
                let head = "M\(x0) \(y.written)l\((way * 7).written) -3.5v7Z"
                pieces.empty(
                    "path", [("class", "alarm"), ("d", head), ("fill", Palette.Ink.alarm.light), ("stroke", "none")])
            }
        }
        guard !pieces.text.isEmpty else { return }
        body.open("g", [("class", "links")])
        body.raw(pieces.text)
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

extension Palette.Ink {
    fileprivate init(_ timer: TimerName) {
        self =
            switch timer {
            case .persist: .persistTimer
            case .keepAlive: .keepAliveTimer
            case .timeWait: .timeWaitTimer
            default: .retransmissionTimer
            }
    }
}

extension BandDrawing.Entry {
    /// The lane on which TIME-WAIT begins with this event.
    fileprivate func timeWaitBegins(_ what: Timeline.What) -> Int? {
        let ends: [Scene.End?] =
            switch (row, what) {
            case (.moment(let moment), _): [moment.end]
            case (.segment(let segment), .arrival): [segment.receiver]
            case (.segment(let segment), .row):
                [segment.sender, segment.arrival == segment.departure ? segment.receiver : nil]
            }
        return ends.compactMap { $0 }.first { $0.mark?.state == .timeWait && $0.mark?.changed == true }?.lane
    }
}
