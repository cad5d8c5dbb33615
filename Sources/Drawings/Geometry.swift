/// A place in a drawing, in its units; y grows downwards.
struct Point: Equatable {
    var x: Double
    var y: Double
}

/// A straight line from one place to another.
struct Stroke {
    var from: Point
    var to: Point

    var length: Double {
        let (dx, dy) = (to.x - from.x, to.y - from.y)
        return (dx * dx + dy * dy).squareRoot()
    }
    var rows: ClosedRange<Double> { min(from.y, to.y)...max(from.y, to.y) }
    /// The place at a share of its way.
    func place(_ share: Double) -> Point {
        Point(x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share)
    }
}

/// A rectangle that may be turned: what a text takes.
struct Box {
    /// The place that its own coordinates count from.
    var origin: Point
    /// The direction of reading, of length 1.
    var direction: Point
    /// Along the direction, and downwards from it.
    var along: ClosedRange<Double>
    var across: ClosedRange<Double>

    init(origin: Point, direction: Point = Point(x: 1, y: 0), along: ClosedRange<Double>, across: ClosedRange<Double>) {
        self.origin = origin
        self.direction = direction
        self.along = along
        self.across = across
    }

    /// A place of the drawing in the box's own coordinates.
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

    /// Whether a line goes through it (Liang and Barsky's clipping).
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

    /// Whether it shares a place with another: no side of either parts them.
    func overlaps(_ other: Box) -> Bool { !isParted(from: other) && !other.isParted(from: self) }

    private func isParted(from other: Box) -> Bool {
        let corners = other.corners.map(own)
        let (xs, ys) = (corners.map(\.x), corners.map(\.y))
        return (xs.max() ?? 0) < along.lowerBound || (xs.min() ?? 0) > along.upperBound
            || (ys.max() ?? 0) < across.lowerBound || (ys.min() ?? 0) > across.upperBound
    }
}
