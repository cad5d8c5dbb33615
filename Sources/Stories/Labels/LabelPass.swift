import CaptureFile
import FlatMemory
import TCPState
import TCPWire
import Tracking

/// Goes through the segments of one connection, one after the other, and says of each what it is. What a later segment proves of
/// an earlier one is written down when it comes.
struct LabelPass {
    private(set) var facts: [SegmentFacts] = []
    let reusesTuple: Bool
    /// By how many bits each end's windows are shifted; `nil` where that is not known.
    let windowShifts: [UInt8?]
    private let isReflexive: Bool
    var ends = [End(), End()]
    /// The labels of every segment, those that say most first.
    private(set) var labels: [[ProvedLabel]] = []
    /// Segments before the last one whose labels have changed; ``takeChanged()`` empties it.
    private var changed: [Int] = []
    /// Whether a segment carries numbers sent before; the label that says why may come only later.
    var isRepeated: [Bool] = []
    /// The segment before the present one, of either end.
    var previous: Int?
    /// From the SYN to the ACK that completes the handshake, or the best guess since; nanoseconds.
    var roundTrip: Int64?
    /// RSTs that were refused, until it is known what shows that.
    var refusedResets: [Int] = []
    /// Whether both ends may send tail loss probes, as the labels have it so far.
    var mayProbe = true
    /// By sender, whether the capture seems made close to the receiver, as the labels have it so far.
    var isNear = [false, false]
    /// How many segments timers have sent.
    var timed = 0
    /// Copies of packets that have not come yet: a copy may stand before its original. By the original's number.
    private var earlyCopies: [Int: [Int]] = [:]
    /// Whether somebody asks for what has changed.
    var notesChanges = true
    /// The SYNs of a socket's connection with itself.
    private var ownSYNs: [Int] = []
    private var places = PlacesByNumber()
    /// The packets of the segments that came in IP fragments.
    private var fragments: [Int: [Int]] = [:]

    /// - Parameter record: the connection's, as far as the segments tell.
    init(_ record: ConnectionRecord, reusesTuple: Bool) {
        self.reusesTuple = reusesTuple
        isReflexive = record.isReflexive
        windowShifts = (0...1).map { record.windowShift(of: $0) }
    }

    mutating func reserveCapacity(_ count: Int) {
        facts.reserveLargeCapacity(count)
        labels.reserveCapacity(count)
        isRepeated.reserveCapacity(count)
    }

    /// Goes on with the next segment.
    ///
    /// - Parameter fragments: the numbers of its IP fragments' packets, where it came in some.
    mutating func append(_ fact: SegmentFacts, inFragments fragments: [Int] = []) {
        let index = facts.count
        if !fragments.isEmpty { self.fragments[index] = fragments }
        facts.append(fact)
        labels.append([])
        isRepeated.append(false)
        noteSum(index)
        for copy in earlyCopies.removeValue(forKey: fact.number) ?? [] {
            remove([.wireDuplicate], from: copy)
            add(.wireDuplicate, to: copy, evidence: [index], original: index)
        }
        if case .duplicate(let original)? = fact.artefact {
            let first = places.place(of: original, in: facts)
            add(.wireDuplicate, to: index, evidence: first.map { [$0] } ?? [], original: first)
            if first == nil { earlyCopies[original, default: []].append(index) }
            return
        }
        if isReflexive {
            appendReflexive(index)
            return
        }
        noteHopLimit(index)
        proveRefused(by: index)
        if fact.artefact == .corrupt {
            add(.corruptChecksum, to: index)
            noteDamaged(index)
        } else if fact.verdict == .refused(.octets) {
            let start = ends[fact.side].line.place(of: fact.sequence)
            add(.otherOctets, to: index, evidence: ends[fact.side].finder.carrier(of: start).map { [$0] } ?? [])
        } else if isRefused(index) {
            add(.notTaken, to: index)
            // It is answered all the same; what is old or forged is nothing of its end's.
            if [.refused(.syn), .refused(.acknowledgment)].contains(fact.verdict) {
                ends[fact.side].last = index
                previous = index
            }
        } else {
            take(index)
        }
        if timed <= Self.timedHandful { relabelTimers() }
    }

    /// Where the segment of a packet's number stands.
    mutating func place(of number: Int) -> Int? { places.place(of: number, in: facts) }

