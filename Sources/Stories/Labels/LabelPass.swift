import CaptureFile
import TCPState
import TCPWire
import Tracking

/// Goes through the segments of one connection and says of each what it is. What a later segment proves of an earlier one
/// is written down when it comes, so that one pass over the segments is enough.
struct LabelPass {
    /// What is known of one end so far. Its own numbers lie on ``line``, the other end's on the other's.
    struct End {
        var line = SequenceLine()
        var finder = OriginalFinder()
        /// Behind the highest number captured; `nil` before the first.
        var next: Int64?
        /// The highest of its numbers that the other end acknowledged, and the segment that did.
        var acknowledged: Int64?
        var acknowledgedBy: Int?
        /// The right edge of the highest SACK block about its numbers.
        var sacked: Int64?
        /// Up to where an ACK spoke of numbers that were never captured.
        var unseen: Int64?
        /// The highest number of the other end that it acknowledged, and the segment that did.
        var lastACK: Int64?
        var lastACKIndex: Int?
        /// Its last segment whose window counts: no RST, none that is stray; and the last before it that offered another.
        var windowIndex: Int?
        var windowBefore: Int?
        /// Its longest payload that the other end's maximum segment size allows, in octets.
        var longest: UInt32 = 0
        /// What it sent again in smaller segments than at first.
        var pieces: [Piece] = []
        /// Where its numbers start in a capture that starts in the middle, and the segment that tells.
        var start: Int64?
        var startIndex: Int?
        /// The last of its segments whose numbers were not believed.
        var suspects: [Int] = []
        /// Its last segment, and its last one with data or FIN.
        var last: Int?
        var lastData: Int?
        /// The duplicate ACKs in a row that it sent last.
        var duplicates: [Int] = []
        /// Its probe that has not been answered yet.
        var probe: Probe?
        /// Keep-alives in a row that nobody answered.
        var unansweredKeepAlives: [Int] = []
        /// What it has sent again, or asked with, since the other end was heard of.
        var unanswered: [Int] = []
        /// Window probes that carried an octet, by its place.
        var probedPlaces: [Int64: Int] = [:]
        /// What it sends again up to this number, it sends in the recovery that `starter` began.
        var recovery: (point: Int64, starter: Int)?
        var syn: Opening?
        /// All its SYNs with their timestamps, the first ones of them.
        var synStamps: [(index: Int, value: UInt32)] = []
        var synAck: Opening?
        var fin: Int?
        var maximumSegmentSize: UInt16?
        var sackPermitted: Bool?
        /// The least time it took to answer what it received, in nanoseconds, as seen from here.
        var fastestAnswer: Int64?
        var repeats = Repeats()
        var holes: [Hole] = []
        /// How many of the holes, which stand in order, have been acknowledged.
        var acknowledgedHoles = 0
        /// An RST whose number was not the one expected, until what follows tells what became of it.
        var doubtfulReset: Int?
    }

    /// Part of a segment's numbers, sent again by itself.
    struct Piece {
        var index: Int
        var start: Int64
        var end: Int64
        var original: Int
        /// Behind the original's last number.
        var originalEnd: Int64
    }

    struct Probe {
        var index: Int
        var isKeepAlive: Bool
    }

    /// A SYN or SYN-ACK with those sent again.
    struct Opening {
        var sequence: UInt32
        let first: Int
        var last: Int
        /// How often the timer had been backed off when it last fired, and how long it ran then; nanoseconds.
        var backoffs = 0
        var lastGap: Int64?
        /// The last that carried data.
        var withData: Int?
    }

    let segments: [StoredSegment]
    let facts: [SegmentFacts]
    let artefacts: CaptureArtefacts
    /// Each end's usual TTL with a segment that has it; `nil` where it has none.
    let usualHopLimits: [(limit: UInt8, witness: Int)?]
    let reusesTuple: Bool
    /// By how many bits each end's windows are shifted; `nil` where that is not known.
    let windowShifts: [UInt8?]
    var ends = [End(), End()]
    var labels: [[ProvedLabel]]
    /// Whether a segment carries numbers sent before; the label that says why may come only in the end.
    var isRepeated: [Bool]
    /// The segment before the present one, of either end.
    var previous: Int?
    /// From the SYN to the ACK that completes the handshake, or the best guess since; nanoseconds.
    var roundTrip: Int64?

    /// - Parameter record: the connection's, as far as the segments tell.
    init(
        _ segments: [StoredSegment], _ facts: [SegmentFacts], _ artefacts: CaptureArtefacts,
        _ record: ConnectionRecord, reusesTuple: Bool
    ) {
        self.segments = segments
        self.facts = facts
        self.artefacts = artefacts
        self.reusesTuple = reusesTuple
        windowShifts = (0...1).map { record.windowShift(of: $0) }
        labels = Array(repeating: [], count: facts.count)
        isRepeated = Array(repeating: false, count: facts.count)
        let real = facts.indices.filter { artefacts.kinds[$0] == nil }
        usualHopLimits = (0...1).map { side in
            Self.usualHopLimit(facts, real.lazy.filter { facts[$0].side == side && !facts[$0].isRST })
        }
    }

