import Narration
import Scenes

/// The narrow form of a ladder: a line for each event, which shows the two rails and the arrow in a few cells.
///
///       0.0 S* --> r* #1 SYN  seq=0
struct EventList {
    let canvas: Canvas
    let lanes: [Scene.Lane]
    let census: SceneCensus
    /// The state of each lane after the row that was written last.
    private(set) var marks: LaneMarks
    private var label: ArrowLabel
    private var cells: CellBuffer

    /// - Parameter marks: the states above the first row; `nil`: those that `lanes` begin with.
    init(
        canvas: Canvas, lanes: [Scene.Lane], census: SceneCensus, marks: LaneMarks? = nil, absoluteNumbers: Bool
    ) {
        self.canvas = canvas
        self.lanes = lanes
        self.census = census
        self.marks = marks ?? LaneMarks(lanes)
        label = ArrowLabel(digits: census.numberDigits, absolute: absoluteNumbers, measure: canvas.measure)
        cells = CellBuffer(width: canvas.width, measure: canvas.measure)
    }

    private var measure: DisplayWidth { canvas.measure }
    private var isPair: Bool { lanes.count == 2 }
    /// The least width with a time in each line; below it the flags need those cells.
    private static let widthForTime = 28
    /// A remark that would be cut to fewer cells than this is left out.
    private static let shortestRemark = 8

    /// The lines that give each lane's letter and name: `C 127.0.0.1:40000`.
    func names() -> [String] {
        lanes.enumerated().flatMap { index, lane in
            Paragraph(canvas: canvas).lines(Printable.text(lane.name), first: name(index) + " ")
        }
    }

    private func name(_ lane: Int) -> String {
        let letters = isPair ? LadderHeadings.letters(lanes) : []
        return letters.indices.contains(lane) ? letters[lane] : "\(lane &+ 1)"
    }

    /// Writes the next row and its notes.
    mutating func write(_ row: Scene.Row, to text: inout LadderText) {
        marks.take(row)
        cells.clear()
        cells.addRow()
        putEvent(row)
        text.put(cells)
        for note in row.notes {
            for line in lines(note) { text.put(line) }
        }
    }

    private mutating func putEvent(_ row: Scene.Row) {
        let showsTime = canvas.width >= Self.widthForTime
        var column = showsTime ? census.clock.width + 1 : 0
        if showsTime, let time = row.time {
            let text = census.clock.text(time)
            cells.put(text, row: 0, column: census.clock.width - text.utf8.count)
        }
        let remark: String
        switch row {
        case .segment(let segment):
            column = putLadder(segment, column: column)
            label.take(segment)
            label.fit(canvas.width - column, aligned: false, gap: 1)
            let text = label.text
            column = cells.put(plain: text.span, row: 0, column: column)
            remark = segment.remark(canvas.language, isOneConnection: census.isOneConnection)
        case .moment(let moment):
            let lane = moment.end.lane
            column = cells.put(name(lane) + " ", row: 0, column: column, style: .bold)
            if let mark = marks[lane] { column = put(mark, column: column) }
            column = cells.put(shortened(moment.what(canvas.language), after: column), row: 0, column: column)
            remark = moment.remark?(canvas.language) ?? ""
        }
        let room = canvas.width - column - 2
        if !remark.isEmpty, room >= min(Self.shortestRemark, measure(remark)) {
            cells.put(shortened(remark, after: column + 2), row: 0, column: column + 2)
        }
    }

    /// The line for a pause of `duration` nanoseconds.
    func line(silence duration: Int64) -> String {
        let tear = String(repeating: String(canvas.glyphs.tear), count: 2)
        return measure.truncate("\(tear) \(durationText(duration)) \(tear)", to: canvas.width, ellipsis: "")
    }

    private func lines(_ note: Scene.Note) -> [String] {
        let text = "\(note.text(canvas.language)) (\(note.source(canvas.language)))"
        return Paragraph(canvas: canvas).lines(text, first: "  \(name(note.lane)): ")
    }

    private func shortened(_ text: String, after column: Int) -> String {
        measure.truncate(text, to: canvas.width - column, ellipsis: canvas.glyphs.ellipsis)
    }

    private mutating func putLadder(_ segment: Scene.Segment, column: Int) -> Int {
        let (from, to) = (segment.sender.lane, segment.receiver.lane)
        let isRightward = from <= to
        var column = putEnd(min(from, to), column: column)
        let arrow = isRightward ? rightward(segment.fate) : leftward(segment.fate)
        column = cells.put(arrow, row: 0, column: column) + 1
        return putEnd(max(from, to), column: column)
    }

    private mutating func putEnd(_ lane: Int, column: Int) -> Int {
        var column = column
        if !isPair { column = cells.put(name(lane), row: 0, column: column, style: .dim) }
        if let mark = marks[lane] { return put(mark, column: column) }
        return column + Rail.width(census, spelled: false)
    }

    private mutating func put(_ mark: Scene.Mark, column: Int) -> Int {
        let text = Rail.text(mark, marksGuesses: census.marksGuesses, spelled: false)
        cells.put(plain: text.span, row: 0, column: column, style: Rail.style(mark))
        return column + Rail.width(census, spelled: false)
    }

    /// An arrow of four cells to the right, which shows the segment's fate, in either glyph set.
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
