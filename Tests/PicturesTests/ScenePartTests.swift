import Narration
import Passes
import Scenes
import Stories
import Testing
import Transcripts

/// A part of a scene, and one whose quiet stretches are folded, show what the whole shows at that place.
@Suite(
    "parts of a scene",
    .enabled(if: !SharedCaptures.paths.isEmpty || SharedCaptures.requiresAll, "../shared/captures is not there"))
struct ScenePartTests {
    /// What the rails show at each segment, by its number.
    private func rails(_ scene: Scene) -> [Int: [Scene.Mark?]] {
        var marks = LaneMarks(scene.lanes)
        var rails: [Int: [Scene.Mark?]] = [:]
        for row in scene.rows {
            marks.take(row)
            if case .segment(let segment) = row, rails[segment.key] == nil { rails[segment.key] = marks.marks }
        }
        return rails
    }

    /// The first connections of a capture.
    private func scenes(_ path: String) throws -> [Scene] {
        let analysis = try SharedCaptures.analysis(path)
        return (1...max(1, min(5, analysis.count))).compactMap { number in
            analysis.stored(number).flatMap { ConnectionStory($0) }.map {
                Scene(story: $0, title: Text(verbatim: ""))
            }
        }
    }

    @Test("wherever it is cut the states are those of that place", arguments: SharedCaptures.paths)
    func cut(path: String) throws {
        for scene in try scenes(path) {
            let whole = rails(scene)
            let numbers = try #require(scene.segmentNumbers)
            let third = numbers.count / 3
            for range in [
                numbers, numbers.lowerBound + third...numbers.upperBound - third,
                numbers.lowerBound...numbers.lowerBound,
            ] {
                guard let part = scene.cut(to: range) else { continue }
                let shown = rails(part)
                #expect(!shown.isEmpty && shown.allSatisfy { whole[$0.key] == $0.value })
                // Nobody's number lies outside but those that stand between two that are meant.
                #expect(
                    part.segmentNumbers.map { range.contains($0.lowerBound) || range.contains($0.upperBound) } ?? false)
                #expect(range != numbers || part.rows.count == scene.rows.count)
            }
            #expect(scene.cut(to: numbers.upperBound + 1...numbers.upperBound + 9) == nil)
        }
    }

    @Test(
        "folding leaves every state as it is, and each segment that something is to be said of",
        arguments: SharedCaptures.paths)
    func folded(path: String) throws {
        for scene in try scenes(path) {
            let whole = rails(scene)
            let folded = scene.folded
            #expect(rails(folded).allSatisfy { whole[$0.key] == $0.value })
            func troubled(_ scene: Scene) -> Int {
                scene.rows.count { row in
                    guard case .segment(let segment) = row else { return false }
                    return segment.fate != .arrived || segment.isRepetition || segment.sender.mark?.changed ?? false
                        || segment.receiver.mark?.changed ?? false
                }
            }
            #expect(troubled(folded) == troubled(scene))
            #expect(scene.rows.count > 200 || folded.rows.count == scene.rows.count)
        }
    }
}

extension Scene.Segment {
    /// No other segment of the scene has it.
    fileprivate var key: Int { number << 6 | part }
}
