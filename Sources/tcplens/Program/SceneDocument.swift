import Drawings
import Narration
import Pictures
import Scenes

/// A scene in one of the forms that are no text on a terminal.
struct SceneDocument {
    let scene: Scene
    let language: Language
    let absolute: Bool
    let isBlank: Bool
    /// Columns that were asked for; of letters, in the drawing's size of them.
    let columns: Int?
    var silence = Ladder.usualSilence

    /// The scene as SVG.
    var svg: String {
        var options = LadderDrawing.Options(language: language)
        if let columns { options.width = LadderDrawing.width(columns: columns) }
        options.absoluteNumbers = absolute
        options.silence = silence
        options.isBlank = isBlank
        return LadderDrawing(scene, options: options).document
    }

    /// Writes the scene as Mermaid's source, and tells where a page will not draw it.
    func writeMermaid(_ form: FormatOptions) throws {
        let diagram = MermaidDiagram(scene, language: language, absoluteNumbers: absolute, silence: silence)
        let text = diagram.text
        try form.write(text)
        guard text.count > MermaidDiagram.usualLimit else { return }
        Screen.complain([
            Text(
                en:
                    "tcplens: \(text.count) characters; Mermaid draws \(MermaidDiagram.usualLimit) at most, unless its maxTextSize is raised. Draw it with --format svg",
                zh:
                    "tcplens：共 \(text.count) 个字符；Mermaid 默认最多画 \(MermaidDiagram.usualLimit) 个，除非调大 maxTextSize。可改用 --format svg"
            )(
                language)
        ])
    }
}
