/// A point in time, in nanoseconds since 1970-01-01T00:00:00Z.
@frozen public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Nanoseconds from `start` to this time; negative where the clock went back. Overflow wraps and does not trap,
    /// since timestamps come from files.
    @inlinable public func nanoseconds(since start: Timestamp) -> Int64 { nanoseconds &- start.nanoseconds }
}
