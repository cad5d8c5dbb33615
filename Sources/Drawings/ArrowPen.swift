import Scenes

/// Draws arrows, and the signs that say what became of a segment.
struct ArrowPen {
    let prefix: String

    private static let ink = Palette.Ink.ink.light
    private static let alarm = Palette.Ink.alarm.light

    /// How far a sign extends from its center.
    static let signReach = 7.0

    func putLine(
        _ stroke: Stroke, width: Double, isDashed: Bool = false, isDotted: Bool = false, hasHead: Bool,
        className: String = "arrow", in body: inout Markup
    ) {
        body.empty(
            "line",
            [
                ("class", className), ("x1", stroke.from.x.written), ("y1", stroke.from.y.written),
                ("x2", stroke.to.x.written), ("y2", stroke.to.y.written), ("stroke", Self.ink),
                ("stroke-width", width.written),
                ("stroke-dasharray", isDashed ? "7 3" : isDotted ? "2 3" : nil),
                ("marker-end", hasHead ? "url(#\(prefix)head)" : nil),
            ])
    }

    /// Draws the part of its path that a lost segment did not travel.
    func putGhost(_ stroke: Stroke, in body: inout Markup) {
        body.empty(
            "line",
            [
                ("class", "ghost ink-line"), ("x1", stroke.from.x.written), ("y1", stroke.from.y.written),
                ("x2", stroke.to.x.written), ("y2", stroke.to.y.written), ("stroke", Self.ink), ("stroke-width", "1.2"),
                ("stroke-dasharray", "2 4"), ("opacity", "0.4"),
            ])
    }

    /// Draws a cross: the segment was lost on the way.
    func putCross(_ place: Point, in body: inout Markup) {
        let (x, y) = (place.x, place.y)
        let path =
            "M\((x - 5).written) \((y - 5).written)l10 10M\((x - 5).written) \((y + 5).written)l10 -10"
        body.empty(
            "path",
            [
                ("class", "sign lost alarm-line"), ("d", path), ("fill", "none"), ("stroke", Self.alarm),
                ("stroke-width", "2.4"),
            ])
    }

    /// Draws a crossed circle: the segment arrived and was not accepted.
    func putRefused(_ place: Point, in body: inout Markup) {
        putRing(place, radius: 6, className: "refused", ink: .alarm, in: &body)
        let (x, y) = (place.x, place.y)
        let path =
            "M\((x - 3.5).written) \((y - 3.5).written)l7 7M\((x - 3.5).written) \((y + 3.5).written)l7 -7"
        body.empty(
            "path",
            [("class", "alarm-line"), ("d", path), ("fill", "none"), ("stroke", Self.alarm), ("stroke-width", "1.8")])
    }

    /// Draws an empty circle: the segment arrived and brought nothing new.
    func putUseless(_ place: Point, in body: inout Markup) {
        putRing(place, radius: 5, className: "useless", ink: .ink, in: &body)
    }

    private func putRing(
        _ place: Point, radius: Double, className: String, ink: Palette.Ink, in body: inout Markup
    ) {
        body.empty(
            "circle",
            [
                ("class", "sign \(className) paper \(ink.rawValue)-line"), ("cx", place.x.written),
                ("cy", place.y.written), ("r", radius.written), ("fill", Palette.Ink.paper.light),
                ("stroke", ink.light), ("stroke-width", "1.8"),
            ])
    }

    /// The width of a segment's line: thicker if the segment has data, and slightly more so the more data it has.
    static func width(octets: UInt32) -> Double {
        guard octets > 0 else { return 1.6 }
        // 0.4 units for each power of ten.
        var (rest, width) = (octets, 2.4)
        while rest >= 10 {
            rest /= 10
            width += 0.4
        }
        return width
    }
}
