import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The ladder told as an ordered list, a sentence for each row: what a reader without the picture has, and the picture's
/// alternative.
struct EventSentences {
    let lanes: [Scene.Lane]
    /// How times are written.
    let milliseconds: (Int64) -> String
    /// What is said besides of some segments, by number.
    var explanations: [Int: Text] = [:]
    /// Whether both ends' states stand with each row, or with those alone that change one.
    var tellsEachState = true

    /// Of a list in parts, the pixels that an item takes before anybody has laid it out.
    private static let usualHeight = 64

    func html(_ rows: [PageRow]) -> HTML { list(rows[...]) }

    /// A list in parts of so many items: the page's script makes elements of those that come near.
    func html(_ rows: [PageRow], partSize: Int) -> HTML {
        stride(from: 0, to: rows.count, by: partSize).map { first -> HTML in
            let part = rows[first..<min(rows.count, first + partSize)]
            return
                "<div class=\"part\" data-first=\"\(first)\" style=\"--room:\(part.count * Self.usualHeight)px\"><noscript>\(list(part))</noscript></div>\n"
        }.joined()
    }

    private func list(_ rows: ArraySlice<PageRow>) -> HTML {
        let items = rows.map { "<li id=\"row-\($0.name)\">\(sentence($0))</li>\n" as HTML }.joined()
        return "<ol class=\"events\" start=\"\(rows.startIndex + 1)\">\n\(items)</ol>\n"
    }

    private func sentence(_ row: PageRow) -> HTML {
        var text: HTML
        switch row.row {
        case .segment(let segment): text = sentence(segment, row)
        case .moment(let moment):
            text =
                "\(time(moment.time))\(moment.time == nil ? name(moment.end.lane) : Self.behind(name(moment.end.lane))) <b>\(moment.what)</b>"
            if let remark = moment.remark { text += "\(Self.behind(remark))" }
        }
        if tellsEachState || row.changes { text += " " + states(row) }
        for note in row.row.notes {
            text += "<span class=\"note\">\(Self.told(note.text, by: name(note.lane))) (\(note.source))</span>"
        }
        if let explanation = row.step.flatMap({ explanations[$0.segment.key] }) {
            text += "<p>\(explanation)</p>"
        }
        return text
    }

    private func sentence(_ segment: Scene.Segment, _ row: PageRow) -> HTML {
        let ends = PageWords.from(name(segment.sender.lane), to: name(segment.receiver.lane))
        // One text with what stands around it: most of a long list is of these.
        let from = Text(en: ", \(ends.english), ", zh: "，\(ends.chinese)，")
        var text: HTML =
            "<a class=\"pick\" href=\"#row-\(row.name)\">#\(segment.number)</a> \(time(segment.departure))\(from)<b>\(segment.flags.description)</b>"
        text += " <span class=\"numbers\">seq=\(HTML.number(segment.sequence.value, segment.sequence.raw))"
        if segment.length > 0 { text += " len=\(segment.length)" }
        if let ack = segment.acknowledgment {
            text += " ack=\(HTML.number(ack.value, ack.raw))"
        }
        if let window = segment.window { text += " win=\(window)" }
        text += "</span>"
        if !segment.payload.isEmpty {
            text += "\(Self.behind(PageWords.says(Printable.bytes(Array(segment.payload), limit: 60))))"
        }
        // Nothing twice: a remark that tells one of them tells it more exactly.
        let remarked = segment.remark?.english ?? ""
        if let fate = Self.fate(segment.fate), !remarked.contains(fate.key) { text += "\(Self.behind(fate.words))" }
        if let original = segment.original, segment.isRepetition, !Self.names(remarked, original) {
            text += "\(Self.behind(PageWords.again(original)))"
        }
        if let remark = segment.remark { text += "\(Self.behind(remark))" }
        return text
    }

    private func time(_ time: Int64?) -> HTML {
        time.map { "\(milliseconds($0)) ms" } ?? ""
    }

    private func name(_ lane: Int) -> Text {
        guard lanes.indices.contains(lane) else { return Text(verbatim: "?") }
        switch lanes[lane].role {
        case .client: return PictureWords.client
        case .server: return PictureWords.server
        case .host: return Text(verbatim: lanes[lane].name)
        }
    }

    /// Both ends' states; those that changed stand out.
    private func states(_ row: PageRow) -> HTML {
        let ends = row.marks.enumerated().map { lane, mark -> HTML in
            guard let mark, let state = mark.state else {
                return "\(name(lane)) \(PageWords.unknownState)"
            }
            let known: HTML = " <abbr>\(String(mark.provenance.letter))</abbr>"
            return mark.changed
                ? "<strong>\(PageWords.enters(name(lane), state.name))</strong>\(known)"
                : "<i>\(PageWords.stays(name(lane), state.name))</i>\(known)"
        }
        return "<span class=\"ends\">\(ends.joined(" · "))</span>"
    }

    /// What became of a segment, and the English word by which a remark is known to tell the same.
    private static func fate(_ fate: Scene.Fate) -> (words: Text, key: String)? {
        switch fate {
        case .arrived: nil
        case .underWay: (PageWords.underWay, "on its way")
        case .lost: (PageWords.lost, "lost")
        case .refused: (PageWords.refused, "refused")
        case .notTaken: (PageWords.notTaken, "not taken")
        case .useless: (PageWords.useless, "nothing new")
        }
    }

    /// Whether the words hold `#4`, and not `#42`.
    private static func names(_ words: String, _ number: Int) -> Bool {
        words.ranges(of: "#\(number)").contains { place in
            place.upperBound == words.endIndex || !words[place.upperBound].isNumber
        }
    }

    /// A text behind others, with what parts them. One text, since most of a long list is of these.
    private static func behind(_ text: Text) -> Text { Text(en: ", \(text.english)", zh: "，\(text.chinese)") }

    private static func told(_ text: Text, by who: Text) -> Text {
        Text(en: "\(who.english): \(text.english)", zh: "\(who.chinese)：\(text.chinese)")
    }

    static let semicolon: HTML = "\(PictureWords.semicolon)"
    static let colon: HTML = "\(Text(en: ": ", zh: "："))"
}
