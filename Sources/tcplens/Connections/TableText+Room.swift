import Narration
import Pictures

extension TableText {
    /// The note below the rows that names the columns hidden for lack of width, and the options that show them; empty
    /// where no column is hidden.
    func roomNote(_ canvas: Canvas) -> [String] {
        let hidden = hiddenColumns
        guard !hidden.isEmpty else { return [] }
        let list = hidden.map { $0(canvas.language) }.joined(separator: Text(en: ", ", zh: "、")(canvas.language))
        let note = Text(
            en: "(no room for: \(list); wider with --width, all with --format tsv)",
            zh: "（宽度不足，未显示：\(list)；可用 --width 加宽，或用 --format tsv 看全部）")
        return Paragraph(canvas: canvas).lines(note(canvas.language))
    }
}
