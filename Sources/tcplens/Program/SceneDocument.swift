import Drawings
import Narration
import Pictures
import Scenes

/// A scene as a document: a drawing (SVG) or the source of a Mermaid diagram.
struct SceneDocument {
    let scene: Scene
    let language: Language
    let absolute: Bool
    let isBlank: Bool
    /// The requested width in columns, that is in widths of a letter in the drawing; `nil` where none is requested.
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

    /// Writes the scene as the source of a Mermaid diagram, and warns where it is longer than Mermaid draws by default.
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
