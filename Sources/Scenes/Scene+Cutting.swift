import Narration

// Showing only the packets of a range of numbers.
extension Scene {
    /// The lowest and the highest number of the scene's segments; `nil` where there is none.
    public var segmentNumbers: ClosedRange<Int>? {
        var found: ClosedRange<Int>?
        for row in rows {
            guard case .segment(let segment) = row else { continue }
            let known = found ?? segment.number...segment.number
            found = min(known.lowerBound, segment.number)...max(known.upperBound, segment.number)
        }
        return found
    }

    /// The rows from the first segment whose number is in `numbers` to the last such segment, and any rows of other
    /// kinds between that one and the next segment. The lanes begin with the states after the rows left out before. At
    /// both ends a line says how many segments are left out.
    ///
    /// - Returns: `nil` where no segment has a number in `numbers`.
    public func cut(to numbers: ClosedRange<Int>) -> Scene? {
        func isMeant(_ row: Row) -> Bool {
            if case .segment(let segment) = row { numbers.contains(segment.number) } else { false }
        }
        guard let firstMeant = rows.firstIndex(where: isMeant), let lastMeant = rows.lastIndex(where: isMeant) else {
            return nil
        }
        let before = rows[..<firstMeant].segmentCount
        let first = before == 0 ? 0 : firstMeant
        let after = rows[(lastMeant + 1)...].segmentCount
        let end = rows[(lastMeant + 1)...].firstIndex { if case .segment = $0 { true } else { false } } ?? rows.count
        var scene = self
        scene.rows = Array(rows[first..<end])
        scene.lanes = lanes(above: first)
        if before > 0 { scene.rows.insert(.moment(leftOut(PictureWords.leftOut(before: before))), at: 0) }
        if after > 0 { scene.rows.append(.moment(leftOut(PictureWords.leftOut(after: after)))) }
        return scene
    }

    /// The lanes, beginning with the states after the rows before `index`.
    private func lanes(above index: Int) -> [Lane] {
        guard index > 0 else { return lanes }
        var marks = LaneMarks(lanes)
        for row in rows[..<index] { marks.take(row) }
        return lanes.enumerated().map { place, lane in
            var lane = lane
            // A lane shared by several connections shows a state only within a row of one of them.
            lane.before = lane.isShared ? nil : marks[place]
            lane.before?.changed = false
            return lane
        }
    }

    private func leftOut(_ words: Text) -> Moment {
        Moment(time: nil, end: End(lane: 0), peer: min(1, max(0, lanes.count - 1)), what: words)
    }
}

extension ArraySlice<Scene.Row> {
    fileprivate var segmentCount: Int { count { if case .segment = $0 { true } else { false } } }
}
