import FlatMemory
import Narration
import Scenes
import Stories

/// Draws the rows of a scene into cells, one after another.
struct LadderPen {
    let canvas: Canvas
    let layout: LadderLayout
    let census: SceneCensus
    /// The cells of the row that was drawn last, with its notes.
    private(set) var cells: CellBuffer
    /// The state of each lane in that row.
    var marks: LaneMarks
    private var label: ArrowLabel
    private let zero: UInt32?
    /// A buffer for numbers, reused in all rows.
    private var text = OctetText()
    /// The least cells of an arrow, so that its direction is seen at a glance.
    static let shortestArrow = 2
    /// A remark below a row is cut to this many lines.
    private static let mostRemarkLines = 4

    /// Creates a pen for the rows of one band.
    ///
    /// - Parameters:
    ///   - marks: the states above the first row.
    ///   - zero: if the numbers are those of the headers, the first lane's sequence number from which its relative
    ///     numbers are counted.
    init(
        canvas: Canvas, layout: LadderLayout, census: SceneCensus, marks: LaneMarks, absoluteNumbers: Bool = false,
        zero: UInt32? = nil
    ) {
        self.zero = zero
        self.canvas = canvas
        self.layout = layout
        self.census = census
        self.marks = marks
        label = ArrowLabel(digits: census.numberDigits, absolute: absoluteNumbers, measure: canvas.measure)
        cells = CellBuffer(width: canvas.width, measure: canvas.measure)
    }

    private var glyphs: GlyphSet { canvas.glyphs }

    /// Draws the next row.
    ///
    /// - Parameter delta: nanoseconds since the previous segment.
    mutating func draw(_ row: Scene.Row, delta: Int64? = nil) {
        marks.take(row)
        begin()
        switch row {
        case .segment(let segment): draw(segment, delta: delta)
        case .moment(let moment): draw(moment)
        }
    }

    private mutating func begin() {
        cells.clear()
        cells.addRow()
    }

    // MARK: Segments

    private mutating func draw(_ segment: Scene.Segment, delta: Int64?) {
        putTime(segment.departure)
        if let end = layout.deltaEnd, let delta {
            text.clear()
            if delta >= 0 { text.put("+") }
            census.clock.put(delta, into: &text)
            putFlushRight(end: end)
        }
        putRails(row: 0)
        putVariables(segment)
        let lanes = layout.rails.indices
        let (from, to) = (segment.sender.lane, segment.receiver.lane)
        if !lanes.contains(from) || !lanes.contains(to) || from == to {
            putLoop(segment)
        } else {
            putArrow(segment, from: from, to: to)
        }
        var remark = segment.remark(canvas.language, isOneConnection: census.isOneConnection)
        let overflow = overflow(beside: remark)
        if !overflow.isEmpty { remark = overflow + (remark.isEmpty ? "" : "  " + remark) }
        putRemark(remark, style: segment.isTrouble ? .alarm : .plain)
        putNotes(segment.notes)
    }

    /// The words of the label that the arrow had no room for and the remark column shows instead. Between two lanes,
    /// where the other rows' numbers tell the rest, these are only the words that have to be shown; among several
    /// lanes, where arrows hold little, as many as fit beside the remark.
    private func overflow(beside remark: String) -> String {
        let needed = label.neededOfDropped
        guard layout.rails.count > 2 else {
            return needed == 0 ? "" : label.dropped.prefix(needed).joined(separator: " ")
        }
        var dropped = label.dropped
        let room = layout.remarkWidth - (remark.isEmpty ? 0 : 2 + canvas.measure(remark))
        while dropped.count > max(1, needed), canvas.measure(dropped.joined(separator: " ")) > room {
            dropped.removeLast()
        }
        return dropped.joined(separator: " ")
    }

