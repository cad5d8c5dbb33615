import Scenes

/// Draws arrows, and the signs for what became of a segment.
struct ArrowPen {
    let prefix: String

    private static let ink = Palette.Ink.ink.light
    private static let alarm = Palette.Ink.alarm.light

    /// So far a sign reaches from its place.
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

    /// The rest of the way of a segment that did not arrive.
    func putGhost(_ stroke: Stroke, in body: inout Markup) {
        body.empty(
            "line",
            [
                ("class", "ghost ink-line"), ("x1", stroke.from.x.written), ("y1", stroke.from.y.written),
                ("x2", stroke.to.x.written), ("y2", stroke.to.y.written), ("stroke", Self.ink), ("stroke-width", "1.2"),
                ("stroke-dasharray", "2 4"), ("opacity", "0.4"),
            ])
    }

    /// Lost on the way.
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

    /// It arrived and was not taken.
    func putRefused(_ place: Point, in body: inout Markup) {
        putRing(place, radius: 6, className: "refused", ink: .alarm, in: &body)
        let (x, y) = (place.x, place.y)
        let path =
            "M\((x - 3.5).written) \((y - 3.5).written)l7 7M\((x - 3.5).written) \((y + 3.5).written)l7 -7"
        body.empty(
            "path",
            [("class", "alarm-line"), ("d", path), ("fill", "none"), ("stroke", Self.alarm), ("stroke-width", "1.8")])
    }

    /// It arrived and brought nothing.
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

    /// A line's width: a segment with data is thicker, and a little thicker the more it holds.
    static func width(octets: UInt32) -> Double {
        guard octets > 0 else { return 1.6 }
        // Half a unit for each power of ten.
        var (rest, width) = (octets, 2.4)
        while rest >= 10 {
            rest /= 10
            width += 0.4
        }
        return width
    }
}
