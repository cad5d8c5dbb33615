import FlatMemory
import TCPState
import TCPWire
import Tracking

/// Recognizes a connection in which each segment goes on where the last one ended, so that judging it would change
/// nothing. This takes one look at each segment, where judging takes a dozen.
private struct PlainConversation {
    private struct End {
        /// The number that it sends next; `nil` before its first segment.
        var next: SequenceNumber?
        /// The last number that it acknowledged, and the window that it offered with it. No two of its pure ACKs may
        /// have both in common.
        var acknowledged: SequenceNumber?
        var window: UInt16 = 0
        var stamp: UInt32?
    }

    private var ends = (End(), End())
    private var opening: TrackedSegment?
    private var count = 0
    private let first: StoredSegment

    init(startingWith first: StoredSegment) { self.first = first }

    /// - Returns: whether this segment and all before it go on where the last one ended.
    mutating func goesOn(with segment: StoredSegment, after last: StoredSegment) -> Bool {
        let tracked = segment.tracked
        guard segment.verdict == .taken, segment.time >= last.time, segment.header.channel == first.header.channel,
            !tracked.flags.contains(.rst), isInPlace(tracked)
        else { return false }
        if case .wrong = TCPChecksum.verify(segment.header, in: segment.frame.octets) { return false }
        count += 1
        return tracked.side == 0
            ? Self.take(segment, tracked, by: &ends.0, peer: ends.1)
            : Self.take(segment, tracked, by: &ends.1, peer: ends.0)
    }

    /// Whether a SYN, if this is one, is the first segment, or a SYN-ACK the second one and its answer.
    private mutating func isInPlace(_ segment: TrackedSegment) -> Bool {
        guard segment.flags.contains(.syn) else { return true }
        if !segment.flags.contains(.ack) {
            opening = segment
            return count == 0
        }
        guard count == 1, let opening else { return false }
        return segment.side != opening.side && segment.acknowledgment == opening.sequence + 1
    }

    private static func take(
        _ segment: StoredSegment, _ tracked: TrackedSegment, by end: inout End, peer: End
    ) -> Bool {
        guard end.next.map({ $0 == tracked.sequence }) ?? true else { return false }
        end.next = tracked.sequence + tracked.sequenceLength
        if let stamps = segment.header.timestamps(in: segment.frame.octets) {
            guard end.stamp.map({ Int32(bitPattern: stamps.value &- $0) >= 0 }) ?? true else { return false }
            end.stamp = stamps.value
        }
        guard tracked.flags.contains(.ack) else { return true }
        let number = tracked.acknowledgment
        guard peer.next.map(number.isAtOrBefore) ?? true else { return false }
        if let known = end.acknowledged {
            guard number.isAtOrAfter(known) else { return false }
            let isBare = tracked.sequenceLength == 0
            guard number != known || !isBare || tracked.window > end.window else { return false }
            end.window = number == known ? max(end.window, tracked.window) : tracked.window
        } else {
            end.window = tracked.window
        }
        end.acknowledged = number
        return true
    }
}

extension [StoredSegment] {
    /// Whether each segment goes on where the last one ended, so that ``judged`` has nothing to add. Where this is
    /// false, ``judged`` may still have nothing to add.
    package var isPlain: Bool {
        guard let first else { return true }
        let segments = span
        var conversation = PlainConversation(startingWith: first)
        for index in segments.indices
        where !conversation.goesOn(with: segments[index], after: segments[Swift.max(0, index - 1)]) {
            return false
        }
        return true
    }
}
