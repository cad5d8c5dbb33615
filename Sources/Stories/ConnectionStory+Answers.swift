import TCPWire
import Tracking

extension ConnectionStory {
    /// What an ACK answers: the segment whose end is its acknowledgment number.
    public struct Answer: Sendable, Equatable {
        /// The number of the answered segment's packet.
        public let number: Int
        /// Octets of data that the answered segment carried.
        public let octets: UInt32
        /// Whether it was a SYN or a FIN, each of which takes a number.
        public let takesNumber: Bool

        /// How far the answered segment moves the sequence number on.
        public var advance: UInt32 { octets &+ (takesNumber ? 1 : 0) }
    }

    /// For each step the segment that its ACK answers; `nil` where it has no ACK, or none of the steps ends at its
    /// acknowledgment number.
    public var answers: [Answer?] {
        /// For each end and number: the last segment that ends there.
        var ends: [Party: [UInt32: Answer]] = [:]
        return steps.map { step in
            let header = step.segment.header
            let answer = header.flags.contains(.ack) ? ends[step.sender.other]?[header.acknowledgment] : nil
            let takesNumber = !header.flags.isDisjoint(with: [.syn, .fin])
            if header.payloadLength > 0 || takesNumber {
                let own = Answer(
                    number: step.segment.number, octets: header.payloadLength, takesNumber: takesNumber)
                ends[step.sender, default: [:]][header.sequence &+ own.advance] = own
            }
            return answer
        }
    }
}
