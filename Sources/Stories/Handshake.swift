import FlatMemory
import TCPWire
import Tracking

/// The three segments of a handshake, and the rule that ties their numbers.
public struct Handshake: Sendable {
    /// SYN, SYN-ACK and ACK.
    public let steps: [ConnectionStory.Step]
    private let record: ConnectionRecord

    /// `nil` where the three are not all there.
    public init?(_ story: ConnectionStory) {
        let kinds: [ConnectionStory.Kind] = [.syn, .synAck, .handshakeAck]
        // Those that did what they were for: of one that was lost, none of the others' options tell.
        let found = kinds.compactMap { kind in
            story.steps.first { $0.kind == kind && $0.fate == .arrived } ?? story.steps.first { $0.kind == kind }
        }
        guard found.count == kinds.count else { return nil }
        steps = found
        record = story.record
    }

    /// An answer and what it answers, and whether ack = seq + 1 holds on their very numbers.
    public struct Check: Sendable {
        /// The segment whose acknowledgment number is checked.
        public let answer: ConnectionStory.Step
        /// The segment whose sequence number it must be one more than.
        public let question: ConnectionStory.Step

        /// Whether the numbers are as the rule says.
        public var holds: Bool {
            answer.segment.header.acknowledgment == question.segment.header.sequence &+ 1
        }
    }

    /// The SYN-ACK answers the SYN, the ACK the SYN-ACK.
    public var checks: [Check] {
        [Check(answer: steps[1], question: steps[0]), Check(answer: steps[2], question: steps[1])]
    }

    /// The window field counts units of 2 to the power of the scale that its sender offered, except in a SYN, and only
    /// where both ends offered one (RFC 7323 2.2).
    public func windowBytes(_ step: ConnectionStory.Step) -> Int {
        let window = Int(step.segment.header.window)
        guard !step.segment.header.flags.contains(.syn) else { return window }
        return window << Int(record.windowShift(of: record.side(of: step.sender)) ?? 0)
    }

    /// Whether a checksum holds only the pseudo-header's sum, as on a loopback, where nobody fills it in.
    public var hasUnfilledChecksum: Bool { steps.contains { hasUnfilledChecksum($0) } }

    /// The same of one of them.
    public func hasUnfilledChecksum(_ step: ConnectionStory.Step) -> Bool {
        if case .partial = TCPChecksum.verify(step.segment.header, in: step.segment.frame.octets) {
            true
        } else {
            false
        }
    }
}
