import Narration
import Scenes
import TCPState
import Tracking

/// A scene as a Mermaid `sequenceDiagram`, for a README or a ticket. Mermaid has no times, states or slopes, so
/// silences and states are notes, and the arrow of a lost segment ends in a cross.
public struct MermaidDiagram: Sendable {
    private let scene: Scene
    private let language: Language
    private let absoluteNumbers: Bool
    private let silence: Int64

    /// The most characters that Mermaid draws unless its `maxTextSize` is set.
    public static let usualLimit = 50_000

    /// - Parameters:
    ///   - absoluteNumbers: whether sequence numbers are those of the headers, and not relative to the ISNs.
    ///   - silence: the longest pause, in nanoseconds, that gets no note.
    public init(
        _ scene: Scene, language: Language = .english, absoluteNumbers: Bool = false, silence: Int64 = 50_000_000
    ) {
        self.scene = scene
        self.language = language
        self.absoluteNumbers = absoluteNumbers
        self.silence = silence
    }

    /// The whole diagram.
    public var text: String {
        // The title is a double-quoted YAML string, in which special characters are escaped as in JSON. Entities are not
        // known in it, so signs of markup in a name from outside are replaced.
        let heading = Printable.text(scene.title(language)).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("<", with: "‹").replacing(">", with: "›")
        var lines = ["---", "title: \"\(heading)\"", "---", "sequenceDiagram"]
        for (index, lane) in scene.lanes.enumerated() {
            lines.append("    participant \(name(index)) as \(Self.escaped(title(lane)))")
        }
        var shown: [Scene.Mark?] = scene.lanes.map { _ in nil }
        func note(_ end: Scene.End?) {
            guard let end, let mark = end.mark, shown.indices.contains(end.lane), scene.isOneConnection,
                shown[end.lane]?.state != mark.state || shown[end.lane] == nil
            else { return }
            shown[end.lane] = mark
            lines.append("    Note \(end.lane == 0 ? "left" : "right") of \(name(end.lane)): \(words(mark))")
        }
        for (index, lane) in scene.lanes.enumerated() {
            if let before = lane.before { note(Scene.End(lane: index, mark: before)) }
        }
        for entry in LaneBand.whole(scene, silence: silence).entries {
            switch entry {
            case .silence(let duration):
                let all = scene.lanes.count > 1 ? "\(name(0)),\(name(scene.lanes.count - 1))" : name(0)
                lines.append("    Note over \(all): \(Self.escaped(durationText(duration)))")
            case .row(let index):
                switch scene.rows[index] {
                case .segment(let segment):
                    lines.append(line(segment))
                    note(segment.sender)
                    note(segment.receiver)
                case .moment(let moment):
                    let words = [moment.what(language)] + (moment.remark.map { [$0(language)] } ?? [])
                    lines.append(
                        "    Note over \(name(moment.end.lane)): \(Self.escaped(words.joined(separator: ", ")))")
                    note(moment.end)
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ segment: Scene.Segment) -> String {
        // A retransmission has a dashed line. The line ends in a cross if the segment was lost, and in an open head if
        // it was not accepted.
        let shaft = segment.isRepetition ? "--" : "-"
        let head =
            switch segment.fate {
            case .lost: "x"
            case .refused, .notTaken, .useless: ")"
            case .arrived, .underWay: ">>"
            }
        var words = ["#\(segment.number) \(segment.flags)"] + segment.numbers(absolute: absoluteNumbers)
        var remark = segment.remark(language, isOneConnection: scene.isOneConnection)
        switch segment.fate {
        case .lost where remark.isEmpty: remark = DrawingWords.lost(language)
        case .refused where remark.isEmpty, .notTaken where remark.isEmpty: remark = DrawingWords.refused(language)
        case .useless where remark.isEmpty: remark = DrawingWords.useless(language)
        default: break
        }
        if !remark.isEmpty { words.append("(\(remark))") }
        let ends = "\(name(segment.sender.lane))\(shaft)\(head)\(name(segment.receiver.lane))"
        return "    \(ends): \(Self.escaped(words.joined(separator: " ")))"
    }

    private func name(_ lane: Int) -> String {
        guard scene.isOneConnection else { return "H\(lane + 1)" }
        return lane == 0 ? "C" : "S"
    }

    private func title(_ lane: Scene.Lane) -> String {
        switch lane.role {
        case .client: "\(PictureWords.client(language)) \(lane.name)"
        case .server: "\(PictureWords.server(language)) \(lane.name)"
        case .host: lane.name
        }
    }

    private func words(_ mark: Scene.Mark) -> String {
        guard let state = mark.state else { return PictureWords.unknown(language) }
        return state.name + (mark.provenance == .inferred ? " #63;" : "")
    }

    /// Escapes a text so that Mermaid takes it only as text: its special characters become entities, and in the word
    /// that closes a block (`end`) one letter does.
    static func escaped(_ text: String) -> String {
        var result = ""
        var word = ""
        func endWord() {
            result +=
                word.lowercased() == "end"
                ? "\(word.prefix(1))#\(word.dropFirst().first?.unicodeScalars.first?.value ?? 110);\(word.suffix(1))"
                : word
            word = ""
        }
        for scalar in Printable.text(text).unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z": word.unicodeScalars.append(scalar)
            case "0"..."9", " ", ",", ".", ":", "=", "+", "-", "/", "(", ")", "!", "?", "_":
                endWord()
                result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x80:
                endWord()
                result += "#\(scalar.value);"
            default:
                endWord()
                result.unicodeScalars.append(scalar)
            }
        }
        endWord()
        return result
    }
}
