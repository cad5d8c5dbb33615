import Narration
import Scenes
import Stories
import TCPWire
import Tracking

extension BandDrawing {
    /// Draws a row as a group.
    ///
    /// - Parameter isNamed: whether the group gets its id and attributes in this drawing.
    func put(_ index: Int, isNamed: Bool, in body: inout Markup) {
        let entry = entries[index]
        let row = scene.rows[entry.index]
        if isNamed { open(entry, in: &body) } else { body.open("g") }
        if !options.isEmbedded, hasRoom {
            let maker = RowTextMaker(scene, options: options)
            body.element("title", [], maker.heading(row))
            body.element("desc", [], maker.description(row, clock: clock))
        }
        if case .segment(let segment) = entry.row { put(segment, index, in: &body) }
        if let time = entry.row.time, let x = layout.time {
            body.element(
                "text",
                [
                    ("class", "time dim"), ("fill", Palette.Ink.dim.light), ("x", x.written),
                    ("y", (timeline.departure(index) + 4).written),
                ], clock.text(time))
        }
        asides.draw(index, in: &body)
        body.close("g")
        body.line()
    }

    /// The range of heights that a row's arrow, its label and the texts beside it can occupy.
    func heights(_ index: Int) -> ClosedRange<Double> {
        let (start, end) = (timeline.departure(index), timeline.arrival(index))
        // A label has at most a few lines above and below its arrow.
        return min(start, end) - 100...max(start, end, asides.bottom(index)) + 100
    }

    /// Whether there are few enough rows for each to have its full description.
    private var hasRoom: Bool { scene.rows.count <= LadderDrawing.mostDescribed }

    private func open(_ entry: Entry, in body: inout Markup) {
        let id = options.prefix + names[entry.index]
        guard case .segment(let segment) = entry.row else {
            var name = "moment"
            if case .moment(let moment) = entry.row, case .segment = moment.cause { name = "arrival" }
            body.open("g", [("id", id), ("class", name), ("data-time", entry.row.time.map { "\($0)" })])
            return
        }
        body.open(
            "g",
            [
                ("id", id), ("class", "segment"), ("data-number", "\(segment.number)"),
                ("data-flags", segment.flags.description), ("data-sequence", "\(segment.sequence.raw)"),
                ("data-acknowledgment", options.isBlank ? nil : segment.acknowledgment.map { "\($0.raw)" }),
                ("data-length", "\(segment.length)"), ("data-time", hasRoom ? "\(segment.departure)" : nil),
                (
                    "data-arrival",
                    segment.arrival.flatMap { $0 == segment.departure || !hasRoom ? nil : "\($0)" }
                ),
                (
                    "data-relative-sequence",
                    segment.sequence.base == .none || !hasRoom ? nil : "\(segment.sequence.value)"
                ),
                (
                    "data-relative-acknowledgment",
                    options.isBlank || !hasRoom
                        ? nil : segment.acknowledgment.flatMap { $0.base == .none ? nil : "\($0.value)" }
                ),
            ])
    }

    private func put(_ segment: Scene.Segment, _ index: Int, in body: inout Markup) {
        guard let stroke = stroke(index) else { return }
        let sign = sign(index) ?? stroke.to
        let pen = ArrowPen(prefix: options.prefix)
        let width = ArrowPen.width(octets: segment.length)
        let isDashed = segment.isRepetition
        if segment.sender.lane == segment.receiver.lane {
            putLoop(stroke, width: width, in: &body)
        } else {
            switch segment.fate {
            case .lost:
                pen.putLine(
                    Stroke(from: stroke.from, to: sign), width: width, isDashed: isDashed, hasHead: false, in: &body)
                pen.putGhost(Stroke(from: sign, to: stroke.to), in: &body)
                pen.putCross(sign, in: &body)
            case .underWay:
                pen.putLine(
                    Stroke(from: stroke.from, to: stroke.place(0.8)), width: width, isDotted: true, hasHead: false,
                    in: &body)
            case .arrived: pen.putLine(stroke, width: width, isDashed: isDashed, hasHead: true, in: &body)
            case .refused, .notTaken, .useless:
                let end = stroke.place(max(0, 1 - 6 / max(stroke.length, 1)))
                pen.putLine(
                    Stroke(from: stroke.from, to: end), width: width, isDashed: isDashed, hasHead: true, in: &body)
                if segment.fate == .useless { pen.putUseless(sign, in: &body) } else { pen.putRefused(sign, in: &body) }
            }
        }
        putLabel(index, in: &body)
    }

    /// Draws an arrow from a lane to itself.
    private func putLoop(_ stroke: Stroke, width: Double, in body: inout Markup) {
        let (from, way) = (stroke.from, stroke.to.x < stroke.from.x ? "-" : "")
        let back = way.isEmpty ? "-" : ""
        let turn = "h\(way)24q\(way)6 0 \(way)6 6t\(back)6 6h\(back)24"
        body.empty(
            "path",
            [
                ("class", "arrow"), ("d", "M\(from.x.written) \(from.y.written)\(turn)"),
                ("fill", "none"), ("stroke", Palette.Ink.ink.light), ("stroke-width", width.written),
                ("marker-end", "url(#\(options.prefix)head)"),
            ])
    }

