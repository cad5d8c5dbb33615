import Narration
import Scenes
import Stories
import TCPState
import Tracking

/// A ladder whose rows arrive one after another. Each is drawn as it arrives and never changed. The widths that the
/// columns will need are not known in advance: at first they suit most connections; if a row needs more, the columns
/// become wider from that row on, and the headings are repeated above it.
public struct GrowingLadder: Sendable {
    private let ladder: Ladder
    private let title: Text
    private let lanes: [Scene.Lane]
    /// The letters and sources that the rows so far have shown, for the legend.
    private var seen: SceneCensus
    /// The sizes that the columns are laid out for.
    private var room: SceneCensus
    private var pen: Pen
    /// When the last row that has a time ended, in nanoseconds since the scene's start.
    private var lastTime: Int64?
    /// When the last segment was sent, in nanoseconds since the scene's start.
    private var lastDeparture: Int64?

    /// The form in which rows are drawn: arrows between two rails, or a line for each event.
    private enum Pen: Sendable {
        case ladder(LadderPen)
        case list(EventList)
    }

    /// Creates the ladder of a connection that has no rows yet.
    ///
    /// - Parameters:
    ///   - title: the line above the ladder.
    ///   - lanes: the connection's two ends.
    ///   - marksGuesses: whether inferred states are marked, because some states will be known from another source than
    ///     the packets.
    public init(_ ladder: Ladder, title: Text, lanes: [Scene.Lane], marksGuesses: Bool) {
        self.ladder = ladder
        self.title = title
        self.lanes = lanes
        seen = SceneCensus(Self.scene(lanes, []), absolute: ladder.absoluteNumbers)
        room = SceneCensus(growing: lanes, absolute: ladder.absoluteNumbers, marksGuesses: marksGuesses)
        pen = Self.pen(ladder, lanes, room, LaneMarks(lanes))
    }

    private static func scene(_ lanes: [Scene.Lane], _ rows: [Scene.Row]) -> Scene {
        Scene(title: Text(en: "", zh: ""), provenance: [], lanes: lanes, rows: rows)
    }

    private static func pen(
        _ ladder: Ladder, _ lanes: [Scene.Lane], _ room: SceneCensus, _ marks: LaneMarks
    ) -> Pen {
        guard ladder.canvas.width >= Ladder.narrowestLadder else {
            return .list(
                EventList(
                    canvas: ladder.canvas, lanes: lanes, census: room, marks: marks,
                    absoluteNumbers: ladder.absoluteNumbers))
        }
        let layout = LadderLayout(canvas: ladder.canvas, census: room, lanes: lanes.count)
        return .ladder(
            LadderPen(
                canvas: ladder.canvas, layout: layout, census: room, marks: marks,
                absoluteNumbers: ladder.absoluteNumbers))
    }

    /// The lanes without the states before the first row, which are not part of a single row's census.
    private var nameless: [Scene.Lane] { lanes.map { Scene.Lane(role: $0.role, name: $0.name) } }

    /// The state of each lane after the last row.
    private var marks: LaneMarks {
        switch pen {
        case .ladder(let pen): pen.marks
        case .list(let list): list.marks
        }
    }

    private var headings: LadderHeadings { LadderHeadings(canvas: ladder.canvas, census: room) }

    /// The title and the column headings, in UTF-8.
    public func beginning() -> [UInt8] {
        var text = LadderText(ladder.canvas)
        var scene = Self.scene(lanes, [])
        scene.title = title
        for line in headings.title(scene) + columns { text.put(line) }
        return text.take()
    }

    private var columns: [String] {
        switch pen {
        case .list(let list): list.names()
        case .ladder(let pen): headings.columns(lanes, pen.layout, hasTitledNames: lanes.count == 2)
        }
    }

    /// The lines of one more row, in UTF-8, preceded by a tear if nothing happened for longer than the ladder's
    /// ``Ladder/silence``.
    public mutating func draw(_ row: Scene.Row) -> [UInt8] {
        var text = LadderText(ladder.canvas)
        let own = SceneCensus(Self.scene(nameless, [row]), absolute: ladder.absoluteNumbers)
        seen.add(own)
        if room.widen(for: own, row) {
            let before = columns
            pen = Self.pen(ladder, lanes, room, marks)
            if columns != before { for line in columns { text.put(line) } }
        }
        let silence = lastTime.flatMap { last in row.time.map { $0 &- last } } ?? 0
        if let time = row.endTime { lastTime = max(time, lastTime ?? time) }
        switch pen {
        case .ladder(var pen):
            if silence > ladder.silence {
                pen.draw(silence: silence)
                text.put(pen.cells)
            }
            pen.draw(row, delta: delta(of: row))
            text.put(pen.cells)
            self.pen = .ladder(pen)
        case .list(var list):
            if silence > ladder.silence { text.put(list.line(silence: silence)) }
            list.write(row, to: &text)
            self.pen = .list(list)
        }
        if case .segment(let segment) = row { lastDeparture = segment.departure }
        return text.take()
    }

    private func delta(of row: Scene.Row) -> Int64? {
        guard case .segment(let segment) = row, let lastDeparture else { return nil }
        return segment.departure &- lastDeparture
    }

    /// The lines below the rows, in UTF-8: the legend, and the notes of `footer`.
    public func ending(_ footer: [Text]) -> [UInt8] {
        var text = LadderText(ladder.canvas)
        var census = seen
        if room.marksGuesses { census.markGuesses() }
        var isSpelled = false
        if case .ladder(let pen) = pen { isSpelled = pen.layout.spellsStates }
        let headings = LadderHeadings(canvas: ladder.canvas, census: census)
        for line in headings.legend(Self.scene(lanes, []), ladder.legend, isSpelled: isSpelled) { text.put(line) }
        for note in footer {
            for line in Paragraph(canvas: ladder.canvas).labelled(note(ladder.canvas.language)) { text.put(line) }
        }
        return text.take()
    }
}
