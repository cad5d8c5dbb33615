import CaptureFile
import Narration
import Scenes
import Stories
import TCPWire
import Tracking

/// One row of a ladder with what the page needs besides: what it is called, both ends' states after it, the segment behind it.
struct PageRow {
    /// `seg-4`, `mom-1`: as the drawing calls it.
    let name: String
    let row: Scene.Row
    /// Of the client, of the server.
    let marks: [Scene.Mark?]
    /// `nil` for a moment.
    let step: ConnectionStory.Step?
    let answer: ConnectionStory.Answer?

    /// All rows of the ladder of one connection.
    static func all(of scene: Scene, _ story: ConnectionStory) -> [PageRow] {
        var places: [[Int]: Int] = [:]
        for (index, step) in story.steps.enumerated() { places[[step.segment.number, step.segment.part]] = index }
        let answers = story.answers
        var marks = LaneMarks(scene.lanes)
        return zip(scene.rowNames, scene.rows).map { name, row in
            marks.take(row)
            var place: Int?
            if case .segment(let segment) = row { place = places[[segment.number, segment.part]] }
            return PageRow(
                name: name, row: row, marks: marks.marks, step: place.map { story.steps[$0] },
                answer: place.flatMap { answers[$0] })
        }
    }

    var segment: Scene.Segment? { if case .segment(let segment) = row { segment } else { nil } }

    /// Whether an end's state is another one after it.
    var changes: Bool { marks.contains { $0?.changed ?? false } }
}

extension ConnectionStory.Step {
    /// The octets of its TCP header that were captured.
    var headerOctets: ArraySlice<UInt8> {
        let start = min(Int(segment.header.tcpOffset), segment.frame.count)
        return segment.frame[start..<min(segment.frame.count, start + Int(segment.header.headerLength))]
    }
}
