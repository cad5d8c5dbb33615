import Narration
import Scenes
import TCPState
import Tracking

/// The lines above a ladder's rows, and the legend below them.
struct LadderHeadings {
    let canvas: Canvas
    let census: SceneCensus

    private var measure: DisplayWidth { canvas.measure }

    // MARK: Title

    /// The title, the two endpoints if there are only two, and the sources in brackets at the right; on one line if
    /// they fit.
    func title(_ scene: Scene) -> [String] {
        let title = Printable.text(scene.title(canvas.language))
        let right = brackets(scene)
        let isPair = scene.lanes.count == 2 && canvas.width >= Ladder.narrowestLadder
        let endpoints = isPair ? scene.lanes.map { "\(role($0)) \(Printable.text($0.name))" } : []
        let joined = endpoints.joined(separator: "  ")
        let column = title.isEmpty ? 0 : max(24, measure(title) + 2)
        let room = canvas.width - (right.isEmpty ? 0 : measure(right) + 2)
        if column + measure(joined) <= room {
            return [flushRight(right, after: measure.pad(title, to: column) + joined)].filter { !$0.isEmpty }
        }
        var lines: [String] = []
        if !title.isEmpty {
            lines = LineBreaking(measure: measure).wrap(title, width: canvas.width)
        }
        if let last = lines.last, measure(last) <= room {
            lines[lines.count - 1] = flushRight(right, after: last)
        } else {
            lines.append(flushRight(right, after: ""))
        }
        if measure(joined) <= canvas.width {
            lines.append(joined.withoutTrailingSpaces)
        } else {
            for endpoint in endpoints { lines += Paragraph(canvas: canvas).lines(endpoint) }
        }
        return lines.filter { !$0.isEmpty }
    }

    private func flushRight(_ right: String, after left: String) -> String {
        let left = left.withoutTrailingSpaces
        guard !right.isEmpty else { return left }
        return left + String(repeating: " ", count: max(0, canvas.width - measure(left) - measure(right))) + right
    }

    private func role(_ lane: Scene.Lane) -> String {
        switch lane.role {
        case .client: PictureWords.client(canvas.language)
        case .server: PictureWords.server(canvas.language)
        case .host: PictureWords.host(canvas.language)
        }
    }

    // MARK: Column heads

    /// The heading above the rows of one band, on one line or more. `hasTitledNames`: whether the title has named the
    /// two endpoints, so that letters suffice here.
    func columns(_ lanes: [Scene.Lane], _ layout: LadderLayout, hasTitledNames: Bool) -> [String] {
        let names = hasTitledNames ? Self.letters(lanes).map { [$0] } : wrappedNames(lanes, layout)
        let height = names.map(\.count).max() ?? 1
        var cells = CellBuffer(width: canvas.width, height: height, measure: measure)
        let bottom = height - 1
        putFlushRight(PictureWords.time(unit: census.clock.unit), &cells, row: bottom, end: layout.timeEnd)
        if let end = layout.deltaEnd { putFlushRight(PictureWords.delta, &cells, row: bottom, end: end) }
        for (lane, lines) in names.enumerated() where lane < layout.rails.count {
            for (row, line) in lines.enumerated() {
                cells.put(line, row: height - lines.count + row, column: layout.rails[lane], style: .bold)
            }
        }
        if layout.leftVariables > 0, layout.rails.count == 2 {
            let start = layout.rails[0] + layout.railWidth - 1
            let size = layout.variableWidth
            putFlushRight(Text(verbatim: "SND.UNA"), &cells, row: bottom, end: start + size)
            putFlushRight(Text(verbatim: "SND.NXT"), &cells, row: bottom, end: start + size * 2)
            putFlushRight(Text(verbatim: "RCV.NXT"), &cells, row: bottom, end: layout.rails[1] - 1)
        }
        let numbered = !hasTitledNames && names.first?.first == "1" ? numberedNames(lanes) : []
        return numbered + cells.lines(colour: canvas.colour, theme: canvas.theme)
    }

    private func putFlushRight(_ text: Text, _ cells: inout CellBuffer, row: Int, end: Int) {
        let text = text(canvas.language)
        cells.put(text, row: row, column: max(0, end - measure(text)), style: .bold)
    }

    /// The lanes' letters: `C` and `S`, or `A` and `B` if the lanes are not a client and a server.
    static func letters(_ lanes: [Scene.Lane]) -> [String] {
        switch lanes.map(\.role) {
        case [.client, .server]: ["C", "S"]
        case [.server, .client]: ["S", "C"]
        default: ["A", "B"]
        }
    }

    /// Each lane's name above its rail, with the port on a second line if need be, or a number for each if even that is
    /// too wide.
    private func wrappedNames(_ lanes: [Scene.Lane], _ layout: LadderLayout) -> [[String]] {
        let names = lanes.map { Printable.text($0.name) }
        let room = layout.rails.indices.map { index in
            (index + 1 < layout.rails.count ? layout.rails[index + 1] - 1 : canvas.width) - layout.rails[index]
        }
        let split: [[String]] = names.enumerated().map { index, name in
            guard index < room.count, measure(name) > room[index], let colon = name.lastIndex(of: ":") else {
                return [name]
            }
            return [String(name[..<colon]), String(name[colon...])]
        }
        for (index, lines) in split.enumerated() {
            guard index < room.count, lines.allSatisfy({ measure($0) <= room[index] }) else {
                return lanes.indices.map { ["\($0 + 1)"] }
            }
        }
        return split
    }

