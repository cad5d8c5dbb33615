import Narration
import Stories

/// The narrow form of a ladder: a line for each event, a ladder of four cells' width in it.
///
///       0.0 S* --> r* #1 SYN  seq=0
struct EventList {
    let canvas: Canvas
    let scene: Scene
    let census: SceneCensus

    private var measure: DisplayWidth { canvas.measure }
    private var isPair: Bool { scene.lanes.count == 2 }
    /// Below this width the flags need the cells of the time.
    private static let widthForTime = 28
    /// Fewer cells of a remark than this say nothing.
    private static let shortestRemark = 8

    /// Who is who: `C 127.0.0.1:40000`.
    func names() -> [String] {
        scene.lanes.enumerated().flatMap { index, lane in
            Paragraph(canvas: canvas).lines(Printable.text(lane.name), first: name(index) + " ")
        }
    }

    private func name(_ lane: Int) -> String {
        let letters = isPair ? LadderHeadings.letters(scene.lanes) : []
        return letters.indices.contains(lane) ? letters[lane] : "\(lane &+ 1)"
    }

    func lines(_ row: Scene.Row) -> [String] {
        var cells = CellBuffer(width: canvas.width, height: 1, measure: measure)
        let showsTime = canvas.width >= Self.widthForTime
        var column = showsTime ? census.clock.width + 1 : 0
        if showsTime, let time = row.time {
            let text = census.clock.text(time)
            cells.put(text, row: 0, column: census.clock.width - measure(text))
        }
        var remark = ""
        switch row {
        case .segment(let segment):
            column = putLadder(segment, &cells, column: column)
            let label = ArrowLabel(segment, digits: census.numberDigits, measure: measure)
            let text = label.fitting(canvas.width - column, aligned: false, gap: " ").text
            column = cells.put(text, row: 0, column: column)
            remark = segment.remark?(canvas.language) ?? ""
        case .moment(let moment):
            column = cells.put(name(moment.lane) + " ", row: 0, column: column, style: .bold)
            if let mark = moment.marks.value(at: moment.lane) { column = put(mark, &cells, column: column) }
            column = cells.put(shortened(moment.what(canvas.language), after: column), row: 0, column: column)
            remark = moment.remark?(canvas.language) ?? ""
        case .silence(let silence):
            let tear = String(repeating: String(canvas.glyphs.tear), count: 2)
            column = cells.put("\(tear) \(SceneClock.duration(silence.duration)) \(tear)", row: 0, column: 0)
            remark = silence.remark?(canvas.language) ?? ""
        }
        let room = canvas.width - column - 2
        if !remark.isEmpty, room >= min(Self.shortestRemark, measure(remark)) {
            cells.put(shortened(remark, after: column + 2), row: 0, column: column + 2)
        }
        return cells.lines(colour: canvas.colour, theme: canvas.theme) + row.notes.flatMap(lines)
    }

    private func lines(_ note: Scene.Note) -> [String] {
        let text = "\(note.text(canvas.language)) (\(note.source(canvas.language)))"
        return Paragraph(canvas: canvas).lines(text, first: "  \(name(note.lane)): ")
    }

    private func shortened(_ text: String, after column: Int) -> String {
        measure.truncate(text, to: canvas.width - column, ellipsis: canvas.glyphs.ellipsis)
    }

    private func putLadder(_ segment: Scene.Segment, _ cells: inout CellBuffer, column: Int) -> Int {
        let isRightward = segment.from <= segment.to
        var column = putEnd(min(segment.from, segment.to), segment, &cells, column: column)
        let arrow = isRightward ? rightward(segment.fate) : leftward(segment.fate)
        column = cells.put(arrow, row: 0, column: column) + 1
        return putEnd(max(segment.from, segment.to), segment, &cells, column: column)
    }

    private func putEnd(_ lane: Int, _ segment: Scene.Segment, _ cells: inout CellBuffer, column: Int) -> Int {
        var column = column
        if !isPair { column = cells.put(name(lane), row: 0, column: column, style: .dim) }
        if let mark = segment.marks.value(at: lane) { return put(mark, &cells, column: column) }
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
        case .arrived: return dash + dash + dash + head
        case .lost: return dash + dash + glyphs.lost + " "
        case .useless: return dash + dash + head + glyphs.useless
        case .refused: return (glyphs == .ascii ? "" : dash + dash) + head + glyphs.refused
        }
    }

    private func leftward(_ fate: Scene.Fate) -> String {
        let glyphs = canvas.glyphs
        let dash = String(glyphs.dash)
        let head = String(glyphs.left)
        switch fate {
        case .arrived: return head + dash + dash + dash
        case .lost: return " " + glyphs.lost + dash + dash
        case .useless: return glyphs.useless + head + dash + dash
        case .refused: return glyphs.refused + head + (glyphs == .ascii ? "" : dash + dash)
        }
    }
}
