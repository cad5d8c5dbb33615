import CaptureFile
import Narration
import Stories
import Tracking

extension ConnectionStory.Step {
    /// At most this many octets of one packet's comments are shown: a page of text is no note.
    private static let commentLimit = 1000
    /// At most this many lines of a comment are shown as lines; later line feeds are written as `\n`, so that they do
    /// not fill the screen.
    private static let lineLimit = 12

    /// The comments that the capture file holds for this packet, as notes at lane `lane`. Control characters in them
    /// are escaped only when the notes are drawn.
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

    /// The text's lines, without empty ones, and no more than ``lineLimit``.
    private static func lines(of text: String) -> String {
        // Split by code points, because CR LF is one `Character`; carriage returns at a line's end are removed.
        let lines = text.unicodeScalars.split(maxSplits: lineLimit - 1) { $0 == "\n" }.map { line in
            var line = line
            while line.last == "\r" { line.removeLast() }
            return line.map { $0 == "\n" ? "\\n" : String($0) }.joined()
        }
        return lines.filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