    private mutating func putArrow(_ segment: Scene.Segment, from: Int, to: Int) {
        let region = layout.region(from, to)
        label.take(segment)
        let sign = canvas.measure(mark(segment.fate))
        let isRightward = from < to
        let isNeighbour = abs(from - to) == 1
        // The label never covers a rail: on an arrow across several lanes it ends before the first of them.
        let room: Int
        if isNeighbour {
            room = region.count - Self.shortestArrow - 1 - sign
        } else {
            room = layout.region(from, from + (isRightward ? 1 : -1)).count
        }
        label.fit(max(0, room), aligned: isRightward)
        let text = label.text
        let used = text.isEmpty ? 0 : text.count + 1
        if isRightward {
            cells.put(plain: text.span, row: 0, column: region.lowerBound)
            putRightward(segment.fate, from: region.lowerBound + used, to: region.upperBound)
        } else {
            cells.put(plain: text.span, row: 0, column: region.upperBound - text.count)
            putLeftward(segment.fate, from: region.lowerBound, to: region.upperBound - used)
        }
        if !isNeighbour { putCrossings(min(from, to) + 1..<max(from, to)) }
    }

    private func mark(_ fate: Scene.Fate) -> String {
        switch fate {
        case .arrived, .underWay, .lost: ""
        case .refused, .notTaken: glyphs.refused
        case .useless: glyphs.useless
        }
    }

    private mutating func putRightward(_ fate: Scene.Fate, from start: Int, to end: Int) {
        guard start < end else { return }
        if case .lost = fate {
            let middle = start + (end - start) / 2
            cells.fill(glyphs.dash, row: 0, from: start, to: middle)
            cells.put(glyphs.lost, row: 0, column: middle, style: .alarm)
            return
        }
        let sign = mark(fate)
        let head = end - 1 - canvas.measure(sign)
        cells.fill(glyphs.dash, row: 0, from: start, to: head)
        cells.fill(glyphs.right, row: 0, from: max(start, head), to: head + 1)
        cells.put(sign, row: 0, column: head + 1, style: .alarm)
    }

    private mutating func putLeftward(_ fate: Scene.Fate, from start: Int, to end: Int) {
        guard start < end else { return }
        if case .lost = fate {
            let middle = end - 1 - (end - start) / 2
            cells.fill(glyphs.dash, row: 0, from: middle + 1, to: end)
            cells.put(glyphs.lost, row: 0, column: middle, style: .alarm)
            return
        }
        let head = cells.put(mark(fate), row: 0, column: start, style: .alarm)
        cells.fill(glyphs.dash, row: 0, from: head, to: end)
        cells.fill(glyphs.left, row: 0, from: head, to: min(head + 1, end))
    }

    /// Redraws the rails of the lanes that an arrow crosses.
    private mutating func putCrossings(_ inner: Range<Int>) {
        for lane in inner {
            let column = layout.rails[lane]
            guard cells.glyph(row: 0, column: column) == Character(glyphs.dash) else { continue }
            if let mark = marks[lane] {
                let letter = Scene.Mark.letter(mark.state, isMini: mark.form == .mini)
                cells.put(letter, row: 0, column: column, until: column + 1, style: Rail.style(mark))
            } else {
                cells.put(glyphs.crossing, row: 0, column: column, style: .dim)
            }
        }
    }

    /// Draws a segment from an endpoint to itself (a socket connected to its own address), or to an endpoint that has
    /// no lane.
    private mutating func putLoop(_ segment: Scene.Segment) {
        let lane = layout.rails.indices.contains(segment.sender.lane) ? segment.sender.lane : 0
        let room = besides(lane)
        label.take(segment)
        label.fit(max(0, room.count - 2), aligned: false)
        let text = String(decoding: label.text, as: UTF8.self)
        if isLast(lane) {
            let start = room.upperBound - canvas.measure(text) - 2
            let next = cells.put(text + " ", row: 0, column: max(start, room.lowerBound))
            cells.put(glyphs.loop, row: 0, column: next)
        } else {
            cells.put(glyphs.loop + " " + text, row: 0, column: room.lowerBound, until: room.upperBound)
        }
    }

    // MARK: Moments and silences

    private mutating func draw(_ moment: Scene.Moment) {
        if let time = moment.time { putTime(time) }
        putRails(row: 0)
        let lane = layout.rails.indices.contains(moment.end.lane) ? moment.end.lane : 0
        let room = besides(lane)
        let what = Printable.text(moment.what(canvas.language))
        let size = canvas.measure(what)
        var remark = moment.remark?(canvas.language) ?? ""
        if size > room.count {
            remark = remark.isEmpty ? what : what + "  " + remark
        } else {
            cells.put(
                what, row: 0, column: isLast(lane) ? room.upperBound - size : room.lowerBound,
                style: moment.isTrouble ? .alarm : .plain)
        }
        putRemark(remark, style: moment.isTrouble ? .alarm : .plain)
        putNotes(moment.notes)
    }

