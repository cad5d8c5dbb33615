/// Finds each label a place along its arrow where no other arrow goes through it and no other label stands.
struct LabelSeating {
    /// The height of a line of a label.
    static let line = 14.0
    /// Between an arrow and its label.
    static let gap = 3.0
    /// The steepest arrow whose label is turned with it: 15 degrees, as dy over dx.
    private static let steepest = 0.268
    /// Whether labels along a line would have to be turned too far.
    static func isSteep(_ stroke: Stroke) -> Bool {
        abs(stroke.to.y - stroke.from.y) > steepest * abs(stroke.to.x - stroke.from.x)
    }

    private static let shares = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9]

    /// A label that has a place: the middle of its lines' common axis, and the direction in which it is read.
    struct Seat {
        var middle: Point
        var direction: Point
        /// Between the arrow and the first line above it, or below.
        var gap: Double
        /// Lines above the arrow; the others stand below.
        var above: Int
        var boxes: [Box]
    }

    private var strokes = Shelves<(id: Int, stroke: Stroke)>()
    private var boxes = Shelves<Box>()

    mutating func add(_ stroke: Stroke, id: Int) { strokes.add((id, stroke), rows: stroke.rows) }
    mutating func add(_ box: Box) { boxes.add(box, rows: box.rows) }

    /// A place for the lines of these widths along `stroke`, the first of them above it; `nil` where there is none.
    ///
    /// - Parameter parts: so many parts of the same length is the stroke cut into by what no label may stand on.
    mutating func seat(_ widths: [Double], gap: Double, along stroke: Stroke, parts: Int, id: Int) -> Seat? {
        guard let width = widths.max() else { return nil }
        // In the middle of a part, that of the sender first.
        let shares = parts > 1 ? (0..<parts).map { (Double($0) + 0.5) / Double(parts) } : Self.shares
        for seat in candidates(width, lines: widths.count, gap: gap, along: stroke, shares) where isFree(seat, id: id) {
            for box in seat.boxes { add(box) }
            return seat
        }
        return nil
    }

    /// The middle of a level place for a text along `stroke`; `nil` where there is none.
    mutating func place(width: Double, height: Double, along stroke: Stroke) -> Point? {
        for share in Self.shares {
            let middle = stroke.place(share)
            let box = Box(origin: middle, along: (-width / 2)...(width / 2), across: (-height / 2)...(height / 2))
            guard isFree(box, id: -1) else { continue }
            add(box)
            return middle
        }
        return nil
    }

    private func isFree(_ seat: Seat, id: Int) -> Bool { seat.boxes.allSatisfy { isFree($0, id: id) } }

    private func isFree(_ box: Box, id: Int) -> Bool {
        let rows = box.rows
        // Above the lifelines stand the ends' names.
        return rows.lowerBound >= 0 && !strokes.contains(in: rows) { $0.id != id && box.isCrossed(by: $0.stroke) }
            && !boxes.contains(in: rows) { $0.overlaps(box) }
    }

    private func candidates(
        _ width: Double, lines: Int, gap: Double, along stroke: Stroke, _ shares: [Double]
    ) -> [Seat] {
        let length = stroke.length
        guard length > 1 else { return [] }
        let isRightward = stroke.to.x >= stroke.from.x
        let (left, right) = isRightward ? (stroke.from, stroke.to) : (stroke.to, stroke.from)
        let way = Point(x: (right.x - left.x) / length, y: (right.y - left.y) / length)
        var result: [Seat] = []
        if !Self.isSteep(stroke) {
            let half = width / 2 + 2
            let (least, most) = (half + 12, length - half - 12)
            for share in shares where least <= most || share == shares[0] {
                // Shares count from the sender, whose words they are.
                let wanted = length * (isRightward ? share : 1 - share)
                let place = least <= most ? min(max(wanted, least), most) : length / 2
                let middle = Point(x: left.x + way.x * place, y: left.y + way.y * place)
                result.append(seat(middle, way, half, gap: gap, above: 1, below: lines - 1))
            }
        }
        // Level, above the place where the arrow leaves: for what is too steep, or has no room along its way.
        let half = width / 2 + 2
        let x = stroke.from.x + (isRightward ? half + 8 : -half - 8)
        result.append(
            seat(Point(x: x, y: stroke.from.y), Point(x: 1, y: 0), half, gap: gap, above: lines, below: 0))
        return result
    }

    private func seat(
        _ middle: Point, _ way: Point, _ half: Double, gap: Double, above: Int, below: Int
    ) -> Seat {
        var boxes: [Box] = []
        func add(_ across: ClosedRange<Double>) {
            boxes.append(Box(origin: middle, direction: way, along: -half...half, across: across))
        }
        if above > 0 { add((-gap - Double(above) * Self.line + 1)...(-gap)) }
        if below > 0 { add(gap...(gap + Double(below) * Self.line - 1)) }
        return Seat(middle: middle, direction: way, gap: gap, above: above, boxes: boxes)
    }
}

/// Things that lie somewhere on a long page, found by their height on it.
private struct Shelves<Thing> {
    private static var height: Double { 64 }
    private var shelves: [Int: [Thing]] = [:]

    private static func shelf(_ y: Double) -> Int { Int(max(-1e9, min(1e9, y / height)).rounded(.down)) }

    mutating func add(_ thing: Thing, rows: ClosedRange<Double>) {
        for shelf in Self.shelf(rows.lowerBound)...Self.shelf(rows.upperBound) {
            shelves[shelf, default: []].append(thing)
        }
    }

    func contains(in rows: ClosedRange<Double>, _ isMeant: (Thing) -> Bool) -> Bool {
        for shelf in Self.shelf(rows.lowerBound)...Self.shelf(rows.upperBound) {
            if shelves[shelf]?.contains(where: isMeant) ?? false { return true }
        }
        return false
    }
}
