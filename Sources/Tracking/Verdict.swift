import TCPWire

/// What a segment turned out to be once all of its connection was known. A capture shows packets; a verdict says what
/// they were on the wire.
public enum Verdict: Sendable, Equatable, BitwiseCopyable {
    /// Why a receiver did not accept a segment.
    public enum Refusal: Sendable, Equatable, BitwiseCopyable {
        /// A SYN for an existing connection, which goes on (RFC 9293 3.10.7.4, RFC 5961 4.2).
        case syn
        /// An RST that its receiver ignored, or only answered with a challenge ACK (RFC 5961 3.2).
        case reset
        /// Its numbers are not among those that its receiver accepts now (RFC 9293 3.10.7.4, first check).
        case window
        /// It acknowledges numbers that were not sent yet (RFC 9293 3.10.7.4).
        case acknowledgment
        /// It carries other octets than were sent with the same numbers before, and its receiver has those (RFC 9293
        /// 3.10.7.4).
        case octets
        /// Its timestamp is older than the one that its receiver has got (RFC 7323 5.3, PAWS).
        case oldTimestamp
    }

    /// Its receiver accepted it, as far as anything shows.
    case taken
    /// The packet of that number, captured a second time.
    case copy(of: Int)
    /// Its checksum is wrong: its sender sent it, and its receiver dropped it.
    case corrupt
    /// Its receiver did not accept it.
    case refused(Refusal)
    /// An RST that its receiver accepted, but that the TCP of its supposed sender did not send: that end goes on.
    case foreign
}

extension ConnectionCursor {
    /// Processes the next segment as what it turned out to be.
    ///
    /// - Returns: how the segment relates to the connection, empty where it changes nothing; `nil` where it belongs to
    ///   another connection, and then nothing changes.
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
            // An RST that was not sent by its supposed sender's TCP begins no connection.
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
    /// Notes how many segments of `side` carry other octets than were sent with the same numbers before.
    package mutating func note(otherTexts count: Int, of side: Int) {
        halves[side].otherTexts = UInt16(clamping: count)
    }

    /// Counts a captured segment that changes nothing else.
    mutating func noteCaptured(_ segment: TrackedSegment) {
        advance(to: segment.time)
        halves[segment.side].segments &+= 1
    }
}
