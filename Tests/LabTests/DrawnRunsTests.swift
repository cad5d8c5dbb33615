import Drawings
import Lab
import Narration
import Scenes
import Stories
import TCPStack
import Testing
import Transcripts
import VirtualNetwork

/// Runs of a virtual network as drawings: real conversations with losses, copies and overtaking.
@Suite("runs of a virtual network, drawn")
struct DrawnRunsTests {
    @Test("no arrow goes through a label, whatever the network does")
    func labelsAreClear() throws {
        for seed in UInt64(1)...40 {
            var link = LinkProfile(delay: .milliseconds(10), loss: Double(seed % 4) * 0.06)
            link.reordering = seed % 3 == 0 ? 0.2 : 0
            link.duplication = seed % 5 == 0 ? 0.1 : 0
            let run = try NetworkStoryTests.run(seed: seed, octets: 9000, link)
            let story = try #require(run.network.record.stories.first)
            let scene = Scene(story: story, title: Text(verbatim: "run \(seed)"))
            let reading = try #require(SVGReading(LadderDrawing(scene).svg))
            #expect(reading.crossedLabels.isEmpty, "run \(seed): \(reading.crossedLabels)")
            #expect(reading.coveredLabels.isEmpty, "run \(seed): \(reading.coveredLabels)")
            #expect(reading.segments.count == story.steps.count)
        }
    }
}
