import FlatMemory
import Narration
import Scenes

/// A scene as a ladder in text: two lifelines (or more), time downwards, an arrow for each segment, both ends' states
/// on their rails at every row.
///
/// The time is the departure; the letter on the sender's side is its state when sending, the letter on the receiver's
/// side its state after arrival (the convention of RFC 9293 figure 6). Below 60 columns, a line for each event.
public struct Ladder: Sendable {
    /// What the legend below the rows explains.
    public enum Legend: Sendable, Equatable {
        /// The sources from which the states are known, where they differ between lanes or rows.
        case provenance
        /// The sources, and the name of each letter used.
        case letters
    }

    /// Below this width a ladder becomes a list.
    static let narrowestLadder = 60

    /// By default, a pause of more nanoseconds than this is drawn as a tear.
    public static let usualSilence: Int64 = 50_000_000

    /// How many rows a worker draws at a time.
    private static let blockSize = 1024

    let canvas: Canvas
    let legend: Legend
    let absoluteNumbers: Bool
    let silence: Int64
    private let workers: Int

    /// Creates a ladder for `canvas`.
    ///
    /// - Parameters:
    ///   - legend: what the legend below the rows explains.
    ///   - absoluteNumbers: whether sequence numbers are those of the headers, not relative to the ISNs.
    ///   - silence: the longest pause, in nanoseconds, that is not drawn as a tear.
    ///   - workers: how many threads draw a long scene.
    public init(
        canvas: Canvas, legend: Legend = .provenance, absoluteNumbers: Bool = false, silence: Int64 = usualSilence,
        workers: Int = 1
    ) {
        self.canvas = canvas
        self.legend = legend
        self.absoluteNumbers = absoluteNumbers
        self.silence = silence
        self.workers = workers
    }

    /// All lines, without line ends.
    public func lines(_ scene: Scene) -> [String] {
        var octets: [UInt8] = []
        write(scene) { octets += $0 }
        return octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// Passes the text to `sink` in UTF-8, piece by piece, as soon as the rows of a piece are laid out. Each piece
    /// consists of whole lines with their line feeds, so a scene of any length takes only the memory of a few pieces.
    /// Stops at the first error of `sink`.
    public func write<Failure: Error>(
        _ scene: Scene, to sink: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        let census = SceneCensus(scene, absolute: absoluteNumbers)
        let headings = LadderHeadings(canvas: canvas, census: census)
        var text = LadderText(canvas)
        for line in headings.title(scene) { text.put(line) }
        if canvas.width < Self.narrowestLadder {
            try writeList(scene, census, &text, to: sink)
        } else {
            let capacity = LadderLayout.capacity(canvas: canvas, census: census)
            let bands = LaneBand.bands(of: scene, capacity: capacity, silence: silence)
            for (index, band) in bands.enumerated() {
                if bands.count > 1 {
                    let words = PictureWords.band(index + 1, of: bands.count, lanes: band.lanes.count)
                    text.put("")
                    text.put(canvas.measure.truncate(words(canvas.language), to: canvas.width))
                }
                try write(band, of: scene, headings, census, &text, to: sink)
            }
        }
        for line in headings.legend(scene, legend) { text.put(line) }
        for note in scene.footer {
            for line in Paragraph(canvas: canvas).labelled(note(canvas.language)) { text.put(line) }
        }
        if !text.octets.isEmpty { try text.pass(to: sink) }
    }

    private func writeList<Failure: Error>(
        _ scene: Scene, _ census: SceneCensus, _ text: inout LadderText, to sink: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var list = EventList(canvas: canvas, lanes: scene.lanes, census: census, absoluteNumbers: absoluteNumbers)
        for line in list.names() { text.put(line) }
        for entry in LaneBand.whole(scene, silence: silence).entries {
            switch entry {
            case .silence(let duration): text.put(list.line(silence: duration))
            case .row(let index): list.write(scene.rows[index], to: &text)
            }
            if text.isLong { try text.pass(to: sink) }
        }
    }

    private func write<Failure: Error>(
        _ band: LaneBand, of scene: Scene, _ headings: LadderHeadings, _ census: SceneCensus,
        _ text: inout LadderText, to sink: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        let layout = LadderLayout(canvas: canvas, census: census, lanes: band.lanes.count)
        let lanes = band.lanes.map { scene.lanes[$0] }
        for line in headings.columns(lanes, layout, hasTitledNames: scene.lanes.count == 2) { text.put(line) }
        /// The states above the first row of the next block; each row only holds changes.
        var marks = LaneMarks(lanes)
        let entries = band.entries
        let workers = min(workers, (entries.count + Self.blockSize - 1) / Self.blockSize)
        try text.pass(to: sink)
        try OrderedBlocks(workers: workers, blockSize: Self.blockSize).write(
            entries,
            with: {
                let pen = LadderPen(
                    canvas: canvas, layout: layout, census: census, marks: marks, absoluteNumbers: absoluteNumbers,
                    zero: absoluteNumbers ? lanes.first?.zero : nil)
                return (pen: pen, text: LadderText(canvas))
            },
            beginning: { worker, block in
                worker.pen.marks = marks
                for case .row(let index) in block { marks.take(band.row(index, of: scene)) }
            },
            adding: { (worker, entry) throws(Failure) in
                switch entry {
                case .silence(let duration): worker.pen.draw(silence: duration)
                case .row(let index): worker.pen.draw(band.row(index, of: scene), delta: scene.delta(before: index))
                }
                worker.text.put(worker.pen.cells)
            },
            taking: { $0.text.take() }, to: sink)
    }
}

/// Lines of a picture in UTF-8, collected until they are long enough to pass on.
struct LadderText {
    private(set) var octets: [UInt8] = []
    private let styles: StyleSequences
    /// The number of octets from which on the text is passed on.
    private static let long = 1 << 16

    init(_ canvas: Canvas) { styles = StyleSequences(canvas.colour, canvas.theme) }

    /// Appends a line and its line feed.
    mutating func put(_ line: String) {
        octets.append(contentsOf: line.utf8)
        octets.append(UInt8(ascii: "\n"))
    }

    /// Appends all rows of a grid, each as a line.
    mutating func put(_ cells: CellBuffer) {
        for row in 0..<cells.height {
            cells.write(row, styles: styles, to: &octets)
            octets.append(UInt8(ascii: "\n"))
        }
    }

    var isLong: Bool { octets.count >= Self.long }

    /// Passes the collected text to `sink` and empties it.
    mutating func pass<Failure: Error>(to sink: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        try sink(take())
    }

    /// Returns the collected text and empties it.
    mutating func take() -> [UInt8] {
        defer { octets.removeAll(keepingCapacity: true) }
        return octets
    }
}

extension Scene {
    /// Nanoseconds from the departure of the previous segment to that of the segment in row `index`; `nil` if the row
    /// is no segment, or there is no previous one.
    fileprivate func delta(before index: Int) -> Int64? {
        guard case .segment(let segment) = rows[index] else { return nil }
        for row in rows[..<index].reversed() {
            switch row {
            case .segment(let last): return segment.departure &- last.departure
            // A row that several segments were folded into: the last of them left when it ends.
            case .moment(let moment): if let until = moment.until { return segment.departure &- until }
            }
        }
        return nil
    }
}
