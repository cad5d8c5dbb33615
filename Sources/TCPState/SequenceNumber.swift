/// A TCP sequence number: 32 bits on a circle (RFC 9293 3.4).
///
/// It is deliberately not `Comparable`: which of two numbers comes first is only defined while they lie within half the
/// circle of each other, and is not transitive.
@frozen public struct SequenceNumber: Hashable, Sendable {
    /// The number as the header carries it.
    public var rawValue: UInt32

    /// The number of a header's sequence or acknowledgment field.
    @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// The number `count` octets further on.
    @inlinable public static func + (number: SequenceNumber, count: UInt32) -> SequenceNumber {
        SequenceNumber(number.rawValue &+ count)
    }

    /// The number `count` octets before.
    @inlinable public static func - (number: SequenceNumber, count: UInt32) -> SequenceNumber {
        SequenceNumber(number.rawValue &- count)
    }

    /// Octets from `other` to here; negative where this one comes first.
    @inlinable public func distance(from other: SequenceNumber) -> Int32 {
        Int32(bitPattern: rawValue &- other.rawValue)
    }

    /// Octets from `base` to here, going forward round the circle: the relative number that people read.
    @inlinable public func relative(to base: SequenceNumber) -> UInt32 { rawValue &- base.rawValue }

    /// Whether it comes before `other`, which must lie less than 2^31 octets away: of two that are just so far apart,
    /// each would
    /// count as before the other.
    @inlinable public func isBefore(_ other: SequenceNumber) -> Bool { distance(from: other) < 0 }
    /// Whether it comes behind `other`, which must lie less than 2^31 octets away.
    @inlinable public func isAfter(_ other: SequenceNumber) -> Bool { distance(from: other) > 0 }
    /// Whether it is `other` or ``isBefore(_:)`` it.
    @inlinable public func isAtOrBefore(_ other: SequenceNumber) -> Bool { distance(from: other) <= 0 }
    /// Whether it is `other` or ``isAfter(_:)`` it.
    @inlinable public func isAtOrAfter(_ other: SequenceNumber) -> Bool { distance(from: other) >= 0 }

    /// The later of the two.
    @inlinable public func later(_ other: SequenceNumber) -> SequenceNumber { isBefore(other) ? other : self }

    /// Whether it lies in the window of `size` octets that starts at `start` (RFC 9293 3.4, "RCV.NXT =< SEG.SEQ <
    /// RCV.NXT+RCV.WND").
    @inlinable public func isInWindow(from start: SequenceNumber, size: UInt32) -> Bool { relative(to: start) < size }
}

extension SequenceNumber: CustomStringConvertible {
    /// The number in decimal, absolute: not relative to an initial sequence number.
    public var description: String { String(rawValue) }
}
