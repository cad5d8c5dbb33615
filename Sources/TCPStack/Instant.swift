/// A moment on the clock that is handed in, in nanoseconds since whenever that clock began. Nothing in this room reads a
/// clock of its own.
@frozen public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the clock began.
    public var nanoseconds: Int64

    /// The moment that many nanoseconds after the clock began.
    @inlinable public init(nanoseconds: Int64 = 0) { self.nanoseconds = nanoseconds }

    /// The moment `interval` later. Wraps rather than traps.
    @inlinable public static func + (moment: Instant, interval: Interval) -> Instant {
        Instant(nanoseconds: moment.nanoseconds &+ interval.nanoseconds)
    }

    /// How much later `moment` is than `earlier`; negative where it is not.
    @inlinable public static func - (moment: Instant, earlier: Instant) -> Interval {
        Interval(nanoseconds: moment.nanoseconds &- earlier.nanoseconds)
    }

    /// Whether `left` comes first; both must be of the same clock.
    @inlinable public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// A length of time, in nanoseconds.
@frozen public struct Interval: Hashable, Comparable, Sendable {
    /// Nanoseconds; may be negative.
    public var nanoseconds: Int64

    /// That many nanoseconds.
    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Nothing.
    @inlinable public static var zero: Interval { Interval(nanoseconds: 0) }

    /// That many seconds.
    @inlinable public static func seconds(_ count: Int) -> Interval {
        Interval(nanoseconds: Int64(count) &* 1_000_000_000)
    }

    /// That many thousandths of a second.
    @inlinable public static func milliseconds(_ count: Int) -> Interval {
        Interval(nanoseconds: Int64(count) &* 1_000_000)
    }

    /// That many millionths of a second.
    @inlinable public static func microseconds(_ count: Int) -> Interval {
        Interval(nanoseconds: Int64(count) &* 1000)
    }

    /// In whole microseconds, rounded down.
    @inlinable public var microseconds: Int64 { nanoseconds / 1000 }

    /// Whether `left` is shorter; a negative length is shorter than zero.
    @inlinable public static func < (left: Interval, right: Interval) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Both one after the other. Wraps rather than traps.
    @inlinable public static func + (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: left.nanoseconds &+ right.nanoseconds)
    }

    /// What is left of the one without the other; may be negative. Wraps rather than traps.
    @inlinable public static func - (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: left.nanoseconds &- right.nanoseconds)
    }

    /// So many times as long. Wraps rather than traps.
    @inlinable public static func * (interval: Interval, factor: Int) -> Interval {
        Interval(nanoseconds: interval.nanoseconds &* Int64(factor))
    }

    /// The n-th part, rounded toward zero. Traps where the divisor is 0.
    @inlinable public static func / (interval: Interval, divisor: Int) -> Interval {
        Interval(nanoseconds: interval.nanoseconds / Int64(divisor))
    }
}
