/// A point in time, in nanoseconds since 1970-01-01T00:00:00Z.
@frozen public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Nanoseconds since the epoch, negative before it: 64 bits reach from 1677 to 2262.
    public var nanoseconds: Int64

    /// The time this many nanoseconds after the epoch; before it, if the number is negative.
    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Compares by the clock of the capture, which may have been set back: a later packet can have an earlier time.
    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Nanoseconds from `start` to this time; negative where the clock went back. Overflow wraps and does not trap,
    /// since timestamps come from files.
    @inlinable public func nanoseconds(since start: Timestamp) -> Int64 { nanoseconds &- start.nanoseconds }
}
