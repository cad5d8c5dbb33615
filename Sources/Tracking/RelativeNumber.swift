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

    /// In 64 bits: a stream may go round the 32 of the header.
    public let value: UInt64
    /// What ``value`` counts from.
    public let base: Base
    /// As it stands in the header.
    public let raw: UInt32

    /// A number that was told, not counted.
    public init(_ value: UInt64, base: Base = .isn, raw: UInt32) {
        self.value = value
        self.base = base
        self.raw = raw
    }

    /// - Parameters:
    ///   - half: the end whose number it is, as the connection leaves it: so that a number that was read before its SYN was
    ///     captured counts from the same zero.
    ///   - moment: the same when the number was read, which tells how often the stream had gone round.
    ///   - isStrange: whether the segment is of another connection, so that its numbers count from no zero of this one.
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
            // A SYN carries its own zero, also one that is repeated with another ISN.
            (value, base) = (0, .isn)
            return
        }
        let now = moment ?? half
        let isCounted = now.extent > 0 && now.initialSequence == half.initialSequence
        let place = Int64(clamping: now.extent) + Int64(SequenceNumber(raw).distance(from: now.next))
        if half.marks.contains(.initialKnown) {
            // Before the ISN lies no number of this connection: an RST to a closed port (0), an answer to an older one.
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
