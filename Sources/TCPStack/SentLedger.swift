import TCPState

/// The segments that were sent and are not acknowledged: the scoreboard of RFC 6675, with the transmission times that
/// RFC 8985 needs.
public struct SentLedger: Hashable, Sendable {
    /// A range of sequence numbers that was sent as one segment.
    public struct Entry: Hashable, Sendable {
        /// The first sequence number.
        public internal(set) var start: SequenceNumber
        /// How many sequence numbers it covers, including that of a FIN.
        public internal(set) var length: UInt32
        /// When it was last sent.
        public internal(set) var sentAt: Instant
        /// When it was first sent.
        public internal(set) var firstSentAt: Instant
        /// How many times it was sent.
        public internal(set) var transmissions: UInt32 = 1
        /// Whether a SACK block covers it.
        public internal(set) var isSacked = false
        /// Whether it is presumed lost and has not been retransmitted since.
        public internal(set) var isLost = false
        /// Whether a router is known to have dropped it for its size, and it has not been retransmitted since.
        public internal(set) var isTooLarge = false
        /// Whether a retransmission of it is in flight.
        public internal(set) var isRetransmitted = false

        /// The first sequence number after it.
        public var end: SequenceNumber { start + length }
    }

    /// Sorted by their sequence numbers; those before index `head` are acknowledged.
    private var entries: [Entry] = []
    private var head = 0
    /// How many sequence numbers are covered by SACK blocks.
    public private(set) var sackedLength: UInt32 = 0
    /// How many segments are covered by SACK blocks.
    private(set) var sackedCount = 0
    /// How many segments were sent more than once.
    private(set) var repeatedCount = 0
    /// How many sequence numbers are presumed lost and not retransmitted.
    public private(set) var lostLength: UInt32 = 0
    /// How many sequence numbers are in flight as retransmissions.
    public private(set) var retransmittedLength: UInt32 = 0

    init() {}

    /// Whether everything is acknowledged.
    public var isEmpty: Bool { head == entries.count }

    /// How many segments are not acknowledged.
    public var count: Int { entries.count - head }

    var indices: Range<Int> { head..<entries.count }
    var first: Entry? { isEmpty ? nil : entries[head] }
    var last: Entry? { isEmpty ? nil : entries[entries.count - 1] }

    /// The sequence number after everything sent; `nil` where nothing is outstanding.
    var end: SequenceNumber? { last?.end }

    subscript(index: Int) -> Entry { entries[index] }

    mutating func append(start: SequenceNumber, length: UInt32, now: Instant) {
        if head == entries.count {
            entries.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64, head * 2 >= entries.count {
            entries.removeSubrange(0..<head)
            head = 0
        }
        entries.append(Entry(start: start, length: length, sentAt: now, firstSentAt: now))
    }

    /// Removes what lies before `number`.
    ///
    /// - Returns: the indices of the entries that are acknowledged as a whole. They can be read until the next entry is
    ///   appended.
    mutating func acknowledge(upTo number: SequenceNumber) -> Range<Int> {
        let first = head
        while head < entries.count {
            let entry = entries[head]
            if entry.end.isAtOrBefore(number) {
                count(entry, -1)
                head += 1
            } else if entry.start.isBefore(number) {
                count(entry, -1)
                entries[head].length = entry.end.relative(to: number)
                entries[head].start = number
                count(entries[head], 1)
                break
            } else {
                break
            }
        }
        return first..<head
    }

    /// Divides an entry, so that the first part covers `length` sequence numbers.
    mutating func split(_ index: Int, length: UInt32) {
        guard length > 0, length < entries[index].length else { return }
        var rest = entries[index]
        rest.start = rest.start + length
        rest.length -= length
        entries[index].length = length
        if rest.isSacked { sackedCount += 1 }
        if rest.transmissions > 1 { repeatedCount += 1 }
        entries.insert(rest, at: index + 1)
    }

    mutating func markSacked(_ index: Int) {
        change(index) {
            $0.isSacked = true
            $0.isLost = false
            $0.isRetransmitted = false
        }
    }

    /// Marks an entry as lost. A retransmission that is lost counts like the first loss.
    mutating func markLost(_ index: Int, isTooLarge: Bool = false) {
        change(index) {
            guard !$0.isSacked else { return }
            $0.isLost = true
            $0.isTooLarge = isTooLarge
            $0.isRetransmitted = false
        }
    }

    mutating func markRetransmitted(_ index: Int, now: Instant) {
        change(index) {
            $0.isLost = false
            $0.isTooLarge = false
            $0.isRetransmitted = true
            $0.transmissions &+= 1
            $0.sentAt = now
        }
    }

    /// Removes all SACK marks, since the receiver may have discarded what it had reported (RFC 2018 8).
    mutating func forgetSacks() {
        for index in indices { change(index) { $0.isSacked = false } }
    }

    /// Removes all loss marks, since the segments were only late.
    mutating func forgetLosses() {
        for index in indices { change(index) { $0.isLost = false } }
    }

    mutating func removeAll() { self = SentLedger() }

    /// The index of the first entry that is presumed lost; entries are retransmitted in this order (RFC 6675 4, NextSeg
    /// rule 1).
    var firstLost: Int? { lostLength == 0 ? nil : indices.first { entries[$0].isLost } }

    private mutating func change(_ index: Int, _ body: (inout Entry) -> Void) {
        count(entries[index], -1)
        body(&entries[index])
        count(entries[index], 1)
    }

    private mutating func count(_ entry: Entry, _ sign: Int) {
        let length = sign > 0 ? entry.length : 0 &- entry.length
        if entry.isSacked {
            sackedLength &+= length
            sackedCount += sign
        }
        if entry.transmissions > 1 { repeatedCount += sign }
        if entry.isLost { lostLength &+= length }
        if entry.isRetransmitted { retransmittedLength &+= length }
    }
}
