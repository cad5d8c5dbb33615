/// The state that each lane's rail shows after each row. A row tells only of the lanes that it touches; the other lanes
/// keep their marks.
package struct LaneMarks: Sendable {
    /// One mark for each lane; `nil` where nothing is shown.
    package private(set) var marks: [Scene.Mark?]

    /// The mark of lane `lane`; `nil` also where there is no such lane.
    package subscript(lane: Int) -> Scene.Mark? { marks.indices.contains(lane) ? marks[lane] : nil }

    private let isShared: [Bool]
    /// The lanes that the last row touched.
    private var touched: (Int, Int?) = (-1, nil)

    /// The lanes' states before the first row.
    package init(_ lanes: some Sequence<Scene.Lane>) {
        marks = lanes.map(\.before)
        isShared = lanes.map(\.isShared)
    }

    /// Updates the marks to what they are after one more row.
    package mutating func take(_ row: Scene.Row) {
        settle(touched.0)
        if let other = touched.1 { settle(other) }
        let (one, other) = row.ends
        set(one)
        if let other { set(other) }
        touched = (one.lane, other?.lane)
    }

    /// Prepares a lane that the last row touched for the next row: its mark no longer counts as changed, and on a
    /// shared lane it is removed, because the next row may be another connection's.
    private mutating func settle(_ lane: Int) {
        guard marks.indices.contains(lane) else { return }
        if isShared[lane] { marks[lane] = nil } else { marks[lane]?.changed = false }
    }

    private mutating func set(_ end: Scene.End) {
        guard let mark = end.mark, marks.indices.contains(end.lane) else { return }
        marks[end.lane] = mark
    }
}
