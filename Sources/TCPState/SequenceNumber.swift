/// A TCP sequence number: 32 bits, counted modulo 2^32 (RFC 9293 3.4).
///
/// It is deliberately not `Comparable`: which of two numbers comes first is only defined while they are less than 2^31
/// apart, and this relation is not transitive.
@frozen public struct SequenceNumber: Hashable, Sendable {
    /// The number as it is in the header.
    public var rawValue: UInt32

    /// The number of a header's sequence or acknowledgment field.
    @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// The number `count` octets further on.
    @inlinable public static func + (number: SequenceNumber, count: UInt32) -> SequenceNumber {
        SequenceNumber(number.rawValue &+ count)
    }

    /// The number `count` octets earlier.
    @inlinable public static func - (number: SequenceNumber, count: UInt32) -> SequenceNumber {
        SequenceNumber(number.rawValue &- count)
    }

    /// Octets from `other` to this number; negative where this one comes first.
    @inlinable public func distance(from other: SequenceNumber) -> Int32 {
        Int32(bitPattern: rawValue &- other.rawValue)
    }

    /// Octets from `base` to this number, counted upwards modulo 2^32: the relative number that people read.
    @inlinable public func relative(to base: SequenceNumber) -> UInt32 { rawValue &- base.rawValue }

    /// Whether it comes before `other`, which must be less than 2^31 octets away: of two numbers that are exactly so
    /// far apart, each would count as before the other.
    @inlinable public func isBefore(_ other: SequenceNumber) -> Bool { distance(from: other) < 0 }
    /// Whether it comes after `other`, which must be less than 2^31 octets away.
    @inlinable public func isAfter(_ other: SequenceNumber) -> Bool { distance(from: other) > 0 }
    /// Whether it equals `other` or comes before it (``isBefore(_:)``).
    @inlinable public func isAtOrBefore(_ other: SequenceNumber) -> Bool { distance(from: other) <= 0 }
    /// Whether it equals `other` or comes after it (``isAfter(_:)``).
    @inlinable public func isAtOrAfter(_ other: SequenceNumber) -> Bool { distance(from: other) >= 0 }

    /// The later of the two.
    @inlinable public func later(_ other: SequenceNumber) -> SequenceNumber { isBefore(other) ? other : self }

    /// Whether the number lies in the window of `size` octets that begins at `start` (RFC 9293 3.4, "RCV.NXT =< SEG.SEQ
    /// < RCV.NXT+RCV.WND").
    @inlinable public func isInWindow(from start: SequenceNumber, size: UInt32) -> Bool { relative(to: start) < size }
}

extension SequenceNumber: CustomStringConvertible {
    /// The number in decimal, absolute: not relative to an initial sequence number.
    public var description: String { String(rawValue) }
}
