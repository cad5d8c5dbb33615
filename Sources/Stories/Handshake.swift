import FlatMemory
import TCPWire
import Tracking

/// The three segments of a handshake, and the check of their numbers.
public struct Handshake: Sendable {
    /// SYN, SYN-ACK and ACK.
    public let steps: [ConnectionStory.Step]
    private let record: ConnectionRecord

    /// The handshake of a story; `nil` where not all three segments are there.
    public init?(_ story: ConnectionStory) {
        let kinds: [ConnectionStory.Kind] = [.syn, .synAck, .handshakeAck]
        // Segments that arrived are preferred: the options of a lost one say nothing about the connection.
        let found = kinds.compactMap { kind in
            story.steps.first { $0.kind == kind && $0.fate == .arrived } ?? story.steps.first { $0.kind == kind }
        }
        guard found.count == kinds.count else { return nil }
        steps = found
        record = story.record
    }

    /// An answer and the segment that it answers, to check that ack = seq + 1.
    public struct Check: Sendable {
        /// The segment whose acknowledgment number is checked.
        public let answer: ConnectionStory.Step
        /// The segment that it answers, whose sequence number must be one less.
        public let question: ConnectionStory.Step

        /// Whether ack = seq + 1 holds.
        public var holds: Bool {
            answer.segment.header.acknowledgment == question.segment.header.sequence &+ 1
        }
    }

    /// Two checks: the SYN-ACK answers the SYN, and the ACK answers the SYN-ACK.
    public var checks: [Check] {
        [Check(answer: steps[1], question: steps[0]), Check(answer: steps[2], question: steps[1])]
    }

    /// The window that a segment offers, in octets. The field counts units of two to the power of the scale that its
    /// sender offered, except in a SYN, and only if both ends offered one (RFC 7323 2.2).
    public func windowBytes(_ step: ConnectionStory.Step) -> Int {
        let window = Int(step.segment.header.window)
        guard !step.segment.header.flags.contains(.syn) else { return window }
        return window << Int(record.windowShift(of: record.side(of: step.sender)) ?? 0)
    }

    /// Whether one of the checksums is only the sum of the pseudo-header, as on a loopback device, where nobody
    /// completes it.
    public var hasUnfilledChecksum: Bool { steps.contains { hasUnfilledChecksum($0) } }

    /// Whether this segment's checksum is only the sum of the pseudo-header.
    public func hasUnfilledChecksum(_ step: ConnectionStory.Step) -> Bool {
        if case .partial = TCPChecksum.verify(step.segment.header, in: step.segment.frame.octets) {
            true
        } else {
            false
        }
    }
}
