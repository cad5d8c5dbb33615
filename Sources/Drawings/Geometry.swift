/// A point in a drawing, in its units; y increases downwards.
struct Point: Equatable {
    var x: Double
    var y: Double
}

/// A straight line from one point to another.
struct Stroke {
    var from: Point
    var to: Point

    var length: Double {
        let (dx, dy) = (to.x - from.x, to.y - from.y)
        return (dx * dx + dy * dy).squareRoot()
    }
    var rows: ClosedRange<Double> { min(from.y, to.y)...max(from.y, to.y) }
    /// The point at a fraction of the line's length.
    func place(_ share: Double) -> Point {
        Point(x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share)
    }
}

/// A rectangle, possibly rotated, such as the area that a text occupies.
struct Box {
    /// The point from which the box's own coordinates are counted.
    var origin: Point
    /// The direction in which the text is read, as a vector of length 1.
    var direction: Point
    /// The extent along that direction, and at right angles to it (downwards).
    var along: ClosedRange<Double>
    var across: ClosedRange<Double>

    init(origin: Point, direction: Point = Point(x: 1, y: 0), along: ClosedRange<Double>, across: ClosedRange<Double>) {
        self.origin = origin
        self.direction = direction
        self.along = along
        self.across = across
    }

    /// Converts a point of the drawing to the box's own coordinates.
    private func own(_ point: Point) -> Point {
        let (dx, dy) = (point.x - origin.x, point.y - origin.y)
        return Point(x: dx * direction.x + dy * direction.y, y: dy * direction.x - dx * direction.y)
    }

    private func place(_ u: Double, _ v: Double) -> Point {
        Point(
            x: origin.x + u * direction.x - v * direction.y, y: origin.y + u * direction.y + v * direction.x)
    }

    var corners: [Point] {
        [
            place(along.lowerBound, across.lowerBound), place(along.upperBound, across.lowerBound),
            place(along.upperBound, across.upperBound), place(along.lowerBound, across.upperBound),
        ]
    }

    var rows: ClosedRange<Double> {
        let ys = corners.map(\.y)
        return (ys.min() ?? 0)...(ys.max() ?? 0)
    }

    /// Whether a line crosses the box (Liang and Barsky's clipping).
    func isCrossed(by stroke: Stroke) -> Bool {
        let (start, end) = (own(stroke.from), own(stroke.to))
        var (first, last) = (0.0, 1.0)
        for (from, to, range) in [(start.x, end.x, along), (start.y, end.y, across)] {
            let way = to - from
            if way == 0 {
                if !range.contains(from) { return false }
                continue
            }
            let (one, other) = ((range.lowerBound - from) / way, (range.upperBound - from) / way)
            first = max(first, min(one, other))
            last = min(last, max(one, other))
            if first > last { return false }
        }
        return true
    }

    /// Whether the two boxes overlap: no side of either separates them.
    func overlaps(_ other: Box) -> Bool { !isParted(from: other) && !other.isParted(from: self) }

    private func isParted(from other: Box) -> Bool {
        let corners = other.corners.map(own)
        let (xs, ys) = (corners.map(\.x), corners.map(\.y))
        return (xs.max() ?? 0) < along.lowerBound || (xs.min() ?? 0) > along.upperBound
            || (ys.max() ?? 0) < across.lowerBound || (ys.min() ?? 0) > across.upperBound
    }
}
