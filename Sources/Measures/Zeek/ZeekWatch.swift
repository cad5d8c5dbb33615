import TCPState
import TCPWire

/// What Zeek's conn.log says of a connection beyond our outcome: the history string, and octets that were acknowledged but
/// never captured. Both depend on what Zeek believes of each end while it reads, so that belief is followed here, and only
/// for them. Letters are kept as of the end that sent the first segment in capitals.
struct ZeekWatch: Sendable {
    /// What Zeek believes of an end.
    enum Belief: Sendable {
        case silent, opening, established
        /// It sends, but its SYN was not seen.
        case partial
        case closed
        case reset
    }

    private struct End: Sendable {
        var belief = Belief.silent
        /// It was ``Belief/established`` when it closed.
        var closedCleanly = false
        /// The numbers of what is told again only where they differ.
        var lastSYN: UInt32 = 0
        var lastFIN: UInt32 = 0
        var lastRST: UInt32 = 0
        var next: UInt32 = 0
        /// Payload that was captured whole, by positions after the ISN.
        var ranges = StreamRanges(from: 1)
        var anchor: (raw: UInt32, position: Int64) = (0, 0)
        var finEnd: Int64?
        var gaps = Counter()
        var zeroWindows = Counter()
        var repetitions = Counter()
        /// Letters told, a bit each.
        var seen: UInt32 = 0

        var isClean: Bool { belief == .established || belief == .closed && closedCleanly }
    }

    /// Told at the first, tenth, hundredth …
    private struct Counter: Sendable {
        var count: UInt64 = 0
        var threshold: UInt64 = 1

        mutating func add() -> Bool {
            count += 1
            guard count == threshold else { return false }
            threshold = threshold.multipliedReportingOverflow(by: 10).partialValue
            return true
        }
    }

    private var ends: InlineArray<2, End> = [End(), End()]
    private(set) var letters: [UInt8] = []
    /// Payload octets that were acknowledged between two ends whose handshake was seen, and not captured.
    private(set) var missedOctets: UInt64 = 0
    /// Nanoseconds since 1970; moves no more once both ends have closed.
    private(set) var lastTime: Int64 = 0

    /// A jump of SYN or RST further than this is not believed.
    private static let farthest: Int32 = 1 << 20
    /// A hostile capture could make the string long with SYNs of ever other numbers.
    private static let mostLetters = 256

    /// - Parameter isWhole: whether the payload was captured; Zeek takes cut-off payload for a gap.
    mutating func take(_ segment: SegmentHeader, from side: Int, to other: Int, isWhole: Bool, at time: Int64) {
        let flags = segment.flags
        begin(segment, side)
        tell(segment, side)
        if segment.window == 0, !flags.contains(.rst), ends[other].belief != .closed, ends[side].belief != .reset,
            ends[side].zeroWindows.add()
        {
            append(UInt8(ascii: "W"), side)
        }
        if !isOver { lastTime = time }
        if flags.contains(.fin) { ends[side].finEnd = position(of: segment.sequence, side) + length(segment) }
        let acknowledged = noteAcknowledgment(segment, other)
        noteOrder(segment, side)
        move(segment, side, other)
        if flags.contains(.ack) { settleGaps(upTo: acknowledged, side, other) }
        if isWhole { keep(segment, side) }
    }

    /// Nothing that follows moves the connection's end.
    private var isOver: Bool {
        func closed(_ end: End) -> Bool { end.belief == .closed || end.belief == .reset }
        return closed(ends[0]) && closed(ends[1])
    }

    // MARK: Numbers

    private func length(_ segment: SegmentHeader) -> Int64 {
        Int64(segment.flags.contains(.rst) ? segment.sequenceLength &- segment.payloadLength : segment.sequenceLength)
    }

    private func position(of raw: UInt32, _ side: Int) -> Int64 {
        let anchor = ends[side].anchor
        return anchor.position + Int64(SequenceNumber(raw).distance(from: SequenceNumber(anchor.raw)))
    }

    private mutating func begin(_ segment: SegmentHeader, _ side: Int) {
        let isSYN = segment.flags.contains(.syn)
        switch ends[side].belief {
        case .silent: break
        case .opening, .established, .partial:
            guard isSYN, position(of: segment.sequence, side) != 0 else { return }
        case .closed, .reset: return
        }
        restart(side, at: isSYN ? segment.sequence : segment.sequence &- 1)
        ends[side].next =
            isSYN ? segment.sequence &+ UInt32(truncatingIfNeeded: length(segment)) : segment.sequence
    }

    private mutating func restart(_ side: Int, at isn: UInt32) {
        ends[side].anchor = (isn, 0)
        ends[side].ranges = StreamRanges(from: 1)
        ends[side].finEnd = nil
    }

    private mutating func noteAcknowledgment(_ segment: SegmentHeader, _ other: Int) -> Int64 {
        guard segment.flags.contains(.ack) else { return 0 }
        if ends[other].belief == .silent {
            restart(other, at: segment.acknowledgment &- 1)
            ends[other].next = segment.acknowledgment &- 1
            return 1
        }
        return max(0, position(of: segment.acknowledgment, other))
    }