    /// Whether this is the last of several lanes, whose events are drawn to its left.
    private func isLast(_ lane: Int) -> Bool {
        lane > 0 && lane == layout.rails.count - 1
    }

    /// The cells beside a lane in which its own events are drawn.
    private func besides(_ lane: Int) -> Range<Int> {
        guard layout.rails.count > 1 else {
            let start = layout.rails[0] + layout.railWidth
            return start..<max(start, layout.remark - 1)
        }
        return isLast(lane) ? layout.region(lane - 1, lane) : layout.region(lane, lane + 1)
    }

    /// Draws a tear for a pause of `duration` nanoseconds.
    mutating func draw(silence duration: Int64) {
        begin()
        let (start, end) = (2, max(2, layout.remark - 2))
        cells.fill(glyphs.tear, row: 0, from: start, to: end, style: .dim)
        let text = " \(durationText(duration)) "
        let column = start + max(0, end - start - canvas.measure(text)) / 2
        cells.put(text, row: 0, column: column, until: end)
    }

    // MARK: Columns

    private mutating func putTime(_ time: Int64) {
        text.clear()
        census.clock.put(time, into: &text)
        putFlushRight(end: layout.timeEnd)
    }

    private mutating func putFlushRight(_ number: UInt64, end: Int) {
        text.clear()
        text.put(number)
        putFlushRight(end: end)
    }

    /// Puts ``text``, right-aligned, before the column `end`.
    private mutating func putFlushRight(end: Int) {
        let octets = text.octets
        cells.put(plain: octets.span, row: 0, column: max(0, end - octets.count), until: end)
    }

    private mutating func putRails(row: Int, showsChanges: Bool = true) {
        for (lane, column) in layout.rails.enumerated() {
            if var mark = marks[lane] {
                mark.changed = mark.changed && showsChanges
                let text = Rail.text(mark, marksGuesses: census.marksGuesses, spelled: layout.spellsStates)
                cells.put(
                    plain: text.span, row: row, column: column, until: column + layout.railWidth,
                    style: Rail.style(mark))
            } else if layout.rails.count > 2 {
                cells.put(glyphs.rail, row: row, column: column, style: .dim)
            }
        }
    }

    private mutating func putVariables(_ segment: Scene.Segment) {
        guard layout.leftVariables > 0 else { return }
        if let left = segment.end(at: 0)?.variables {
            let start = layout.rails[0] + layout.railWidth - 1
            putFlushRight(shown(left.sendUnacknowledged), end: start + layout.variableWidth)
            putFlushRight(shown(left.sendNext), end: start + layout.variableWidth * 2)
        }
        // A relative RCV.NXT of 0 means that the end has acknowledged nothing yet, so it has no value in the headers'
        // numbers.
        if let right = segment.end(at: 1)?.variables, zero == nil || right.receiveNext > 0 {
            putFlushRight(shown(right.receiveNext), end: layout.rails[1] - 1)
        }
    }

    /// A relative number of the first lane in the form of the row's other numbers.
    private func shown(_ number: UInt64) -> UInt64 {
        zero.map { UInt64($0 &+ UInt32(truncatingIfNeeded: number)) } ?? number
    }

    // MARK: Remarks

