import Narration
import Scenes
import Testing

@testable import Pictures

/// What must hold of every ladder, tried on scenes made at random (the same in every run).
struct LadderPropertyTests {
    private static let scenes: [Scene] = {
        var generator = SeededGenerator(seed: 2026)
        return (0..<200).map { _ in RandomScenes.scene(&generator) }
    }()

    private static let canvases: [Canvas] = [20, 33, 59, 60, 80, 100, 120, 171].flatMap { width in
        Language.allCases.flatMap { language in
            [
                Canvas(width: width, glyphs: .ascii, language: language),
                Canvas(width: width, glyphs: .unicode, language: language),
                Canvas(width: width, glyphs: .unicode, ambiguousWidth: 2, language: language),
            ]
        }
    }

    @Test func noLineIsWiderThanAskedForOrObeyedByATerminal() {
        for canvas in Self.canvases {
            // Gathered, for a million expectations would take longer than the drawing.
            var tooWide: [String] = []
            var unclean: [String] = []
            let isUsual = [60, 80, 120].contains(canvas.width)
            for scene in Self.scenes.prefix(isUsual ? 200 : 40) {
                for line in Ladder(canvas: canvas, legend: .letters).lines(scene) {
                    if canvas.measure(line) > canvas.width { tooWide.append(line) }
                    let isClean = line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E }
                    if !isClean || line.last == " " { unclean.append(line) }
                }
            }
            #expect(tooWide.isEmpty, "\(canvas)")
            #expect(unclean.isEmpty, "\(canvas)")
        }
    }

    @Test(arguments: [ColourDepth.sixteen, .twoFiftySix, .full])
    func colourAddsNothingButColour(depth: ColourDepth) throws {
        let sequence = try Regex("\u{1B}\\[[0-9;]*m")
        for width in [40, 80, 120] {
            let plain = Canvas(width: width)
            let coloured = Canvas(width: width, colour: depth)
            for scene in Self.scenes.prefix(60) {
                let lines = Ladder(canvas: coloured).lines(scene).map { $0.replacing(sequence, with: "") }
                #expect(lines == Ladder(canvas: plain).lines(scene))
            }
        }
    }

    @Test(arguments: [60, 80, 120])
    func everyArrowPointsFromItsLaneToItsLane(width: Int) {
        for glyphs in GlyphSet.allCases {
            let canvas = Canvas(width: width, glyphs: glyphs)
            for scene in Self.scenes {
                let census = SceneCensus(scene)
                let capacity = LadderLayout.capacity(canvas: canvas, census: census)
                var drawn = 0
                for band in LaneBand.bands(of: scene, capacity: capacity, silence: Ladder.usualSilence) {
                    #expect(band.lanes.count <= max(capacity, 2))
                    let layout = LadderLayout(canvas: canvas, census: census, lanes: band.lanes.count)
                    let marks = LaneMarks(band.lanes.map { scene.lanes[$0] })
                    var pen = LadderPen(canvas: canvas, layout: layout, census: census, marks: marks)
                    for entry in band.entries {
                        guard case .row(let index) = entry else { continue }
                        let row = band.row(index, of: scene)
                        pen.draw(row)
                        guard case .segment(let segment) = row, case .segment(let original) = scene.rows[index]
                        else { continue }
                        drawn += 1
                        let (from, to) = (segment.sender.lane, segment.receiver.lane)
                        #expect(
                            band.lanes[from] == original.sender.lane && band.lanes[to] == original.receiver.lane)
                        if from == to { continue }
                        #expect(isRight(segment, pen.cells, layout, glyphs), "\(pen.cells.line(0))")
                    }
                }
                let segments = scene.rows.count { if case .segment = $0 { true } else { false } }
                #expect(drawn == segments)
            }
        }
    }

    /// The head stands beside the receiver's rail, and a dash between it and the sender; a lost one has no head at all, and
    /// its dash on the sender's side. A rail that it passes may show a letter that looks like its sign.
    private func isRight(_ segment: Scene.Segment, _ cells: CellBuffer, _ layout: LadderLayout, _ glyphs: GlyphSet)
        -> Bool
    {
        let region = layout.region(segment.sender.lane, segment.receiver.lane)
        var line = region.compactMap { cells.glyph(row: 0, column: $0) }
        // Read every arrow as if it went to the right.
        let isRightward = segment.sender.lane < segment.receiver.lane
        if !isRightward { line.reverse() }
        let head = Character(isRightward ? glyphs.right : glyphs.left)
        let wrong = Character(isRightward ? glyphs.left : glyphs.right)
        let dash = Character(glyphs.dash)
        if line.contains(wrong) { return false }
        let sign: String
        switch segment.fate {
        case .lost:
            let isBroken = line.indices.dropFirst().contains {
                line[$0] == Character(glyphs.lost) && line[$0 - 1] == dash
            }
            return isBroken && !line.contains(head)
        case .arrived, .underWay: sign = ""
        case .useless: sign = glyphs.useless
        case .refused, .notTaken: sign = isRightward ? glyphs.refused : String(glyphs.refused.reversed())
        }
        let tail = [dash, head] + Array(sign)
        return Array(line.suffix(tail.count)) == tail
    }

    @Test func asciiAndUnicodeDrawTheSame() {
        let pairs: [Character: Character] = [
            "─": "-", "▶": ">", "◀": "<", "×": "x", "╌": "~", "○": "o", "│": "|", "┼": "+", "└": "^",
        ]
        for scene in [Scenes.thirdAckLost, Scenes.tutorial, Scenes.crowd(clients: 5)] {
            for width in [40, 60, 80, 120] {
                let unicode = Ladder(canvas: Canvas(width: width, glyphs: .unicode)).lines(scene)
                let ascii = Ladder(canvas: Canvas(width: width, glyphs: .ascii)).lines(scene)
                let spelled: [String] = unicode.map { line in String(line.map { pairs[$0] ?? $0 }) }
                if width >= 60 { #expect(spelled == ascii) }
                #expect(unicode.count == ascii.count)
            }
        }
    }

    @Test func aLongSceneIsHandedOverInPiecesOfWholeLines() {
        struct Enough: Error {}
        let row = Scenes.thirdAckLost.rows[1]
        let scene = Scene(
            title: Text(verbatim: "long"), provenance: [], lanes: Scenes.thirdAckLost.lanes,
            rows: Array(repeating: row, count: 10_000))
        let ladder = Ladder(canvas: Canvas())
        let lines = ladder.lines(scene)
        #expect(lines.count == 10_002)
        var pieces: [[UInt8]] = []
        ladder.write(scene) { pieces.append($0) }
        #expect(pieces.count > 5)
        #expect(pieces.allSatisfy { $0.last == UInt8(ascii: "\n") && $0.count < 1 << 20 })
        #expect(String(decoding: pieces.joined(), as: UTF8.self) == lines.map { $0 + "\n" }.joined())
        var seen = 0
        #expect(throws: Enough.self) {
            try ladder.write(scene) { (_: [UInt8]) throws(Enough) in
                seen += 1
                if seen == 2 { throw Enough() }
            }
        }
        #expect(seen == 2)
    }
}
