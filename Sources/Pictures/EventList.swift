import Narration
import Scenes

/// The narrow form of a ladder: a line for each event, a ladder of four cells' width in it.
///
///       0.0 S* --> r* #1 SYN  seq=0
struct EventList {
    let canvas: Canvas
    let lanes: [Scene.Lane]
    let census: SceneCensus
    let absoluteNumbers: Bool

    private var measure: DisplayWidth { canvas.measure }
    private var isPair: Bool { lanes.count == 2 }
    /// Below this width the flags need the cells of the time.
    private static let widthForTime = 28
    /// Fewer cells of a remark than this say nothing.
    private static let shortestRemark = 8

    /// Who is who: `C 127.0.0.1:40000`.
    func names() -> [String] {
        lanes.enumerated().flatMap { index, lane in
            Paragraph(canvas: canvas).lines(Printable.text(lane.name), first: name(index) + " ")
        }
    }

    private func name(_ lane: Int) -> String {
        let letters = isPair ? LadderHeadings.letters(lanes) : []
        return letters.indices.contains(lane) ? letters[lane] : "\(lane &+ 1)"
    }

    /// `marks`: those of all lanes as after the row.
    func lines(_ row: Scene.Row, marks: [Scene.Mark?]) -> [String] {
        var cells = CellBuffer(width: canvas.width, height: 1, measure: measure)
        let showsTime = canvas.width >= Self.widthForTime
        var column = showsTime ? census.clock.width + 1 : 0
        if showsTime, let time = row.time {
            let text = census.clock.text(time)
            cells.put(text, row: 0, column: census.clock.width - measure(text))
        }
        let remark: String
        switch row {
        case .segment(let segment):
            column = putLadder(segment, marks, &cells, column: column)
            let label = ArrowLabel(
                segment, digits: census.numberDigits, absolute: absoluteNumbers, measure: measure)
            let text = label.fitting(canvas.width - column, aligned: false, gap: " ").text
            column = cells.put(text, row: 0, column: column)
            remark = segment.remark(canvas.language, isOneConnection: census.isOneConnection)
        case .moment(let moment):
            let lane = moment.end.lane
            column = cells.put(name(lane) + " ", row: 0, column: column, style: .bold)
            if let mark = marks.value(at: lane) { column = put(mark, &cells, column: column) }
            column = cells.put(shortened(moment.what(canvas.language), after: column), row: 0, column: column)
            remark = moment.remark?(canvas.language) ?? ""
        }
        let room = canvas.width - column - 2
        if !remark.isEmpty, room >= min(Self.shortestRemark, measure(remark)) {
            cells.put(shortened(remark, after: column + 2), row: 0, column: column + 2)
        }
        return cells.lines(colour: canvas.colour, theme: canvas.theme) + row.notes.flatMap(lines)
    }

    /// A tear in a pause of so many nanoseconds.
    func line(silence duration: Int64) -> String {
        let tear = String(repeating: String(canvas.glyphs.tear), count: 2)
        return measure.truncate("\(tear) \(SceneClock.duration(duration)) \(tear)", to: canvas.width, ellipsis: "")
    }

    private func lines(_ note: Scene.Note) -> [String] {
        let text = "\(note.text(canvas.language)) (\(note.source(canvas.language)))"
        return Paragraph(canvas: canvas).lines(text, first: "  \(name(note.lane)): ")
    }

    private func shortened(_ text: String, after column: Int) -> String {
        measure.truncate(text, to: canvas.width - column, ellipsis: canvas.glyphs.ellipsis)
    }

    private func putLadder(
        _ segment: Scene.Segment, _ marks: [Scene.Mark?], _ cells: inout CellBuffer, column: Int
    ) -> Int {
        let (from, to) = (segment.sender.lane, segment.receiver.lane)
        let isRightward = from <= to
        var column = putEnd(min(from, to), marks, &cells, column: column)
        let arrow = isRightward ? rightward(segment.fate) : leftward(segment.fate)
        column = cells.put(arrow, row: 0, column: column) + 1
        return putEnd(max(from, to), marks, &cells, column: column)
    }

    private func putEnd(_ lane: Int, _ marks: [Scene.Mark?], _ cells: inout CellBuffer, column: Int) -> Int {
        var column = column
        if !isPair { column = cells.put(name(lane), row: 0, column: column, style: .dim) }
        if let mark = marks.value(at: lane) { return put(mark, &cells, column: column) }
        return column + Rail.width(census)
    }

    private func put(_ mark: Scene.Mark, _ cells: inout CellBuffer, column: Int) -> Int {
        cells.put(
            Rail.text(mark, marksGuesses: census.marksGuesses), row: 0, column: column, style: Rail.style(mark))
        return column + Rail.width(census)
    }

    /// Four cells, in either glyph set.
    private func rightward(_ fate: Scene.Fate) -> String {
        let glyphs = canvas.glyphs
        let dash = String(glyphs.dash)
        let head = String(glyphs.right)
        switch fate {
        case .arrived, .underWay: return dash + dash + dash + head
        case .lost: return dash + dash + glyphs.lost + " "
        case .useless: return dash + dash + head + glyphs.useless
        case .refused, .notTaken: return (glyphs == .ascii ? "" : dash + dash) + head + glyphs.refused
        }
    }

    private func leftward(_ fate: Scene.Fate) -> String {
        let glyphs = canvas.glyphs
        let dash = String(glyphs.dash)
        let head = String(glyphs.left)
        switch fate {
        case .arrived, .underWay: return head + dash + dash + dash
        case .lost: return " " + glyphs.lost + dash + dash
        case .useless: return glyphs.useless + head + dash + dash
        case .refused, .notTaken: return glyphs.refused + head + (glyphs == .ascii ? "" : dash + dash)
        }
    }
}
