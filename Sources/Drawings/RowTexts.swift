import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The texts of one row: those on its arrow, and those beside the bands where it leaves and where it arrives.
struct RowTexts {
    /// A line on an arrow.
    struct Line {
        /// The beginning of the line: the segment's number, and its flags, which are bold.
        var number = ""
        var flags = ""
        var rest = ""
        /// The rest of the line with relative sequence numbers, if both kinds of numbers are drawn.
        var relative: String?
        /// Whether the line is in the font for running text.
        var isProse = false
        var width: Double
    }

    /// A text beside a band.
    struct Aside {
        enum Kind { case state, call, trigger, label, time }
        var kind: Kind
        var lane: Int
        var lines: [String]
        /// The lines with relative sequence numbers, if both kinds of numbers are drawn.
        var relative: [String] = []

        /// The number of lines that the text needs, whichever of the two is shown.
        var height: Int { max(lines.count, relative.count) }
    }

    /// The lines on the arrow. The first is above the arrow, the others are below it.
    var lines: [Line] = []
    var departing: [Aside] = []
    var arriving: [Aside] = []
}

/// Makes the texts of rows.
struct RowTextMaker {
    let scene: Scene
    let options: LadderDrawing.Options
    private let measure = TextMeasure()
    private var language: Language { options.language }
    private static let mostRemarkLines = 3

    init(_ scene: Scene, options: LadderDrawing.Options) {
        self.scene = scene
        self.options = options
    }

    /// - Parameters:
    ///   - room: the width of a line on the arrow.
    ///   - arrivesApart: whether the segment arrives at another height than the one at which it leaves.
    ///   - trigger: the text for the timer that made the sender send the segment.
    func texts(
        _ row: Scene.Row, room: Double, arrivesApart: Bool, trigger: Text?, layout: BandLayout
    ) -> RowTexts {
        var texts = RowTexts()
        switch row {
        case .moment(let moment):
            texts.departing.append(aside(.call, moment.end.lane, words(moment)(language), layout))
            if let state = state(moment.end, layout) { texts.departing.append(state) }
        case .segment(let segment):
            texts.lines = lines(segment, room: room)
            if let trigger {
                texts.departing.append(aside(.trigger, segment.sender.lane, trigger(language), layout))
            }
            if let state = state(segment.sender, layout) { texts.departing.append(state) }
            if let state = state(segment.receiver, layout) {
                if arrivesApart { texts.arriving.append(state) } else { texts.departing.append(state) }
            }
        }
        return texts
    }

    private func aside(_ kind: RowTexts.Aside.Kind, _ lane: Int, _ text: String, _ layout: BandLayout) -> RowTexts.Aside
    {
        let width = layout.isLeft(lane) ? layout.nameWidth.left : layout.nameWidth.right
        let isInner = lane > 0 && lane < layout.lanes.count - 1
        let text = isInner ? "\(lane + 1): \(text)" : text
        return RowTexts.Aside(
            kind: kind, lane: lane, lines: measure.lines(text, width: width, size: TextMeasure.small, most: 4))
    }

    /// The name of a state where it begins. For an endpoint of many connections there is only the letter on the band,
    /// so it is `nil`.
    private func state(_ end: Scene.End, _ layout: BandLayout) -> RowTexts.Aside? {
        guard let mark = end.mark, mark.changed, end.lane == 0 || end.lane == layout.lanes.count - 1,
            scene.isOneConnection
        else { return nil }
        let name = options.isBlank ? DrawingWords.blank + DrawingWords.blank : mark.state?.name ?? "?"
        return RowTexts.Aside(kind: .state, lane: end.lane, lines: [name])
    }

    private func lines(_ segment: Scene.Segment, room: Double) -> [RowTexts.Line] {
        // If both kinds of numbers are drawn, those of the header are longer, so that room is made for these.
        let numbers = words(segment, absolute: options.absoluteNumbers || options.isEmbedded)
        let relative = options.isEmbedded ? words(segment, absolute: false) : []
        func both(_ range: Range<Int>) -> (String, String?) {
            let whole = numbers[range].joined(separator: " ")
            guard options.isEmbedded else { return (whole, nil) }
            let other = relative[range].joined(separator: " ")
            return (whole, other == whole ? nil : other)
        }
        let number = "#\(segment.number)"
        let flags = segment.flags.description
        let (whole, other) = both(numbers.indices)
        var result: [RowTexts.Line] = []
        let width = measure.fixed("\(number) \(flags)  \(whole)")
        if width <= room || numbers.isEmpty {
            result.append(RowTexts.Line(number: number, flags: flags, rest: whole, relative: other, width: width))
        } else {
            result.append(RowTexts.Line(number: number, flags: flags, width: measure.fixed("\(number) \(flags)")))
            var first = 0
            for index in numbers.indices {
                let isLast = index + 1 == numbers.count
                guard isLast || measure.fixed(numbers[first...(index + 1)].joined(separator: " ")) > room else {
                    continue
                }
                let (line, other) = both(first..<(index + 1))
                result.append(RowTexts.Line(rest: line, relative: other, width: measure.fixed(line)))
                first = index + 1
            }
        }
        if let text = initialNumber(segment) {
            result.append(RowTexts.Line(rest: text, width: measure.fixed(text)))
        }
        result += remarks(segment, width: room).map {
            RowTexts.Line(rest: $0, isProse: true, width: measure.running($0, size: TextMeasure.small))
        }
        return result
    }

