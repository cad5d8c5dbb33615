import CaptureFile
import Narration
import Stories
import Tracking

extension ConnectionStory.Step {
    /// So many octets of one packet's comments are shown: a page of text is no note.
    private static let commentLimit = 1000
    /// So many lines that its author made; line feeds behind them are spelled, so that they do not fill the screen.
    private static let lineLimit = 12

    /// What somebody wrote beside the packet in the capture file, at lane `lane`. What a terminal would obey in it is
    /// spelled when it is drawn.
    func commentNotes(_ lane: Int) -> [Scene.Note] {
        let comments = segment.comments.limited(to: Self.commentLimit)
        var texts = comments.kept.compactMap { comment -> Text? in
            let text = Self.lines(of: comment.text)
            guard comment.octetsLeftOut > 0 else { return text.isEmpty ? nil : Text(verbatim: text) }
            let more = PictureWords.more(octets: comment.octetsLeftOut)
            return Text(en: "\(text)\n\(more.english)", zh: "\(text)\n\(more.chinese)")
        }
        if comments.leftOut > 0 { texts.append(PictureWords.more(comments: comments.leftOut)) }
        return texts.map { text in
            var note = Scene.Note(lane: lane, text: text, source: PictureWords.comment)
            note.isWhole = true
            return note
        }
    }

    /// Without empty lines, and no more than the limit.
    private static func lines(of text: String) -> String {
        // By code points, and without the carriage returns at a line's end: those would take the line feed behind them along.
        let lines = text.unicodeScalars.split(maxSplits: lineLimit - 1) { $0 == "\n" }.map { line in
            var line = line
            while line.last == "\r" { line.removeLast() }
            return line.map { $0 == "\n" ? "\\n" : String($0) }.joined()
        }
        return lines.filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
