import TCPState

/// A sequence number as people read it: counted from the ISN, which is 0.
public struct RelativeNumber: Sendable, Equatable {
    /// What the number counts from.
    public enum Base: String, Sendable {
        /// The ISN, from the SYN or from the ACK that covers it.
        case isn
        /// No handshake in the capture: the first number seen counts as 1.
        case guessed
        /// This end has no numbers (it refuses): the value is the raw one.
        case none
    }

    /// The number in 64 bits, since a stream may wrap around the header's 32.
    public let value: UInt64
    /// What ``value`` counts from.
    public let base: Base
    /// The number as it stands in the header.
    public let raw: UInt32

    /// Creates a number whose value is given and need not be counted.
    public init(_ value: UInt64, base: Base = .isn, raw: UInt32) {
        self.value = value
        self.base = base
        self.raw = raw
    }

    /// - Parameters:
    ///   - half: the end whose number it is, as it was after the connection's last segment: so a number that was read
    ///     before its SYN was captured counts from the same zero.
    ///   - moment: that end as it was when the number was read, which tells how often the stream had wrapped by then.
    ///   - isStrange: whether the segment belongs to another connection, so that its numbers do not count from this
    ///     one's ISN.
    package init(
        _ raw: UInt32, in half: HalfConnection, at moment: HalfConnection? = nil, isSYN: Bool = false,
        isStrange: Bool = false
    ) {
        self.raw = raw
        if isStrange {
            (value, base) = (UInt64(raw), .none)
            return
        }
        if isSYN {
            // A SYN's own number is the zero of the count, even where it is repeated with another ISN.
            (value, base) = (0, .isn)
            return
        }
        let now = moment ?? half
        let isCounted = now.extent > 0 && now.initialSequence == half.initialSequence
        let place = Int64(clamping: now.extent) + Int64(SequenceNumber(raw).distance(from: now.next))
        if half.marks.contains(.initialKnown) {
            // A number before the ISN is not of this connection: it stands in an RST to a closed port (0), or answers
            // an older one.
            base = isCounted && place < 0 ? .none : .isn
        } else if half.marks.contains(.initialGuessed) {
            base = .guessed
        } else {
            base = .none
        }
        if base == .none {
            value = UInt64(raw)
        } else if isCounted, place >= 0 {
            value = UInt64(place)
        } else {
            value = UInt64(SequenceNumber(raw).relative(to: half.initialSequence))
        }
    }
}
