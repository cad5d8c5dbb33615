import CaptureFile
import Narration
import Scenes
import Stories
import TCPWire
import Tracking

/// One row of a ladder, with what the page needs besides: the row's name, both ends' states after it, and its segment.
struct PageRow {
    /// The row's name in the drawing, such as `seg-4` or `mom-1`.
    let name: String
    let row: Scene.Row
    /// The states of the client and of the server.
    let marks: [Scene.Mark?]
    /// The segment's step in the story; `nil` for a moment.
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

    /// Whether the row changes the state of an end.
    var changes: Bool { marks.contains { $0?.changed ?? false } }
}

extension ConnectionStory.Step {
    /// The octets of the segment's TCP header that were captured.
    var headerOctets: ArraySlice<UInt8> {
        let start = min(Int(segment.header.tcpOffset), segment.frame.count)
        return segment.frame[start..<min(segment.frame.count, start + Int(segment.header.headerLength))]
    }
}
