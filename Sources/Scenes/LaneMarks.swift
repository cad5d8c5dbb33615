/// What each lane's rail shows as the rows go by: a row tells only of the lanes it touches, and the others keep theirs.
package struct LaneMarks: Sendable {
    /// One for each lane; `nil` where nothing is shown.
    package private(set) var marks: [Scene.Mark?]

    /// What the rail of lane `lane` shows; `nil` too where there is no such lane.
    package subscript(lane: Int) -> Scene.Mark? { marks.indices.contains(lane) ? marks[lane] : nil }

    private let isShared: [Bool]
    /// The lanes that the last row touched.
    private var touched: (Int, Int?) = (-1, nil)

    /// The lanes' states before the first row.
    package init(_ lanes: some Sequence<Scene.Lane>) {
        marks = lanes.map(\.before)
        isShared = lanes.map(\.isShared)
    }

    /// The marks as after one more row.
    package mutating func take(_ row: Scene.Row) {
        settle(touched.0)
        if let other = touched.1 { settle(other) }
        let (one, other) = row.ends
        set(one)
        if let other { set(other) }
        touched = (one.lane, other?.lane)
    }

    /// What changed on the last row has not changed on the next; what was one connection's is not the next one's.
    private mutating func settle(_ lane: Int) {
        guard marks.indices.contains(lane) else { return }
        if isShared[lane] { marks[lane] = nil } else { marks[lane]?.changed = false }
    }

    private mutating func set(_ end: Scene.End) {
        guard let mark = end.mark, marks.indices.contains(end.lane) else { return }
        marks[end.lane] = mark
    }
}