    /// The labels of every segment, those that say most first.
    mutating func run() -> [[ProvedLabel]] {
        for index in facts.indices {
            switch artefacts.kinds[index] {
            case .corrupt:
                add(.corruptChecksum, to: index)
                noteDamaged(index)
            case .duplicate(let original):
                add(.wireDuplicate, to: index, evidence: original.map { [$0] } ?? [], original: original)
            case nil where facts[index].verdict == .refused(.octets):
                let start = ends[facts[index].side].line.place(of: facts[index].sequence)
                add(
                    .otherOctets, to: index,
                    evidence: ends[facts[index].side].finder.carrier(of: start).map { [$0] } ?? [])
            case nil where isRefused(index):
                add(.notTaken, to: index)
                // It is answered all the same; what is old or forged is nothing of its end's.
                if [.refused(.syn), .refused(.acknowledgment)].contains(facts[index].verdict) {
                    ends[facts[index].side].last = index
                    previous = index
                }
            case nil: take(index)
            }
        }
        settleHoles()
        for side in 0...1 { settleTimers(side) }
        return labels.map { $0.sorted { Self.rank($0.label) < Self.rank($1.label) } }
    }

    /// Whether its receiver did not take it, for what its number or its age says; RSTs are told of by their own labels.
    private func isRefused(_ index: Int) -> Bool {
        switch facts[index].verdict {
        case .refused(.syn), .refused(.oldTimestamp), .refused(.window), .refused(.acknowledgment): true
        case .refused(.reset), .refused(.octets), .taken, .copy, .corrupt, .foreign: false
        }
    }

    /// The connection of a socket with itself: every segment is its own receiver's, so there is nothing to compare.
    mutating func runReflexive() -> [[ProvedLabel]] {
        var openings: [Int] = []
        for index in facts.indices {
            switch artefacts.kinds[index] {
            case .corrupt: add(.corruptChecksum, to: index)
            case .duplicate(let original):
                add(.wireDuplicate, to: index, evidence: original.map { [$0] } ?? [], original: original)
            case nil where facts[index].isSYN:
                add(.selfConnection, to: index)
                if !openings.isEmpty { add(.simultaneousOpen, to: index, evidence: openings) }
                openings.append(index)
            case nil: break
            }
        }
        return labels
    }

    private static let ranks = Dictionary(
        uniqueKeysWithValues: SegmentLabel.allCases.enumerated().map { ($1, $0) })

    private static func rank(_ label: SegmentLabel) -> Int { ranks[label] ?? 0 }

    /// Puts a label on a segment. `evidence` and `original` are segments' indices.
    mutating func add(
        _ label: SegmentLabel, to index: Int, evidence: [Int] = [], original: Int? = nil, ordinal: Int? = nil
    ) {
        labels[index].append(
            ProvedLabel(
                label, evidence: evidence.filter { $0 != index }.map { facts[$0].number },
                original: original.map { facts[$0].number }, ordinal: ordinal))
    }

    func has(_ label: SegmentLabel, _ index: Int) -> Bool { labels[index].contains { $0.label == label } }

    /// A capture can claim any times; beyond this, no difference between two means anything, and it can be multiplied.
    private static let longestElapsed = Int64.max / 16

    /// Nanoseconds from one segment to another.
    func elapsed(_ from: Int, _ to: Int) -> Int64 {
        let time = facts[to].time.nanoseconds(since: facts[from].time)
        return min(Self.longestElapsed, max(-Self.longestElapsed, time))
    }

    // MARK: One segment

    private mutating func take(_ index: Int) {
        let fact = facts[index]
        noteOffload(index)
        if fact.isRST {
            labelReset(index)
        } else if fact.isSYN {
            settleReset(before: index)
            labelOpening(index)
            noteAnswer(index)
        } else {
            takeOrdinary(index)
        }
        let side = fact.side
        ends[1 - side].unanswered = []
        if isRepeated[index] || !fact.classes.isDisjoint(with: [.keepAlive, .windowProbe]) {
            ends[side].unanswered.append(index)
        }
        if !fact.isRST {
            if fact.length > 0 { ends[side].lastData = index }
            if fact.payloadLength <= ends[1 - side].maximumSegmentSize ?? 0 {
                ends[side].longest = max(ends[side].longest, fact.payloadLength)
            }
            if !fact.classes.contains(.stray) {
                if let old = ends[side].windowIndex, facts[old].window != fact.window { ends[side].windowBefore = old }
                ends[side].windowIndex = index
            }
        }
        ends[side].last = index
        previous = index
    }

