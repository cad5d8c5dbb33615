/// A stretch of a band's height: a long ladder is laid out once and drawn window by window.
struct Window {
    private var heights = -Double.infinity...Double.infinity

    /// All of it.
    init() {}

    init(_ heights: ClosedRange<Double>) { self.heights = heights }

    func shows(_ heights: ClosedRange<Double>) -> Bool { self.heights.overlaps(heights) }
}

/// A timer beside a lifeline, from where it was set to where it ran out.
struct Wedge {
    var timer: DrawnTimer
    var lane: Int
    var heights: ClosedRange<Double>
}