    /// Draws notes on lines of their own. Between two lanes, the first lane's notes are at the left and the other's at
    /// the right, with their sources in the last column. Beside one lane or several, a note begins at its lane and
    /// extends to the side with more room, over the rails on that side.
    private mutating func putNotes(_ notes: [Scene.Note]) {
        guard !layout.rails.isEmpty else { return }
        for note in notes {
            let lane = layout.rails.indices.contains(note.lane) ? note.lane : 0
            let isRightward = lane < (layout.rails.count + 1) / 2
            let region = noteRegion(lane, isRightward: isRightward)
            let source = note.source(canvas.language)
            let hasColumn = layout.rails.count == 2 && canvas.measure(source) <= layout.remarkWidth
            let text = note.text(canvas.language) + (hasColumn ? "" : " (\(source))")
            let indent = canvas.measure(glyphs.below)
            let width = region.count - indent
            let lines = note.isWhole ? whole(text, width: width) : wrapped(text, width: width)
            guard !lines.isEmpty else { continue }
            let first = cells.height
            if isRightward {
                let start = region.lowerBound
                put(lines, from: start + indent, to: region.upperBound, lead: glyphs.below, at: start)
            } else {
                let end = region.upperBound - indent
                let start = end - (lines.map { canvas.measure($0) }.max() ?? 0)
                put(lines, from: max(region.lowerBound, start), to: end, lead: glyphs.belowRight, at: end)
            }
            if hasColumn { cells.put(source, row: first, column: layout.remark, style: .dim) }
        }
    }

    /// The cells for the notes of a lane.
    private func noteRegion(_ lane: Int, isRightward: Bool) -> Range<Int> {
        if layout.rails.count == 2 { return layout.region(0, 1) }
        let start = layout.rails[isRightward ? lane : 0] + layout.railWidth
        let end = isRightward ? canvas.width : layout.rails[lane] - 1
        return start..<max(start, end)
    }

    /// All of a text, in as many lines as it needs.
    private func whole(_ text: String, width: Int) -> [String] {
        text.split(separator: "\n").flatMap { LineBreaking(measure: canvas.measure).wrap(String($0), width: width) }
    }

    /// A text in at most ``mostRemarkLines`` lines; if more is left, it ends in an ellipsis.
    private func wrapped(_ text: String, width: Int) -> [String] {
        var lines = LineBreaking(measure: canvas.measure).wrap(text, width: width)
        guard lines.count > Self.mostRemarkLines else { return lines }
        lines.removeSubrange(Self.mostRemarkLines...)
        if let last = lines.popLast() {
            lines.append(canvas.measure.truncate(last + glyphs.ellipsis, to: width, ellipsis: glyphs.ellipsis))
        }
        return lines
    }

    /// Puts lines between `start` and `end`: below the row, or if `isBelow` is false from the row itself on. `lead` is
    /// put at `leadColumn` of the first line.
    private mutating func put(
        _ lines: [String], from start: Int, to end: Int, lead: String, at leadColumn: Int, isBelow: Bool = true,
        style: Style = .plain
    ) {
        for (index, line) in lines.enumerated() {
            var row = index
            if isBelow || index > 0 {
                row = cells.addRow()
                putRails(row: row, showsChanges: false)
                if layout.rails.count > 2, isBelow { cells.fill(" ", row: row, from: min(start, leadColumn), to: end) }
            }
            if index == 0 { cells.put(lead, row: row, column: leadColumn, style: .dim) }
            cells.put(line, row: row, column: start, until: end, style: style)
        }
    }

    /// Puts a remark into the last column if it fits there, else on lines of its own.
    private mutating func putRemark(_ remark: String, style: Style) {
        let remark = Printable.text(remark)
        if canvas.measure(remark) <= layout.remarkWidth {
            cells.put(remark, row: 0, column: layout.remark, style: style)
        } else {
            putBelow(remark, style: style)
        }
    }

    /// Puts a long remark: with up to two lanes below the row, after the first rail; with more lanes in the last
    /// column, on several lines.
    private mutating func putBelow(_ remark: String, style: Style) {
        let isBetween = layout.rails.count <= 2
        let lead = isBetween ? glyphs.below : ""
        let indent = canvas.measure(lead)
        var start = layout.remark
        var end = canvas.width
        if isBetween {
            start = layout.rails[0] + layout.railWidth
            end = layout.rails.count > 1 ? layout.rails[1] - 1 : canvas.width
        }
        let lines = wrapped(remark, width: end - start - indent)
        put(lines, from: start + indent, to: end, lead: lead, at: start, isBelow: isBetween, style: style)
    }
}

extension Scene.Segment {
    /// The end of the segment that is at a lane, the sender if both are; `nil` if neither is.
    fileprivate func end(at lane: Int) -> Scene.End? {
        sender.lane == lane ? sender : receiver.lane == lane ? receiver : nil
    }
}
