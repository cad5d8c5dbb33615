import Narration

// Part of a scene, by its packets' numbers.
extension Scene {
    /// The numbers of its first and last segment; `nil` where there is none.
    public var segmentNumbers: ClosedRange<Int>? {
        var found: ClosedRange<Int>?
        for row in rows {
            guard case .segment(let segment) = row else { continue }
            let known = found ?? segment.number...segment.number
            found = min(known.lowerBound, segment.number)...max(known.upperBound, segment.number)
        }
        return found
    }

    /// The rows from the first segment whose number lies in `numbers` to the last, with what happened between that one and the next.
    /// The states at the top are those that the rows before have led to. At both ends a line says how many segments are left out.
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

    /// The lanes with the states that the rows before `index` have led to.
    private func lanes(above index: Int) -> [Lane] {
        guard index > 0 else { return lanes }
        var marks = LaneMarks(lanes)
        for row in rows[..<index] { marks.take(row) }
        return lanes.enumerated().map { place, lane in
            var lane = lane
            // What is several connections' shows a state in a row of one of them only.
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
