import CaptureFile
import TCPState
import TCPWire
import Tracking

/// What Zeek's conn.log says of a connection beyond our outcome: the history string, and the octets that were
/// acknowledged but never captured. Both depend on the state that Zeek ascribes to each end while it reads. That state
/// is followed here, for these two only; the sequence numbers are the record's.
struct ZeekWatch: Sendable, BitwiseCopyable {
    /// The state that Zeek ascribes to an end.
    enum Belief: Sendable {
        case silent, opening, established
        /// The end sends, but its SYN was not seen.
        case partial
        case closed
        case reset
    }

    private struct End: Sendable, BitwiseCopyable {
        var belief = Belief.silent
        /// Whether the end was ``Belief/established`` when it closed.
        var closedCleanly = false
        /// The numbers of the last SYN, FIN and RST. Another one is added to the history only if its number differs.
        var lastSYN: UInt32 = 0
        var lastFIN: UInt32 = 0
        var lastRST: UInt32 = 0
        /// Payload octets that were captured only in part and are not acknowledged yet, and the number at which they
        /// begin.
        var cutOff: UInt64 = 0
        var cutOffStart = SequenceNumber(0)
        var gaps = Counter()
        var zeroWindows = Counter()
        var repetitions = Counter()
        /// The letters that are in the history already, one bit each.
        var seen: UInt32 = 0

        var isClean: Bool { belief == .established || belief == .closed && closedCleanly }
    }

    /// Counts events, of which the first, tenth, hundredth … are added to the history.
    private struct Counter: Sendable, BitwiseCopyable {
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
    /// The most letters that are kept: a hostile capture could make the history long by SYNs with ever different
    /// numbers.
    private static let mostLetters = 64
    /// The history's letters; those of side 0 are capitals.
    private var letters = InlineArray<64, UInt8>(repeating: 0)
    private var letterCount: UInt8 = 0
    /// Payload octets that were acknowledged between two ends whose handshake was seen, and not captured.
    private(set) var missedOctets: UInt64 = 0
    /// The time of the latest segment, in nanoseconds since 1970. It stays as it is once both ends have closed.
    private(set) var lastTime: Int64 = 0

    /// - Parameters:
    ///   - side: the originator's; its letters are capitals.
    ///   - isFlipped: whether the first segment came from the responder.
    func history(ofOriginator side: Int, isFlipped: Bool) -> String {
        var text = isFlipped ? "^" : ""
        for index in 0..<Int(letterCount) {
            text.unicodeScalars.append(Unicode.Scalar(side == 0 ? letters[index] : letters[index] ^ 0x20))
        }
        return text
    }

    mutating func take(
        _ segment: TrackedSegment, _ detail: SegmentDetail, _ reading: SegmentReading,
        acknowledged: SequenceNumber, from side: Int, to other: Int
    ) {
        let flags = segment.flags
        tell(segment, side)
        if segment.window == 0, !flags.contains(.rst), ends[other].belief != .closed, ends[side].belief != .reset,
            ends[side].zeroWindows.add()
        {
            append(UInt8(ascii: "W"), side)
        }
        if !isOver { lastTime = segment.time.nanoseconds }
        if segment.payloadLength > 0, flags.isDisjoint(with: [.syn, .rst]),
            reading.classes.isDisjoint(with: [.advances, .stray]), ends[side].belief != .reset,
            ends[side].repetitions.add()
        {
            append(UInt8(ascii: "T"), side)
        }
        move(segment, side, other)
        if flags.contains(.ack) { settleGaps(acknowledged, reading, side, other) }
        if detail.cutOff > 0, reading.classes.contains(.advances) { noteCutOff(segment, side) }
    }

    /// Whether later segments no longer change the time at which the connection ended.
    private var isOver: Bool {
        func closed(_ end: End) -> Bool { end.belief == .closed || end.belief == .reset }
        return closed(ends[0]) && closed(ends[1])
    }

    // MARK: Letters

    private mutating func tell(_ segment: TrackedSegment, _ side: Int) {
        let flags = segment.flags
        let number = segment.sequence.rawValue
        switch (flags.contains(.syn), flags.contains(.fin), flags.contains(.rst)) {
        case (_, true, true): once(UInt8(ascii: "I"), side)
        case (true, true, false), (true, false, true): once(UInt8(ascii: "Q"), side)
        case (true, false, false):
            let letter = flags.contains(.ack) ? UInt8(ascii: "H") : UInt8(ascii: "S")
            // Zeek counts SYN and SYN-ACK of one end as one kind.
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

    /// - Returns: whether the letter was the first of its kind.
    @discardableResult
    private mutating func once(_ letter: UInt8, _ side: Int, kind: UInt8? = nil) -> Bool {
        let bit: UInt32 = 1 << UInt32((kind ?? letter) & 0x1f)
        guard ends[side].seen & bit == 0 else { return false }
        ends[side].seen |= bit
        append(letter, side)
        return true
    }

    private mutating func append(_ letter: UInt8, _ side: Int) {
        guard letterCount < UInt8(Self.mostLetters) else { return }
        letters[Int(letterCount)] = side == 0 ? letter : letter | 0x20
        letterCount &+= 1
    }

    // MARK: Beliefs

    private mutating func move(_ segment: TrackedSegment, _ side: Int, _ other: Int) {
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

    private mutating func wake(_ segment: TrackedSegment, _ side: Int, _ other: Int) {
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
            // Some systems answer a SYN with an ACK before they send their own SYN: the end stays silent.
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

    /// Notes payload that was captured only in part, which Zeek counts as a gap.
    private mutating func noteCutOff(_ segment: TrackedSegment, _ side: Int) {
        if ends[side].cutOff == 0 { ends[side].cutOffStart = segment.sequence }
        ends[side].cutOff &+= UInt64(segment.payloadLength)
    }

    private mutating func settleGaps(_ number: SequenceNumber, _ reading: SegmentReading, _ side: Int, _ other: Int) {
        var octets = UInt64(reading.missing)
        var holes = reading.missingHoles
        if ends[other].cutOff > 0, number.isAfter(ends[other].cutOffStart) {
            let covered = min(ends[other].cutOff, UInt64(number.relative(to: ends[other].cutOffStart)))
            octets &+= covered
            ends[other].cutOff &-= covered
            ends[other].cutOffStart = number
            holes &+= 1
        }
        guard octets > 0, ends[side].isClean, ends[other].isClean else { return }
        missedOctets &+= octets
        for _ in 0..<holes where ends[other].gaps.add() { append(UInt8(ascii: "G"), other) }
    }
}
