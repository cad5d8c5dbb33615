/// A moment, in nanoseconds since 1970-01-01T00:00:00Z.
@frozen public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Nanoseconds since the epoch, negative before it: 64 bits reach from 1677 to 2262.
    public var nanoseconds: Int64

    /// The moment so many nanoseconds after the epoch, or before it where negative.
    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// By the clock that stamped them, which may have been set back: a later packet can have an earlier time.
    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Nanoseconds from `start` to here; negative where the clock went back. Wraps rather than traps: timestamps come
    /// from files.
    @inlinable public func nanoseconds(since start: Timestamp) -> Int64 { nanoseconds &- start.nanoseconds }
}
