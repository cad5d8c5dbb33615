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

    /// The scene as Mermaid's source.
    var mermaid: String {
        MermaidDiagram(scene, language: language, absoluteNumbers: absolute, silence: silence).text
    }
}
