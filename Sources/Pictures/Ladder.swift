import Narration
import Scenes

/// A scene as a ladder in text: two lifelines (or more), time downwards, an arrow for each segment, both ends' states on
/// their rails at every row.
///
/// The time is the departure; the letter on the sender's side is its state when sending, the letter on the receiver's side
/// its state after arrival (the convention of RFC 9293 figure 6). Below 60 columns, a line for each event.
public struct Ladder: Sendable {
    /// What explains the letters below the rows.
    public enum Legend: Sendable, Equatable {
        /// How the states are known, where that differs from lane to lane or row to row.
        case provenance
        /// That, and the name of each letter used.
        case letters
    }

    /// Below this width a ladder becomes a list.
    static let narrowestLadder = 60

    /// A pause of more nanoseconds than this is drawn as a tear, unless told otherwise.
    public static let usualSilence: Int64 = 50_000_000

    let canvas: Canvas
    let legend: Legend
    let absoluteNumbers: Bool
    let silence: Int64

    /// Draws on `canvas`.
    ///
    /// - Parameters:
    ///   - legend: what stands below the rows.
    ///   - absoluteNumbers: sequence numbers as they stand in the headers, not relative to the ISNs.
    ///   - silence: the longest pause, in nanoseconds, that is not drawn as a tear.
    public init(
        canvas: Canvas, legend: Legend = .provenance, absoluteNumbers: Bool = false, silence: Int64 = usualSilence
    ) {
        self.canvas = canvas
        self.legend = legend
        self.absoluteNumbers = absoluteNumbers
        self.silence = silence
    }

    /// All lines, without line ends.
    public func lines(_ scene: Scene) -> [String] {
        var result: [String] = []
        write(scene) { result.append($0) }
        return result
    }

    /// Hands over one line after another (without line ends), each as soon as its row is laid out: a scene of any length
    /// takes the memory of a row. Stops at the first error of `sink`.
    public func write<Failure: Error>(
        _ scene: Scene, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let census = SceneCensus(scene, absolute: absoluteNumbers)
        let headings = LadderHeadings(canvas: canvas, census: census)
        for line in headings.title(scene) { try sink(line) }
        if canvas.width < Self.narrowestLadder {
            try writeList(scene, census, to: sink)
        } else {
            let capacity = LadderLayout.capacity(canvas: canvas, census: census)
            let bands = LaneBand.bands(of: scene, capacity: capacity, silence: silence)
            for (index, band) in bands.enumerated() {
                if bands.count > 1 {
                    let words = PictureWords.band(index + 1, of: bands.count, lanes: band.lanes.count)
                    try sink("")
                    try sink(canvas.measure.truncate(words(canvas.language), to: canvas.width))
                }
                try write(band, of: scene, headings, census, to: sink)
            }
        }
        for line in headings.legend(scene, legend) { try sink(line) }
        for text in scene.footer {
            for line in Paragraph(canvas: canvas).labelled(text(canvas.language)) { try sink(line) }
        }
    }

    private func writeList<Failure: Error>(
        _ scene: Scene, _ census: SceneCensus, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let list = EventList(canvas: canvas, lanes: scene.lanes, census: census, absoluteNumbers: absoluteNumbers)
        for line in list.names() { try sink(line) }
        let band = LaneBand.whole(scene, silence: silence)
        var marks = LaneMarks(scene.lanes)
        for entry in band.entries {
            switch entry {
            case .silence(let duration): try sink(list.line(silence: duration))
            case .row(let index):
                marks.take(scene.rows[index])
                for line in list.lines(scene.rows[index], marks: marks.marks) { try sink(line) }
            }
        }
    }

    private func write<Failure: Error>(
        _ band: LaneBand, of scene: Scene, _ headings: LadderHeadings, _ census: SceneCensus,
        to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let layout = LadderLayout(canvas: canvas, census: census, lanes: band.lanes.count)
        let lanes = band.lanes.map { scene.lanes[$0] }
        for line in headings.columns(lanes, layout, hasTitledNames: scene.lanes.count == 2) { try sink(line) }
        var pen = LadderPen(canvas: canvas, layout: layout, census: census, absoluteNumbers: absoluteNumbers)
        var marks = LaneMarks(lanes)
        for entry in band.entries {
            let cells: CellBuffer
            switch entry {
            case .silence(let duration): cells = pen.draw(silence: duration)
            case .row(let index):
                let row = band.row(index, of: scene)
                marks.take(row)
                cells = pen.draw(row, marks: marks.marks, delta: scene.delta(before: index))
            }
            for row in 0..<cells.height {
                try sink(cells.line(row, colour: canvas.colour, theme: canvas.theme))
            }
        }
    }
}

extension Scene {
    /// Nanoseconds from the departure of the segment before row `index` to that row's own; `nil` where there is none.
    fileprivate func delta(before index: Int) -> Int64? {
        guard case .segment(let segment) = rows[index] else { return nil }
        for row in rows[..<index].reversed() {
            if case .segment(let last) = row { return segment.departure &- last.departure }
        }
        return nil
    }
}
