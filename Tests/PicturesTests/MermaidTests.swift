import Drawings
import Narration
import Scenes
import Testing

@Suite("a ladder as Mermaid's source")
struct MermaidTests {
    @Test("the lost third ACK, to the letter")
    func thirdAckLost() {
        let lines = MermaidDiagram(Scenes.thirdAckLost).text.split(separator: "\n").map(String.init)
        let title = "title: \"\(Scenes.thirdAckLost.title.english)\""
        #expect(lines.prefix(4) == ["---", title, "---", "sequenceDiagram"])
        #expect(
            lines.dropFirst(4).prefix(2).map { $0 } == [
                "    participant C as client 10.59.7.1:40000", "    participant S as server 10.59.7.2:8080",
            ])
        #expect(lines.contains("    C->>S: #35;1 SYN seq=0"))
        #expect(lines.contains("    S->>C: #35;2 SYN,ACK seq=0 ack=1"))
        #expect(lines.contains { $0.hasPrefix("    C-xS: #35;3 ACK seq=1 ack=1 (") })
        #expect(lines.contains { $0.hasPrefix("    Note over C,S: 998 ms") })
        #expect(lines.contains("    Note left of C: ESTABLISHED"))
    }

    @Test(
        "what Mermaid would obey is text only",
        arguments: [
            ("a;b", "a#59;b"), ("#4", "#35;4"), ("a\nb", "a#92;nb"), ("the end", "the e#110;d"),
            ("END of it", "E#78;D of it"),
            ("bend", "bend"), ("%%{init}", "#37;#37;#123;init#125;"), ("<b>", "#60;b#62;"), ("握手完成", "握手完成"),
        ])
    func escapes(_ text: String, _ expected: String) {
        var scene = Scenes.thirdAckLost
        scene.rows = [.moment(Scene.Moment(time: 0, end: Scene.End(lane: 0), peer: 1, what: Text(verbatim: text)))]
        let lines = MermaidDiagram(scene).text.split(separator: "\n")
        #expect(lines.contains { $0.hasSuffix("Note over C: \(expected)") }, "\(lines)")
    }

    @Test("scenes by chance: a line for each row, no line that is none of Mermaid's")
    func lines() {
        var generator = SeededGenerator(seed: 77)
        for _ in 0..<200 {
            let scene = RandomScenes.scene(&generator)
            for line in MermaidDiagram(scene, language: .chinese).text.split(separator: "\n").dropFirst(4) {
                #expect(
                    line.contains(
                        #/^    (participant \w+ as |Note (left of|right of|over) \w+(,\w+)?: |\w+(-|--)(>>|x|\))\w+: )/#
                    ))
                #expect(!line.contains(#/\b[eE][nN][dD]\b/#))
            }
        }
    }
}