    /// The label of a segment that has no place along its arrow: each number is on a line of its own and is not broken.
    func beside(_ segment: Scene.Segment, _ layout: BandLayout) -> RowTexts.Aside {
        let lane = segment.sender.lane
        let width = layout.isLeft(lane) ? layout.nameWidth.left : layout.nameWidth.right
        let isInner = lane > 0 && lane < layout.lanes.count - 1
        let head = (isInner ? "\(lane + 1): " : "") + "#\(segment.number) \(segment.flags)"
        func all(absolute: Bool) -> [String] {
            let numbers = words(segment, absolute: absolute) + (initialNumber(segment).map { [$0] } ?? [])
            return measure.lines(head, width: width, size: TextMeasure.small)
                + numbers.flatMap { split($0, width: width) } + remarks(segment, width: width)
        }
        let lines = all(absolute: options.absoluteNumbers || options.isEmbedded)
        let relative = options.isEmbedded ? all(absolute: false) : []
        return RowTexts.Aside(kind: .label, lane: lane, lines: lines, relative: relative == lines ? [] : relative)
    }

    /// If a number is too wide for its place, it is written below its name.
    private func split(_ word: String, width: Double) -> [String] {
        guard measure.fixed(word, size: TextMeasure.small) > width, let sign = word.lastIndex(of: "=") else {
            return [word]
        }
        let rest = word[word.index(after: sign)...].drop { $0 == " " }
        return ["\(word[...sign])", "\(rest)"]
    }

    private func initialNumber(_ segment: Scene.Segment) -> String? {
        guard segment.flags.contains(.syn), scene.isOneConnection, !options.absoluteNumbers else { return nil }
        return "ISN = \(segment.sequence.raw)"
    }

    private func remarks(_ segment: Scene.Segment, width: Double) -> [String] {
        let remark = segment.remark(language, isOneConnection: scene.isOneConnection)
        guard !remark.isEmpty, !options.isBlank else { return [] }
        return measure.lines(remark, width: width, size: TextMeasure.small, most: Self.mostRemarkLines)
    }

    /// What happened in a moment; in a hand-out, without anything that reveals a state.
    private func words(_ moment: Scene.Moment) -> Text {
        guard options.isBlank else {
            guard let remark = moment.remark else { return moment.what }
            return Text(
                en: "\(moment.what.english)  \(remark.english)", zh: "\(moment.what.chinese)  \(remark.chinese)")
        }
        if case .timer = moment.cause { return DrawingWords.anyTimer }
        return moment.what
    }

    private func words(_ segment: Scene.Segment, absolute: Bool) -> [String] {
        segment.numbers(absolute: absolute).map { word in
            options.isBlank && word.hasPrefix("ack=") ? "ack=" + DrawingWords.blank : word
        }
    }

    /// The description of a row for screen readers, without its heading.
    func description(_ row: Scene.Row, clock: SceneClock) -> String {
        var parts: [Text] = []
        switch row {
        case .moment(let moment):
            if let time = moment.time { parts.append(Text(verbatim: "\(clock.text(time)) \(clock.unit)")) }
            if let remark = moment.remark, !options.isBlank { parts.append(remark) }
            if let state = moment.end.mark?.state, !options.isBlank { parts.append(Text(verbatim: state.name)) }
        case .segment(let segment):
            let arrival = segment.arrival.flatMap { $0 == segment.departure ? nil : "\(clock.text($0)) \(clock.unit)" }
            parts.append(DrawingWords.times("\(clock.text(segment.departure)) \(clock.unit)", arrival))
            guard !options.isBlank else { break }
            let numbers = segment.numbers(absolute: options.absoluteNumbers)
            if !numbers.isEmpty { parts.append(Text(verbatim: numbers.joined(separator: " "))) }
            if let fate = Self.words(segment.fate) { parts.append(fate) }
            if let remark = segment.remark, remark != Self.words(segment.fate) { parts.append(remark) }
            if scene.isOneConnection, let one = segment.sender.mark?.state, let other = segment.receiver.mark?.state {
                parts.append(
                    DrawingWords.states(
                        who(segment.sender.lane), one.name, who(segment.receiver.lane), other.name))
            }
        }
        if !options.isBlank { parts += row.notes.map(\.text) }
        return DrawingWords.sentence(parts)(language)
    }

    /// The heading of a row for screen readers: who did what.
    func heading(_ row: Scene.Row) -> String {
        switch row {
        case .moment(let moment):
            DrawingWords.sentence([
                who(moment.end.lane), options.isBlank ? words(moment) : moment.what,
            ])(language)
        case .segment(let segment):
            DrawingWords.heading(
                number: segment.number, flags: segment.flags.description, from: who(segment.sender.lane),
                to: who(segment.receiver.lane))(language)
        }
    }

    private func who(_ lane: Int) -> Text {
        guard scene.lanes.indices.contains(lane) else { return Text(verbatim: "?") }
        return switch scene.lanes[lane].role {
        case .client: PictureWords.client
        case .server: PictureWords.server
        case .host: Text(verbatim: scene.lanes[lane].name)
        }
    }

    private static func words(_ fate: Scene.Fate) -> Text? {
        switch fate {
        case .arrived: nil
        case .underWay: DrawingWords.underWay
        case .lost: DrawingWords.lost
        case .refused, .notTaken: DrawingWords.refused
        case .useless: DrawingWords.useless
        }
    }
}