    private mutating func takeOrdinary(_ index: Int) {
        let fact = facts[index]
        settleReset(before: index)
        if fact.classes.contains(.bearsOut) { believe(of: fact.side, by: index) }
        let (start, isProbe) = notePlace(index)
        if !isProbe {
            labelNagle(index)
            labelStrangeText(index, from: start)
        }
        labelWindow(index, at: start)
        if fact.isACK { labelAcknowledgment(index, at: start, isProbe: isProbe) }
        noteAnswer(index)
        if fact.isFIN { labelFin(index) }
        moveLine(index, from: start)
        // An empty probe stands before the number that comes next.
        if isProbe, fact.length == 0 { moveLine(of: fact.side, to: start + 1) }
        if fact.classes.contains(.bearsOutOther) { believe(of: 1 - fact.side, by: index) }
    }

    /// As many of an end's segments are kept in doubt; a bound for hostile captures.
    private static let suspectLimit = 16

    /// Enters what was not believed when it came, and is borne out now.
    private mutating func believe(of side: Int, by index: Int) {
        let start = facts[index].reading.borneOut
        guard let suspect = ends[side].suspects.last(where: { SequenceNumber(facts[$0].sequence) == start }) else {
            return
        }
        ends[side].suspects = []
        let fact = facts[suspect]
        let place = ends[side].line.place(of: fact.sequence)
        labelHole(suspect, at: place)
        let end = place + Int64(fact.length)
        _ = ends[side].finder.original(from: place, to: end, index: suspect)
        moveLine(of: side, to: end)
    }

    /// What a segment's numbers say of it, whether or not its receiver took it.
    private mutating func notePlace(_ index: Int) -> (start: Int64, isProbe: Bool) {
        let fact = facts[index]
        let side = fact.side
        let start = ends[side].line.place(of: fact.sequence)
        guard !fact.classes.contains(.stray) else {
            ends[side].suspects = ends[side].suspects.suffix(Self.suspectLimit - 1) + [index]
            return (start, false)
        }
        if ends[side].start == nil {
            ends[side].start = start
            ends[side].startIndex = index
        }
        let isProbe = labelProbe(index, at: start)
        if !isProbe {
            labelHole(index, at: start)
            labelRepetition(index, from: start, to: start + Int64(fact.length))
        }
        return (start, isProbe)
    }

    /// Its receiver did not take it, but its sender sent it.
    private mutating func noteDamaged(_ index: Int) {
        if facts[index].flags.isDisjoint(with: [.syn, .rst]) {
            moveLine(index, from: notePlace(index).start)
        } else if facts[index].classes.contains(.repeats) {
            labelOpening(index)
        } else if facts[index].isSYN, facts[index].classes.contains(.advances) {
            // The first of those that ask: what it says reached nobody.
            let (fact, side) = (facts[index], facts[index].side)
            let opening = Opening(sequence: fact.sequence, first: index, last: index)
            if fact.isACK { ends[side].synAck = opening } else { ends[side].syn = opening }
        }
    }

    /// Its end's numbers have come as far as the segment does.
    private mutating func moveLine(_ index: Int, from start: Int64) {
        let fact = facts[index]
        guard !fact.classes.contains(.stray) else { return }
        moveLine(of: fact.side, to: start + Int64(fact.length))
    }

    private mutating func moveLine(of side: Int, to end: Int64) {
        guard ends[side].next.map({ end > $0 }) ?? true else { return }
        ends[side].next = end
        ends[side].line.advance(to: end)
    }

    private mutating func labelFin(_ index: Int) {
        let side = facts[index].side
        guard ends[side].fin == nil else { return }
        ends[side].fin = index
        guard let other = ends[1 - side].fin else { return }
        // Neither acknowledges the other's: they crossed.
        let first = facts[other]
        let behind = SequenceNumber(first.sequence) + first.length
        if SequenceNumber(facts[index].acknowledgment).isBefore(behind) {
            add(.simultaneousClose, to: index, evidence: [other])
        }
    }

    /// How long an end takes to answer at the fastest, by the record's timer: nothing that was sent again (RFC 6298 3).
    private mutating func noteAnswer(_ index: Int) {
        let fact = facts[index]
        guard let wait = fact.roundTrip else { return }
        ends[fact.side].fastestAnswer = min(ends[fact.side].fastestAnswer ?? wait, wait)
        if let one = ends[0].fastestAnswer, let other = ends[1].fastestAnswer { roundTrip = one &+ other }
    }

    private mutating func noteOffload(_ index: Int) {
        let fact = facts[index]
        if artefacts.unfilled[index] { add(.checksumOffload, to: index) }
        if fact.isBeginning { add(.restNotCaptured, to: index) }
        if fact.sharesFrame { add(.sharesFrame, to: index) }
        guard fact.fragments.isEmpty else {
            labels[index].append(ProvedLabel(.inFragments, evidence: fact.fragments))
            return
        }
        guard !fact.isSYN, let limit = ends[1 - fact.side].maximumSegmentSize, limit > 0,
            fact.payloadLength > UInt32(limit)
        else { return }
        let opening = ends[1 - fact.side].syn ?? ends[1 - fact.side].synAck
        add(.segmentationOffload, to: index, evidence: opening.map { [$0.first] } ?? [])
    }
}
