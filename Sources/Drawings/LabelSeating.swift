/// Finds for each label a place along its arrow that no other arrow crosses and no other label occupies.
struct LabelSeating {
    /// The height of a line of a label.
    static let line = 14.0
    /// The distance between an arrow and its label.
    static let gap = 3.0
    /// The steepest arrow whose label is rotated with it: 15 degrees, as dy / dx.
    private static let steepest = 0.268
    /// Whether a line is so steep that labels along it would have to be rotated too far.
    static func isSteep(_ stroke: Stroke) -> Bool {
        abs(stroke.to.y - stroke.from.y) > steepest * abs(stroke.to.x - stroke.from.x)
    }

    private static let shares = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9]

    /// The place of a label: the middle of the axis that its lines share, and the direction in which it is read.
    struct Seat {
        var middle: Point
        var direction: Point
        /// The distance between the arrow and the first line above it, or below it.
        var gap: Double
        /// The number of lines above the arrow; the others are below it.
        var above: Int
        var boxes: [Box]
    }

    private var strokes = Shelves<(id: Int, stroke: Stroke)>()
    private var boxes = Shelves<Box>()

    mutating func add(_ stroke: Stroke, id: Int) { strokes.add((id, stroke), rows: stroke.rows) }
    mutating func add(_ box: Box) { boxes.add(box, rows: box.rows) }

    /// Finds a place along `stroke` for lines of these widths, the first of which is above the stroke; `nil` if there
    /// is none.
    ///
    /// - Parameter parts: into how many parts of equal length the stroke is divided by bands on which no label may be.
    mutating func seat(_ widths: [Double], gap: Double, along stroke: Stroke, parts: Int, id: Int) -> Seat? {
        guard let width = widths.max() else { return nil }
        // The label is placed in the middle of a part; the sender's part is tried first.
        let shares = parts > 1 ? (0..<parts).map { (Double($0) + 0.5) / Double(parts) } : Self.shares
        for seat in candidates(width, lines: widths.count, gap: gap, along: stroke, shares) where isFree(seat, id: id) {
            for box in seat.boxes { add(box) }
            return seat
        }
        return nil
    }

    /// Finds the middle of a horizontal place for a text along `stroke`; `nil` if there is none.
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
        // The ends' names are above the lifelines, so a label must not extend there.
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
                // Fractions are counted from the sender, to whom the label belongs.
                let wanted = length * (isRightward ? share : 1 - share)
                let place = least <= most ? min(max(wanted, least), most) : length / 2
                let middle = Point(x: left.x + way.x * place, y: left.y + way.y * place)
                result.append(seat(middle, way, half, gap: gap, above: 1, below: lines - 1))
            }
        }
        // A horizontal place above the point where the arrow leaves, for arrows that are too steep or have no room
        // along them.
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

/// Things on a long page, which can be found by their height on it.
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