    private func putLabel(_ index: Int, in body: inout Markup) {
        guard let seat = seats[index] else { return }
        let isLevel = abs(seat.direction.y) < 0.0005
        let origin = isLevel ? seat.middle : Point(x: 0, y: 0)
        if !isLevel {
            let (cosine, sine) = (seat.direction.x.precise, seat.direction.y.precise)
            body.open(
                "g",
                [
                    (
                        "transform",
                        "matrix(\(cosine) \(sine) \((-seat.direction.y).precise) \(cosine) \(seat.middle.x.written) \(seat.middle.y.written))"
                    )
                ])
        }
        for (number, line) in entries[index].texts.lines.enumerated() {
            let isAbove = number < seat.above
            let offset =
                isAbove
                ? -seat.gap - 2.5 - Double(seat.above - 1 - number) * LabelSeating.line
                : seat.gap + 10.5 + Double(number - seat.above) * LabelSeating.line
            body.open(
                "text",
                [
                    ("class", line.isProse ? "label prose" : "label"),
                    ("x", isLevel || origin.x != 0 ? origin.x.written : nil),
                    ("y", (origin.y + offset).written),
                ])
            if !line.number.isEmpty {
                body.put(line.number + " ")
                body.element("tspan", [("class", "flags")], line.flags)
                if !line.rest.isEmpty { body.put(" ") }
            }
            body.put(line.rest, relative: line.relative)
            body.close("text")
        }
        if !isLevel { body.close("g") }
    }
}

extension Markup {
    /// Writes a line of a label. If `relative` is given, the line is written twice: with relative sequence numbers and
    /// with those of the header.
    fileprivate mutating func put(_ raw: String, relative: String?) {
        guard let relative else { return put(raw) }
        element("tspan", [("class", "rel")], relative)
        element("tspan", [("class", "raw")], raw)
    }
}

/// Draws the texts beside the bands, one below another.
struct AsidePen {
    let layout: BandLayout
    /// For each row: its texts, with the heights of their first lines.
    private var places: [Int: [(aside: RowTexts.Aside, y: Double)]] = [:]

    init(layout: BandLayout) { self.layout = layout }

    /// Places each text beside its event, or below the texts that are there already.
    mutating func place(_ timeline: Timeline, _ entries: [BandDrawing.Entry]) {
        var next = (left: -Double.infinity, right: -Double.infinity)
        for event in timeline.events {
            let texts = entries[event.row].texts
            let asides: [RowTexts.Aside] =
                switch event.what {
                case .row: texts.departing
                case .arrival: texts.arriving
                }
            for aside in asides {
                let isLeft = layout.isLeft(aside.lane)
                let y = max(event.y, isLeft ? next.left : next.right)
                let end = y + Double(aside.height) * BandLayout.nameLine
                if isLeft { next.left = end } else { next.right = end }
                places[event.row, default: []].append((aside, y))
            }
        }
    }

    /// The height at which the last of a row's texts ends.
    func bottom(_ row: Int) -> Double {
        (places[row] ?? []).map { $0.y + Double($0.aside.height) * BandLayout.nameLine }.max() ?? -.infinity
    }

    func draw(_ row: Int, in body: inout Markup) {
        for (aside, y) in places[row] ?? [] {
            let isLeft = layout.isLeft(aside.lane)
            let x = isLeft ? layout.names.left : layout.names.right
            let ink: Palette.Ink =
                switch aside.kind {
                case .state, .label: .ink
                case .call, .time: .dim
                case .trigger: .alarm
                }
            for index in 0..<aside.height {
                body.open(
                    "text",
                    [
                        ("class", "\(aside.kind) \(ink.rawValue)"), ("fill", ink == .ink ? nil : ink.light),
                        ("x", x.written), ("y", (y + 4 + Double(index) * BandLayout.nameLine).written),
                        ("text-anchor", isLeft ? "end" : "start"), ("font-size", TextMeasure.small.written),
                        ("font-weight", aside.kind == .state ? "700" : nil),
                    ])
                func line(_ lines: [String]) -> String { lines.indices.contains(index) ? lines[index] : "" }
                let raw = line(aside.lines)
                let relative = aside.relative.isEmpty ? raw : line(aside.relative)
                body.put(raw, relative: relative == raw ? nil : relative)
                body.close("text")
            }
            if aside.kind == .call {
                // A small triangle between the text and the band.
                let (edge, way) = isLeft ? (x + 3, 1.0) : (x - 3, -1.0)
                let path = "M\(edge.written) \((y - 4).written)l\((way * 8).written) 3.5l\((way * -8).written) 3.5Z"
                body.empty(
                    "path", [("class", "flag dim"), ("d", path), ("fill", Palette.Ink.dim.light), ("stroke", "none")])
            }
        }
    }
}
