import CaptureFile
import Documents
import Narration
import Passes
import Pictures
import Queries
import Scenes
import Stories
import TCPWire
import Tracking
import WebPage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension FlowCommand {
    /// Draws one connection, and lists the others.
    func drawOne(_ reader: inout CaptureReader, _ filter: ConnectionFilter?) throws {
        let canvas = output.canvas
        var analysis = CaptureAnalysis(keeping: .places, measuring: filter?.needsMeasures ?? false)
        let ending = try read(&reader, into: &analysis, canvas)
        let passing = try passing(filter, analysis)
        let number = connection ?? (passing.first ?? 0) + 1
        guard number <= analysis.count else { throw noSuchConnection(number, of: analysis.count) }
        let stored = try analysis.stored(number, from: &reader, limit: pictureLimit)
        guard let stored, let story = ConnectionStory(stored) else { throw changed }
        try save(stored, story, from: reader, canvas.language)
        if let followed {
            // Where standard output is not a terminal, lines are not broken.
            var text = StreamText(followed, canvas: output.tableCanvas) { Screen.write($0) }
            text.show(story)
        } else if !isCaptureOutput {
            try show(story, number: number, canvas)
            try tell(of: analysis, reader, canvas)
            if explain { tellSteps(of: story, canvas) }
            if form.format == .text { showOthers(analysis, passing, shown: number, canvas) }
        }
        complain(leftOut: story.leftOut, shown: story.steps.count, canvas)
        if let ending { Screen.complain(ending.warning(path).map { $0(canvas.language) }) }
    }

    /// Draws all connections, or all that pass the filter, on one time axis.
    func drawHosts(_ reader: inout CaptureReader, _ filter: ConnectionFilter?) throws {
        let canvas = output.canvas
        var analysis = CaptureAnalysis(keeping: .places, measuring: filter?.needsMeasures ?? false)
        let ending = try read(&reader, into: &analysis, canvas)
        try showHosts(analysis, passing(filter, analysis), &reader, canvas)
        try tell(of: analysis, reader, canvas)
        if let ending { Screen.complain(ending.warning(path).map { $0(canvas.language) }) }
    }

    private func passing(_ filter: ConnectionFilter?, _ analysis: borrowing CaptureAnalysis) throws -> RowOrder {
        let all = RowOrder(all: analysis.count)
        guard let filter else { return all }
        let passing = filter.passing(all, of: analysis)
        if passing.isEmpty { throw nonePasses(of: analysis.count) }
        return passing
    }

    /// Writes the notes on the whole capture below the ladder.
    private func tell(
        of analysis: borrowing CaptureAnalysis, _ reader: borrowing CaptureReader, _ canvas: Canvas
    ) throws {
        guard form.format == .text else { return }
        for text in try CaptureNotes.texts(analysis, reader) {
            Screen.write(Paragraph(canvas: canvas).lines(text(canvas.language), hanging: 2))
        }
    }

    private func read(
        _ reader: inout CaptureReader, into analysis: inout CaptureAnalysis, _ canvas: Canvas
    ) throws -> CaptureEnding? {
        let progress = ProgressLine(canvas: canvas)
        defer { progress.erase() }
        let ending = try CaptureReading.read(
            &reader, into: &analysis, workers: ProcessInfo.processInfo.activeProcessorCount,
            reporting: { _, step in progress.show(step) })
        guard analysis.count > 0 else { throw Failure.noConnections(in: path, analysis.counts, ending: ending) }
        return ending
    }

    private func complain(leftOut: Int, shown: Int, _ canvas: Canvas) {
        guard leftOut > 0 else { return }
        // Where the limit on octets was reached first, a larger `--limit` would not help.
        let next =
            shown < pictureLimit.segments
            ? Text(en: "", zh: "")
            : Text(
                en: "; --limit \(shown + leftOut) draws all", zh: "；加 --limit \(shown + leftOut) 可全部画出")
        Screen.complain([
            Text(
                en:
                    "tcplens: only the first \(shown) segments are drawn; \(leftOut) more are in the file\(next.english)",
                zh: "tcplens：只画了前 \(shown) 个报文段，文件中还有 \(leftOut) 个\(next.chinese)")(canvas.language)
        ])
    }

    // MARK: One connection

    /// Writes the connection's packets to the file named with `-w`, if any.
    private func save(
        _ stored: StoredConnection, _ story: ConnectionStory, from reader: borrowing CaptureReader, _ language: Language
    ) throws {
        guard let capturePath else { return }
        var capture = AnnotatedCapture(stored, story, language)
        let missing = try capture.addOthers(from: reader)
        do throws(CaptureError) {
            try capture.write(to: capturePath)
        } catch {
            throw Failure(writing: error)
        }
        if missing > 0 { Screen.complain([language.speaker + FlowWords.othersLeftOut(missing)(language)]) }
    }

    func show(_ story: ConnectionStory, number: Int, _ canvas: Canvas) throws {
        if states {
            let diagram = StateDiagram(paths: Party.allCases.map { story.path(of: $0) })
            return try form.write(diagram.picture(canvas.language))
        }
        let scene = Scene(
            story: story, title: heading(usualTitle(story, number)), keepsPayload: payload,
            footer: story.summary)
        try show(
            cut(scene), facts: { try JSONDocument.text(StoryFacts(story, number: number)) },
            page: {
                if form.blank, scene.rows.count > ConnectionPage.mostOnPaper { throw tooLong(scene, number) }
                let page = ConnectionPage(
                    story: story, scene: scene, title: scene.title, silence: Ladder.usualSilence)
                return try page.html(
                    canvas.language, maker: TCPLens.maker, isBlank: form.blank, absoluteNumbers: absolute)
            }, canvas)
    }

    /// The part of the scene between `--from` and `--to`.
    private func cut(_ scene: Scene) throws -> Scene {
        guard from != nil || to != nil else { return scene }
        let range = (from?.number ?? 1)...(to?.number ?? .max)
        guard let cut = scene.cut(to: range) else { throw noSuchPackets(of: scene) }
        return cut
    }

    /// The title, with the name that the client asks for. A document may be passed on to others: without `-A` it
    /// contains nothing of the payload, so not this name either.
    private func usualTitle(_ story: ConnectionStory, _ number: Int) -> Text {
        let asked = form.format == .text || payload ? AskedName(story) : nil
        return FlowWords.title(
            number, asking: asked.map { Self.titled(Printable.text($0.name)) }, in: asked?.source.rawValue)
    }

    /// A long name is shortened in the middle: its two ends say most.
    private static func titled(_ name: String) -> String {
        let (most, end) = (56, 36)
        return name.count > most ? String(name.prefix(most - 2 - end)) + ".." + String(name.suffix(end)) : name
    }

    func heading(_ usual: Text) -> Text { title.map { Text(verbatim: $0) } ?? usual }

    /// Writes a scene, or the facts that it was made from, in the chosen format.
    private func show(
        _ scene: Scene, facts: () throws -> String, page: (() throws -> String)? = nil, _ canvas: Canvas
    ) throws {
        let document = SceneDocument(
            scene: scene, language: canvas.language, absolute: absolute, isBlank: form.blank, columns: output.width)
        switch form.format {
        case .text:
            var drawn = scene
            // With `-A` the user wants to see the payload, so no rows are folded.
            if !all, !payload {
                drawn = scene.folded
                if drawn.rows.count < scene.rows.count { drawn.footer.append(FlowWords.folded) }
            }
            Ladder(
                canvas: canvas, legend: .letters, absoluteNumbers: absolute,
                workers: ProcessInfo.processInfo.activeProcessorCount
            ).write(drawn) { Screen.write(octets: $0) }
        case .svg: try form.write(document.svg)
        case .mermaid: try document.writeMermaid(form)
        case .html: if let page { try form.write(page()) }
        case .json: try form.write(facts() + "\n")
        }
    }

    /// Writes an explanation of each step that is drawn; of only the first ``toldSteps`` without `--all`.
    func tellSteps(of story: ConnectionStory, _ canvas: Canvas) {
        Screen.write("")
        Screen.write(StyledText.heading(DemoWords.explanation(canvas.language), canvas))
        if absolute { Screen.write(Paragraph(canvas: canvas).lines(FlowWords.stepsCount(canvas.language))) }
        let range = (from?.number ?? 1)...(to?.number ?? .max)
        var left = all ? Int.max : Self.toldSteps
        for step in story.steps where range.contains(step.segment.number) {
            guard let text = Explanation.explained(step, in: story) else { continue }
            guard left > 0 else {
                let rest = FlowWords.untold(from: step.segment.number)
                Screen.write(Paragraph(canvas: canvas).lines(rest(canvas.language), hanging: 3))
                return
            }
            left -= 1
            Screen.write(Paragraph(canvas: canvas).lines(text(canvas.language), hanging: 3))
        }
    }

    private func showOthers(
        _ analysis: borrowing CaptureAnalysis, _ passing: RowOrder, shown: Int, _ canvas: Canvas
    ) {
        let total = analysis.count
        guard total > 1 else { return }
        Screen.write("")
        let count = passing.count
        let heading =
            filter == nil
            ? FlowWords.others(of: total, shown: shown) : FlowWords.others(passing: count, of: total, shown: shown)
        Screen.write(Paragraph(canvas: canvas).lines(heading(canvas.language)))
        guard count > 1 else { return }
        let most = 12
        var table = ConnectionTable(canvas: canvas)
        for index in passing.prefix(most) { table.add(analysis[index], number: index + 1) }
        Screen.write(octets: table.octets())
        if count > most {
            Screen.write(Text(en: "... and \(count - most) more:", zh: "……另有 \(count - most) 条：")(canvas.language))
            // A command to be copied, so it is not broken into lines.
            let choice = filter.map { " -Y " + CommandLineWords.quoted($0) } ?? ""
            Screen.write("  " + Printable.text(listCommand + choice))
        }
    }

    // MARK: Several

    private func showHosts(
        _ analysis: borrowing CaptureAnalysis, _ passing: RowOrder, _ reader: inout CaptureReader, _ canvas: Canvas
    ) throws {
        let count = passing.count
        var stories: [(number: Int, story: ConnectionStory)] = []
        var left = pictureLimit
        for index in passing where !left.isReached {
            let stored = try analysis.stored(index + 1, from: &reader, limit: left)
            guard let stored, let story = ConnectionStory(stored) else { throw changed }
            left.take(stored.segments)
            stories.append((index + 1, story))
        }
        let shown = stories.reduce(0) { $0 + $1.story.steps.count }
        let wanted =
            filter == nil
            ? analysis.counts.segments
            : passing.reduce(0) { $0 + Int(analysis[$1].client.segments) + Int(analysis[$1].server.segments) }
        let leftOut = wanted - shown
        let scene = Scene(
            stories: stories.map(\.story), title: heading(Text(en: counted(count, "connection"), zh: "\(count) 条连接")),
            keepsPayload: payload)
        try show(
            cut(scene),
            facts: {
                try JSONDocument.text(
                    StoriesFacts(
                        connections: stories.map { StoryFacts($0.story, number: $0.number) }, leftOut: leftOut))
            }, canvas)
        complain(leftOut: leftOut, shown: shown, canvas)
    }
}
