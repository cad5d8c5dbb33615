import TCPState

/// A sequence number as people read it: counted from the ISN, which is 0.
public struct RelativeNumber: Sendable, Equatable {
    public enum Base: String, Sendable {
        /// The ISN, from the SYN or from the ACK that covers it.
        case isn
        /// No handshake in the capture: the first number seen counts as 1.
        case guessed
        /// This end has no numbers (it refuses): the value is the raw one.
        case none
    }

    public let value: UInt32
    public let base: Base
    /// As it stands in the header.
    public let raw: UInt32

    package init(_ raw: UInt32, in half: Half, isSYN: Bool = false) {
        self.raw = raw
        if isSYN {
            // A SYN carries its own zero, also one that is repeated with another ISN.
            (value, base) = (0, .isn)
            return
        }
        if half.marks.contains(.initialKnown) {
            // Before the ISN lies no number of this connection: an RST to a closed port (0), an answer to an older one.
            base =
                SequenceNumber(raw).isBefore(half.initialSequence) && half.next.distance(from: half.initialSequence) > 0
                ? .none : .isn
        } else if half.marks.contains(.initialGuessed) {
            base = .guessed
        } else {
            base = .none
        }
        value = base == .none ? raw : SequenceNumber(raw).relative(to: half.initialSequence)
    }
}
