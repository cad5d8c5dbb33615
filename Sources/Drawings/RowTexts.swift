import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The texts of one row: what stands on its arrow, and what beside the bands where it leaves and where it arrives.
struct RowTexts {
    /// A line on an arrow.
    struct Line {
        /// In front of all, and heavier the flags.
        var number = ""
        var flags = ""
        var rest = ""
        /// The same with numbers that count from the ISNs, where both are drawn.
        var relative: String?
        /// In the font for running text.
        var isProse = false
        var width: Double
    }

    /// Something beside a band.
    struct Aside {
        enum Kind { case state, call, trigger, label, time }
        var kind: Kind
        var lane: Int
        var lines: [String]
    }

    /// The first stands above the arrow, the others below.
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
    ///   - room: for a line on the arrow.
    ///   - arrivesApart: whether its arrival is at another height than its departure.
    ///   - trigger: what made its sender send it again.
    func texts(
        _ row: Scene.Row, room: Double, arrivesApart: Bool, trigger: Text?, layout: BandLayout
    ) -> RowTexts {
        var texts = RowTexts()
        switch row {
        case .moment(let moment):
            let words = [moment.what(language)] + (moment.remark.map { [$0(language)] } ?? [])
            texts.departing.append(
                aside(.call, moment.end.lane, words.joined(separator: "  "), layout))
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

    /// A state's name where it begins; of an endpoint of many connections there is only the letter.
    private func state(_ end: Scene.End, _ layout: BandLayout) -> RowTexts.Aside? {
        guard let mark = end.mark, mark.changed, end.lane == 0 || end.lane == layout.lanes.count - 1,
            scene.isOneConnection
        else { return nil }
        let name = options.isBlank ? DrawingWords.blank + DrawingWords.blank : mark.state?.name ?? "?"
        return RowTexts.Aside(kind: .state, lane: end.lane, lines: [name])
    }

    private func lines(_ segment: Scene.Segment, room: Double) -> [RowTexts.Line] {
        // Where both are drawn, those of the header are the longer ones and find the room.
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
        if segment.flags.contains(.syn), scene.isOneConnection, !options.absoluteNumbers {
            let text = "ISN = \(segment.sequence.raw)"
            result.append(RowTexts.Line(rest: text, width: measure.fixed(text)))
        }
        let remark = segment.remark(language, isOneConnection: scene.isOneConnection)
        if !remark.isEmpty, !options.isBlank {
            result += measure.lines(remark, width: room, size: TextMeasure.small, most: Self.mostRemarkLines).map {
                RowTexts.Line(rest: $0, isProse: true, width: measure.running($0, size: TextMeasure.small))
            }
        }
        return result
    }

    private func words(_ segment: Scene.Segment, absolute: Bool) -> [String] {
        segment.numbers(absolute: absolute).map { word in
            options.isBlank && word.hasPrefix("ack=") ? "ack=" + DrawingWords.blank : word
        }
    }

    /// What is read out of a row, apart from its heading.
    func description(_ row: Scene.Row, clock: SceneClock) -> String {
        var parts: [Text] = []
        switch row {
        case .moment(let moment):
            if let time = moment.time { parts.append(Text(verbatim: "\(clock.text(time)) \(clock.unit)")) }
            if let remark = moment.remark { parts.append(remark) }
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

    /// Who did what: the heading of what is read out of a row.
    ///
    /// - Parameter isShort: number and flags alone.
    func heading(_ row: Scene.Row, isShort: Bool) -> String {
        if isShort, case .segment(let segment) = row { return "#\(segment.number) \(segment.flags)" }
        return switch row {
        case .moment(let moment):
            DrawingWords.sentence([who(moment.end.lane), moment.what])(language)
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
