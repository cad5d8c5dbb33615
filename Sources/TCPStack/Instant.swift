/// A point in time, in nanoseconds since the caller's clock began. Nothing in this room reads a clock itself.
@frozen public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the clock began.
    public var nanoseconds: Int64

    /// The time this many nanoseconds after the clock began.
    @inlinable public init(nanoseconds: Int64 = 0) { self.nanoseconds = nanoseconds }

    /// The time that is `interval` later. Overflow wraps and does not trap.
    @inlinable public static func + (moment: Instant, interval: Interval) -> Instant {
        Instant(nanoseconds: moment.nanoseconds &+ interval.nanoseconds)
    }

    /// How much later `moment` is than `earlier`; negative where it is earlier.
    @inlinable public static func - (moment: Instant, earlier: Instant) -> Interval {
        Interval(nanoseconds: moment.nanoseconds &- earlier.nanoseconds)
    }

    /// Whether `left` is earlier; both must be times of the same clock.
    @inlinable public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// A length of time, in nanoseconds.
@frozen public struct Interval: Hashable, Comparable, Sendable {
    /// Nanoseconds; may be negative.
    public var nanoseconds: Int64

    /// That many nanoseconds.
    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// A length of 0.
    @inlinable public static var zero: Interval { Interval(nanoseconds: 0) }

    /// That many seconds.
    @inlinable public static func seconds(_ count: Int) -> Interval {
        Interval(nanoseconds: Int64(count) &* 1_000_000_000)
    }

    /// That many milliseconds.
    @inlinable public static func milliseconds(_ count: Int) -> Interval {
        Interval(nanoseconds: Int64(count) &* 1_000_000)
    }

    /// That many microseconds.
    @inlinable public static func microseconds(_ count: Int) -> Interval {
        Interval(nanoseconds: Int64(count) &* 1000)
    }

    /// In whole microseconds, rounded down.
    @inlinable public var microseconds: Int64 { nanoseconds / 1000 }

    /// Whether `left` is shorter; a negative length is shorter than zero.
    @inlinable public static func < (left: Interval, right: Interval) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The sum of two lengths of time. Overflow wraps and does not trap.
    @inlinable public static func + (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: left.nanoseconds &+ right.nanoseconds)
    }

    /// The difference of two lengths of time, which may be negative. Overflow wraps and does not trap.
    @inlinable public static func - (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: left.nanoseconds &- right.nanoseconds)
    }

    /// A length of time, multiplied. Overflow wraps and does not trap.
    @inlinable public static func * (interval: Interval, factor: Int) -> Interval {
        Interval(nanoseconds: interval.nanoseconds &* Int64(factor))
    }

    /// A length of time, divided and rounded toward zero. Traps where the divisor is 0.
    @inlinable public static func / (interval: Interval, divisor: Int) -> Interval {
        Interval(nanoseconds: interval.nanoseconds / Int64(divisor))
    }
}
