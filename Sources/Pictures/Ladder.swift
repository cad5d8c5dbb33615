import Narration

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
    public static let narrowestLadder = 60

    let canvas: Canvas
    let legend: Legend

    /// Draws on `canvas`, with `legend` below the rows.
    public init(canvas: Canvas, legend: Legend = .provenance) {
        self.canvas = canvas
        self.legend = legend
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
        let census = SceneCensus(scene)
        let headings = LadderHeadings(canvas: canvas, census: census)
        for line in headings.title(scene) { try sink(line) }
        if canvas.width < Self.narrowestLadder {
            let list = EventList(canvas: canvas, scene: scene, census: census)
            for line in list.names() { try sink(line) }
            for row in scene.rows {
                for line in list.lines(row) { try sink(line) }
            }
        } else {
            let capacity = LadderLayout.capacity(canvas: canvas, census: census)
            let bands = LaneBand.bands(of: scene, capacity: capacity)
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

    private func write<Failure: Error>(
        _ band: LaneBand, of scene: Scene, _ headings: LadderHeadings, _ census: SceneCensus,
        to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let layout = LadderLayout(canvas: canvas, census: census, lanes: band.lanes.count)
        for line in headings.columns(band.lanes.map { scene.lanes[$0] }, layout, hasTitledNames: scene.lanes.count == 2)
        {
            try sink(line)
        }
        var pen = LadderPen(canvas: canvas, layout: layout, census: census)
        for entry in band.rows {
            let cells = pen.draw(band.row(entry, of: scene))
            for row in 0..<cells.height {
                try sink(cells.line(row, colour: canvas.colour, theme: canvas.theme))
            }
        }
    }
}
