import Drawings
import Narration
import Passes
import Scenes
import Stories
import Testing
import Tracking
import Transcripts

/// What is drawn as a timer's work is told as a timer's work.
@Suite(.enabled(if: !SharedCaptures.cases.isEmpty || SharedCaptures.requiresAll, "../shared/cases is not there"))
struct CauseTests {
    @Test("a timer that is drawn beside a segment is one that its words tell")
    func timersAreTold() throws {
        var drawn = 0
        for path in SharedCaptures.cases + SharedCaptures.paths {
            let name = SharedCaptures.name(path)
            guard let analysis = try SharedCaptures.filled(path) else { continue }
            for number in 1...max(1, analysis.count) {
                guard let story = analysis.stored(number).flatMap({ ConnectionStory($0) }) else { continue }
                let scene = Scene(story: story, title: Text(verbatim: name))
                let reading = try #require(SVGReading(LadderDrawing(scene).svg))
                for trigger in reading.texts where trigger.classes.contains("trigger") {
                    drawn += 1
                    let group = try #require(reading.groups.first { $0.id == trigger.group })
                    let timer = try #require(trigger.content.split(separator: " ").first)
                    let step = try #require(story.steps.first { "seg-\($0.segment.number)" == trigger.group })
                    let told = step.labels.map(\.remark.english)
                    let words = ["RTO": "RTO", "TLP": "TLP", "persist": "window probe"][timer] ?? "keep-alive"
                    #expect(
                        told.contains { $0.contains(words) },
                        "\(name), connection \(number), \(group.id): \(trigger.content), \(told)")
                }
            }
        }
        #expect(drawn > 100)
    }
}
