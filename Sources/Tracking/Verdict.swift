import TCPWire

/// What a segment turned out to be once all of its connection was known. A capture shows packets; a verdict says what they were
/// on the wire.
public enum Verdict: Sendable, Equatable, BitwiseCopyable {
    /// Why a receiver did not take a segment.
    public enum Refusal: Sendable, Equatable, BitwiseCopyable {
        /// A SYN into a connection that goes on (RFC 9293 3.10.7.4, RFC 5961 4.2).
        case syn
        /// An RST that its receiver ignored, or only asked back about (RFC 5961 3.2).
        case reset
        /// Its numbers are not those that its receiver takes now (RFC 9293 3.10.7.4, first).
        case window
        /// It acknowledges what was not sent yet (RFC 9293 3.10.7.4).
        case acknowledgment
        /// Other octets than were sent with the same numbers before, which its receiver has (RFC 9293 3.10.7.4).
        case octets
        /// Older than what its receiver had got by the timestamps (RFC 7323 5.3, PAWS).
        case oldTimestamp
    }

    /// Nothing speaks against it.
    case taken
    /// The packet of that number, captured a second time.
    case copy(of: Int)
    /// Its checksum is wrong: its sender sent it, and its receiver dropped it.
    case corrupt
    /// Its receiver did not take it.
    case refused(Refusal)
    /// An RST that its receiver took and that its sender's TCP did not send: that goes on.
    case foreign
}

extension ConnectionCursor {
    /// Takes the next segment as what it turned out to be.
    ///
    /// - Returns: what it is to the connection, empty where it is nothing to it; `nil` where it is of another connection,
    ///   which changes nothing.
    package mutating func take(_ segment: TrackedSegment, as verdict: Verdict) -> SegmentReading? {
        switch verdict {
        case .taken: return take(segment)
        case .refused(.reset):
            guard isOwn(segment, opening: false) else { return nil }
            takeRefused(reset: segment)
            return SegmentReading()
        case .copy, .refused:
            guard isOwn(segment, opening: false) else { return nil }
            note(segment)
            return SegmentReading()
        case .corrupt:
            guard isOwn(segment, opening: false) else { return nil }
            // An RST that its sender's TCP did not send begins no connection.
            guard isOwn(segment, opening: segment.opens) else {
                note(segment)
                return SegmentReading()
            }
            return takeSent(segment)
        case .foreign:
            let state = record?.halves[segment.side].state
            guard let reading = take(segment) else { return nil }
            restore(state, of: segment.side)
            return reading
        }
    }
}

extension ConnectionRecord {
    /// So many segments of `side` turned out to carry other octets than were sent with the same numbers before.
    package mutating func note(otherTexts count: Int, of side: Int) { halves[side].otherTexts = UInt16(clamping: count) }

    /// Counts a segment that the capture shows and that changes nothing.
    mutating func noteCaptured(_ segment: TrackedSegment) {
        advance(to: segment.time)
        halves[segment.side].segments &+= 1
    }
}