    /// The lanes' names with their numbers, `1 127.0.0.1:40000`, as many on a line as fit.
    func numberedNames(_ lanes: [Scene.Lane]) -> [String] {
        items(lanes.enumerated().map { "\($0 + 1) \(Printable.text($1.name))" }, first: "")
    }

    // MARK: Legend

    /// - Parameter isSpelled: whether the rows show the states' names; `nil`: as the census says.
    func legend(_ scene: Scene, _ legend: Ladder.Legend, isSpelled: Bool? = nil) -> [String] {
        guard legend == .letters else { return provenance(scene) }
        let isSpelled =
            isSpelled
            ?? (scene.lanes.count == 2 && canvas.width >= Ladder.narrowestLadder
                && LadderLayout(canvas: canvas, census: census, lanes: 2).spellsStates)
        return (isSpelled ? signs() : letters()) + sources(scene) + provenance(scene)
    }

    /// The explanation of the sources in the brackets to the right of the title.
    private func sources(_ scene: Scene) -> [String] {
        guard !scene.provenance.isEmpty else { return [] }
        let entries = scene.provenance.map { "\($0.letter) \(PictureWords.source($0)(canvas.language))" }
        return items(entries, first: brackets(scene) + PictureWords.colon(canvas.language))
    }

    private func brackets(_ scene: Scene) -> String {
        let letters = scene.provenance.map { String($0.letter) }.joined(separator: "+")
        return letters.isEmpty ? "" : "[\(letters)]"
    }

    /// The explanation of the signs beside states that are spelled out.
    private func signs() -> [String] {
        var entries = sortedLetters.filter { $0.state == nil || $0.isMini }.map { letter in
            Scene.Mark.name(letter.state, isMini: letter.isMini)
                + (letter.state == nil ? " " : "") + explanation(letter)(canvas.language)
        }
        if census.anyChange { entries.append("* \(PictureWords.changedHere(canvas.language))") }
        return entries.isEmpty ? [] : items(entries, first: PictureWords.signs(canvas.language))
    }

    /// The explanation of a letter that is not the state of a full socket.
    private func explanation(_ letter: SceneCensus.Letter) -> Text {
        switch letter.state {
        case nil: PictureWords.unknown
        case .synReceived: PictureWords.requestSocket
        default: PictureWords.timewaitSocket
        }
    }

    private var sortedLetters: [SceneCensus.Letter] {
        census.letters.sorted { one, other in
            let (left, right) = (one.state?.rawValue ?? .max, other.state?.rawValue ?? .max)
            return left == right ? !one.isMini && other.isMini : left < right
        }
    }

    private func letters() -> [String] {
        var entries = sortedLetters.map { letter in
            let sign = Scene.Mark.letter(letter.state, isMini: letter.isMini)
            guard let state = letter.state else { return "\(sign) \(PictureWords.unknown(canvas.language))" }
            return "\(sign) \(state.name)" + (letter.isMini ? explanation(letter)(canvas.language) : "")
        }
        if census.anyChange { entries.append("* \(PictureWords.changedHere(canvas.language))") }
        return items(entries, first: PictureWords.letters(canvas.language))
    }

    private func provenance(_ scene: Scene) -> [String] {
        let first = PictureWords.states(canvas.language)
        guard census.hasGuessesAndFacts else {
            let common: Text? =
                switch census.allSources {
                case [.inferred]: PictureWords.allInferred
                case [.stack]: PictureWords.fromStack
                default: nil
                }
            guard let common else { return [] }
            return Paragraph(canvas: canvas).lines(first + common(canvas.language), hanging: measure(first))
        }
        if census.marksGuesses {
            let text = PictureWords.guesses(facts: word(census.allSources.subtracting([.inferred])))
            return Paragraph(canvas: canvas).lines(first + text(canvas.language), hanging: measure(first))
        }
        let names = scene.lanes.count == 2 ? Self.letters(scene.lanes) : scene.lanes.indices.map { "\($0 + 1)" }
        let parts = zip(names, census.sources).filter { !$0.1.isEmpty }.map { name, sources in
            "\(name) \(word(sources)(canvas.language))"
        }
        return Paragraph(canvas: canvas).lines(
            first + parts.joined(separator: PictureWords.semicolon(canvas.language)), hanging: measure(first))
    }

    private func word(_ sources: Set<Provenance>) -> Text {
        if sources == [.stack] { return PictureWords.fromStack }
        return switch (sources.contains(.kernel), sources.contains(.wire)) {
        case (true, true): PictureWords.fromBoth
        case (true, false): PictureWords.fromKernel
        case (false, true): PictureWords.fromWire
        case (false, false): PictureWords.inferred
        }
    }

    /// Entries side by side, with two spaces between them; an entry is broken only if it is wider than a line. `first`
    /// gets a line of its own if it would take more than a quarter of the width.
    private func items(_ entries: [String], first: String) -> [String] {
        let isNarrow = measure(first) > canvas.width / 4
        let indent = String(repeating: " ", count: isNarrow ? 2 : measure(first))
        var lines = isNarrow ? [first.withoutTrailingSpaces] : []
        var line = isNarrow ? indent : first
        var isEmpty = true
        for entry in entries {
            if !isEmpty, measure(line) + 2 + measure(entry) > canvas.width {
                lines.append(line)
                (line, isEmpty) = (indent, true)
            }
            line += isEmpty ? entry : "  " + entry
            isEmpty = false
        }
        if !isEmpty { lines.append(line) }
        return lines.flatMap { line in
            measure(line) <= canvas.width
                ? [line.withoutTrailingSpaces]
                : Paragraph(canvas: canvas).lines(line, hanging: measure(indent) + 2)
        }
    }
}
