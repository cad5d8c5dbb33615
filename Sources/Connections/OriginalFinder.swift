import TCPState
import TCPWire

/// Remembers which packets of one end first carried which numbers, so that a repetition can name its original.
struct OriginalFinder {
    private struct Entry {
        var start: Int64
        var end: Int64
        var number: Int
    }

    /// Those that went beyond everything before them: their ends grow, so that they can be searched by halves.
    private var leading: [Entry] = []
    /// Those that filled a hole, by their start.
    private var filling: [Int64: Entry] = [:]
    /// The first SYN, and the first SYN-ACK. The two repeat each other's number in a simultaneous open without being the
    /// same segment.
    private var syn: (sequence: UInt32, number: Int)?
    private var synAck: (sequence: UInt32, number: Int)?
    /// The highest number so far, and its place on a line that does not wrap.
    private var highest: (number: SequenceNumber, place: Int64)?

    mutating func originalOpening(of segment: StoredSegment) -> Int? {
        let sequence = segment.header.sequence
        if segment.header.flags.contains(.ack) {
            if let synAck, synAck.sequence == sequence { return synAck.number }
            synAck = (sequence, segment.number)
        } else {
            if let syn, syn.sequence == sequence { return syn.number }
            syn = (sequence, segment.number)
        }
        return nil
    }

    /// The packet that carried the first of this one's numbers (its SYN apart), if all of them were carried before; else
    /// remembers this one.
    mutating func original(of segment: StoredSegment) -> Int? {
        let header = segment.header
        let control: UInt32 = header.flags.contains(.syn) ? 1 : 0
        let length = header.sequenceLength &- control
        guard length > 0 else { return nil }
        let first = SequenceNumber(header.sequence) + control
        let known = highest ?? (first, 0)
        let start = known.place &+ Int64(first.distance(from: known.number))
        let entry = Entry(start: start, end: start &+ Int64(length), number: segment.number)
        if highest == nil || entry.end > known.place {
            leading.append(entry)
            highest = (first + length, entry.end)
            return nil
        }
        if let number = leadingCover(entry) { return number }
        if let filler = filling[start], filler.end >= entry.end { return filler.number }
        filling[start] = entry
        return nil
    }

    /// How many packets a repetition may run together; a bound for hostile captures.
    private static let joinLimit = 64

    private func leadingCover(_ entry: Entry) -> Int? {
        var low = 0
        var high = leading.count
        while low < high {
            let middle = (low + high) / 2
            if leading[middle].end <= entry.start { low = middle + 1 } else { high = middle }
        }
        guard low < leading.count, leading[low].start <= entry.start else { return nil }
        let number = leading[low].number
        var covered = entry.start
        for piece in leading[low...].prefix(Self.joinLimit) where piece.start <= covered {
            covered = piece.end
            if covered >= entry.end { return number }
        }
        return nil
    }
}
