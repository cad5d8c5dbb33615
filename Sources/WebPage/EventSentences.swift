import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The ladder as an ordered list, with a sentence for each row: the text alternative to the picture, for readers who
/// cannot see it.
struct EventSentences {
    let lanes: [Scene.Lane]
    /// Formats a time in nanoseconds as milliseconds.
    let milliseconds: (Int64) -> String
    /// Further explanations of segments, by the segment's key.
    var explanations: [Int: Text] = [:]
    /// Whether both ends' states are given with each row, or only with rows that change a state.
    var tellsEachState = true

    /// In a list that is divided into parts: the estimated height of an item in pixels, until the browser has laid it
    /// out.
    private static let usualHeight = 64

    func html(_ rows: [PageRow]) -> HTML { list(rows[...]) }

    /// A list in parts of `partSize` items. The page's script creates the elements of a part when it comes near the
    /// visible area.
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
        // One text together with the punctuation around it, because most items of a long list have this text.
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
        // Nothing is said twice: a remark about the segment's fate or its original is more precise than these
        // sentences.
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

    /// The states of both ends; states that have changed are emphasized.
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

    /// What became of a segment, and the English words that show that a remark says the same.
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

    /// Whether the text contains `#4`, and not only a longer number such as `#42`.
    private static func names(_ words: String, _ number: Int) -> Bool {
        words.ranges(of: "#\(number)").contains { place in
            place.upperBound == words.endIndex || !words[place.upperBound].isNumber
        }
    }

    /// A text that follows another one, with the separator. It is one text, because most items of a long list have it.
    private static func behind(_ text: Text) -> Text { Text(en: ", \(text.english)", zh: "，\(text.chinese)") }

    private static func told(_ text: Text, by who: Text) -> Text {
        Text(en: "\(who.english): \(text.english)", zh: "\(who.chinese)：\(text.chinese)")
    }

    static let semicolon: HTML = "\(PictureWords.semicolon)"
    static let colon: HTML = "\(Text(en: ": ", zh: "："))"
}
