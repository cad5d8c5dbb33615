/// A range of a band's height. A long ladder is laid out once and drawn window by window.
struct Window {
    private var heights = -Double.infinity...Double.infinity

    /// Creates a window that shows everything.
    init() {}

    init(_ heights: ClosedRange<Double>) { self.heights = heights }

    func shows(_ heights: ClosedRange<Double>) -> Bool { self.heights.overlaps(heights) }
}

/// A timer that is drawn beside a lifeline, from its start to its expiration.
struct Wedge {
    var timer: DrawnTimer
    var lane: Int
    var heights: ClosedRange<Double>
}