    private mutating func noteOrder(_ segment: SegmentHeader, _ side: Int) {
        let end = segment.sequence &+ UInt32(truncatingIfNeeded: length(segment))
        let advance = SequenceNumber(end).distance(from: SequenceNumber(ends[side].next))
        let isControl = !segment.flags.isDisjoint(with: [.syn, .rst])
        if isControl, advance > Self.farthest || advance < -Self.farthest { return }
        if ends[side].belief == .reset { return }
        if advance > 0 {
            let place = position(of: end, side)
            ends[side].anchor = (end, place)
            ends[side].next = end
        } else if segment.payloadLength > 0, ends[side].repetitions.add() {
            append(UInt8(ascii: "T"), side)
        }
    }

    // MARK: Letters

    private mutating func tell(_ segment: SegmentHeader, _ side: Int) {
        let flags = segment.flags
        let number = segment.sequence
        switch (flags.contains(.syn), flags.contains(.fin), flags.contains(.rst)) {
        case (_, true, true): once(UInt8(ascii: "I"), side)
        case (true, true, false), (true, false, true): once(UInt8(ascii: "Q"), side)
        case (true, false, false):
            let letter = flags.contains(.ack) ? UInt8(ascii: "H") : UInt8(ascii: "S")
            // SYN and SYN-ACK of one end are one kind.
            if !once(letter, side, kind: UInt8(ascii: "S")), number != ends[side].lastSYN { append(letter, side) }
            ends[side].lastSYN = number
        case (false, true, false):
            let end = number &+ segment.payloadLength
            if !once(UInt8(ascii: "F"), side), end != ends[side].lastFIN { append(UInt8(ascii: "F"), side) }
            ends[side].lastFIN = end
        case (false, false, true):
            if !once(UInt8(ascii: "R"), side), number != ends[side].lastRST { append(UInt8(ascii: "R"), side) }
            ends[side].lastRST = number
        case (false, false, false):
            if segment.payloadLength > 0 {
                once(UInt8(ascii: "D"), side)
            } else if flags.contains(.ack) {
                once(UInt8(ascii: "A"), side)
            }
        }
    }

    /// - Returns: whether it was the first of its kind.
    @discardableResult
    private mutating func once(_ letter: UInt8, _ side: Int, kind: UInt8? = nil) -> Bool {
        let bit: UInt32 = 1 << UInt32((kind ?? letter) & 0x1f)
        guard ends[side].seen & bit == 0 else { return false }
        ends[side].seen |= bit
        append(letter, side)
        return true
    }

    private mutating func append(_ letter: UInt8, _ side: Int) {
        guard letters.count < Self.mostLetters else { return }
        letters.append(side == 0 ? letter : letter | 0x20)
    }

    // MARK: Beliefs

    private mutating func move(_ segment: SegmentHeader, _ side: Int, _ other: Int) {
        let flags = segment.flags
        switch ends[side].belief {
        case .silent: wake(segment, side, other)
        case .opening, .established, .partial:
            if flags.contains(.fin), !flags.contains(.rst) { close(side, other) }
            if flags.contains(.rst) { ends[side].belief = .reset }
        case .closed:
            if flags.contains(.rst), ends[other].belief != .closed { ends[side].belief = .reset }
        case .reset: break
        }
    }

    private mutating func wake(_ segment: SegmentHeader, _ side: Int, _ other: Int) {
        let flags = segment.flags
        if flags.contains(.rst) {
            ends[side].belief = .reset
        } else if flags.contains(.fin) {
            close(side, other)
        } else if flags.contains(.syn) {
            let isAnswer = flags.contains(.ack) || ends[other].belief == .opening
            if ends[other].belief == .opening { ends[other].belief = .established }
            ends[side].belief = isAnswer ? .established : .opening
        } else if ends[other].belief == .opening, segment.payloadLength == 0 {
            // Some answer a SYN with an ACK before they send their own.
        } else {
            ends[side].belief =
                flags.contains(.ack) && ends[other].belief == .established ? .established : .partial
        }
    }

    private mutating func close(_ side: Int, _ other: Int) {
        ends[side].closedCleanly = ends[side].belief == .established
        ends[side].belief = .closed
    }

    // MARK: Gaps

    private mutating func settleGaps(upTo acknowledged: Int64, _ side: Int, _ other: Int) {
        var end = acknowledged
        if let finEnd = ends[other].finEnd, end >= finEnd { end = finEnd - 1 }
        // An ACK so far ahead is a mistake.
        guard end - ends[other].ranges.contiguous <= 1 << 30 else { return }
        let before = (ends[other].ranges.missing, ends[other].ranges.holes)
        ends[other].ranges.giveUp(before: end)
        let octets = ends[other].ranges.missing - before.0
        guard octets > 0, ends[side].isClean, ends[other].isClean else { return }
        missedOctets &+= UInt64(clamping: octets)
        for _ in before.1..<ends[other].ranges.holes where ends[other].gaps.add() { append(UInt8(ascii: "G"), other) }
    }

    private mutating func keep(_ segment: SegmentHeader, _ side: Int) {
        guard segment.payloadLength > 0, !segment.flags.contains(.rst) else { return }
        let start = position(of: segment.sequence, side) + (segment.flags.contains(.syn) ? 1 : 0)
        _ = ends[side].ranges.insert(start..<start + Int64(segment.payloadLength))
    }
}