    /// Whoever carried a segment tells now when it arrived.
    mutating func note(_ arrival: SegmentFacts.Arrival, of index: Int) { facts[index].arrival = arrival }

    /// Brings what depends on all segments, and was put off: which timers may have been probes, how each end's losses are called,
    /// whose checksums are not filled in.
    mutating func settle() {
        relabelTimers()
        relabelLosses()
        for side in 0...1 { relabelSums(of: side) }
    }

    /// Whether its receiver did not take it, for what its number or its age says; RSTs are told of by their own labels.
    private func isRefused(_ index: Int) -> Bool {
        switch facts[index].verdict {
        case .refused(.syn), .refused(.oldTimestamp), .refused(.window), .refused(.acknowledgment): true
        case .refused(.reset), .refused(.octets), .taken, .copy, .corrupt, .foreign: false
        }
    }

    /// The connection of a socket with itself: every segment is its own receiver's, so there is nothing to compare.
    private mutating func appendReflexive(_ index: Int) {
        if facts[index].artefact == .corrupt {
            add(.corruptChecksum, to: index)
        } else if facts[index].isSYN {
            add(.selfConnection, to: index)
            if !ownSYNs.isEmpty { add(.simultaneousOpen, to: index, evidence: ownSYNs) }
            ownSYNs = ownSYNs.suffix(Self.ownLimit - 1) + [index]
        }
    }

    /// At most so many SYNs of a socket to itself are named: a limit for hostile captures.
    private static let ownLimit = 64

    // MARK: Labels

    /// The segments before the last one whose labels have changed since this was last asked.
    mutating func takeChanged() -> [Int] {
        defer { changed = [] }
        return changed
    }

    private static let ranks = Dictionary(
        uniqueKeysWithValues: SegmentLabel.allCases.enumerated().map { ($1, $0) })

    private static func rank(_ label: SegmentLabel) -> Int { ranks[label] ?? 0 }

    /// Puts a label on a segment, behind those that say more. `evidence` and `original` are segments' indices.
    mutating func add(
        _ label: SegmentLabel, to index: Int, evidence: [Int] = [], original: Int? = nil, ordinal: Int? = nil
    ) {
        put(
            ProvedLabel(
                label, evidence: evidence.filter { $0 != index }.map { facts[$0].number },
                original: original.map { facts[$0].number }, ordinal: ordinal), on: index)
    }

    private mutating func put(_ proved: ProvedLabel, on index: Int) {
        // Most are alone.
        if labels[index].isEmpty {
            labels[index] = [proved]
        } else {
            let rank = Self.rank(proved.label)
            let place = labels[index].firstIndex { Self.rank($0.label) > rank } ?? labels[index].endIndex
            labels[index].insert(proved, at: place)
        }
        if notesChanges, index < facts.count - 1 { changed.append(index) }
    }

    /// Takes labels off a segment.
    mutating func remove(_ kinds: [SegmentLabel], from index: Int) {
        let count = labels[index].count
        labels[index].removeAll { kinds.contains($0.label) }
        if labels[index].count != count, notesChanges, index < facts.count - 1 { changed.append(index) }
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
            if fact.classes.contains(.zeroWindow) { add(.zeroWindow, to: index) }
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

    /// At most so many of an end's segments are kept in doubt: a limit for hostile captures.
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
        if ends[side].start == nil { ends[side].start = Shown(place: start, index: index) }
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
            let opening = SYNSeries(sequence: fact.sequence, first: index, last: index)
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
        labelSum(index)
        if fact.sharesFrame { add(.sharesFrame, to: index) }
        if fact.isBeginning {
            put(ProvedLabel(.restNotCaptured, evidence: fragments[index] ?? []), on: index)
            return
        }
        if let packets = fragments[index] {
            put(ProvedLabel(.inFragments, evidence: packets), on: index)
            return
        }
        guard !fact.isSYN, let limit = ends[1 - fact.side].maximumSegmentSize, limit > 0,
            fact.payloadLength > UInt32(limit)
        else { return }
        let opening = ends[1 - fact.side].syn ?? ends[1 - fact.side].synAck
        add(.segmentationOffload, to: index, evidence: opening.map { [$0.first] } ?? [])
    }
}
