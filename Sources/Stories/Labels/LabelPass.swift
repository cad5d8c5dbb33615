import CaptureFile
import FlatMemory
import TCPState
import TCPWire
import Tracking

/// Processes the segments of one connection one after another, and labels each one. A later segment may add labels to
/// earlier ones, or change them.
struct LabelPass {
    private(set) var facts: [SegmentFacts] = []
    let reusesTuple: Bool
    /// By how many bits each end's window field is shifted; `nil` where that is not known.
    let windowShifts: [UInt8?]
    private let isReflexive: Bool
    var ends = [End(), End()]
    /// The labels of every segment, the most important ones first.
    private(set) var labels: [[ProvedLabel]] = []
    /// Segments before the last one whose labels have changed; ``takeChanged()`` empties it.
    private var changed: [Int] = []
    /// By segment: whether it carries numbers that were sent before. The label that says why may come only later.
    var isRepeated: [Bool] = []
    /// The segment before the current one, of either end.
    var previous: Int?
    /// The time from the SYN to the ACK that completes the handshake, or a better estimate since then; in nanoseconds.
    var roundTrip: Int64?
    /// RSTs that were ignored, until a segment comes that proves it.
    var refusedResets: [Int] = []
    /// Whether both ends may send tail loss probes, as the labels assume now.
    var mayProbe = true
    /// By sender: whether the capture seems to be made close to the receiver, as the labels assume now.
    var isNear = [false, false]
    /// How many segments were retransmitted by timers.
    var timed = 0
    /// Copies whose originals have not come yet, by the original's packet number: a copy may stand before its original
    /// in the capture.
    private var earlyCopies: [Int: [Int]] = [:]
    /// Whether ``takeChanged()`` will be called.
    var notesChanges = true
    /// The SYNs in a connection of a socket with itself.
    private var ownSYNs: [Int] = []
    private var places = PlacesByNumber()
    /// For segments that came in IP fragments: the packet numbers of the fragments.
    private var fragments: [Int: [Int]] = [:]

    /// - Parameter record: the connection's record, as far as it is known.
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

    /// Processes the next segment.
    ///
    /// - Parameter fragments: the packet numbers of its IP fragments; empty if it came in one packet.
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
            // Its receiver answers it nevertheless. An old or forged segment says nothing about its end.
            if [.refused(.syn), .refused(.acknowledgment)].contains(fact.verdict) {
                ends[fact.side].last = index
                previous = index
            }
        } else {
            take(index)
        }
        if timed <= Self.timedHandful { relabelTimers() }
    }

    /// The index of the segment with this packet number.
    mutating func place(of number: Int) -> Int? { places.place(of: number, in: facts) }

    /// Notes when a segment arrived, if this is reported.
    mutating func note(_ arrival: SegmentFacts.Arrival, of index: Int) { facts[index].arrival = arrival }

    /// Corrects the labels that depend on all segments and were put off: which retransmissions may have been tail loss
    /// probes, how losses are called, and whose checksums were not filled in.
    mutating func settle() {
        relabelTimers()
        relabelLosses()
        for side in 0...1 { relabelSums(of: side) }
    }

    /// Whether the receiver did not accept the segment because of its numbers or its age. RSTs have labels of their
    /// own.
    private func isRefused(_ index: Int) -> Bool {
        switch facts[index].verdict {
        case .refused(.syn), .refused(.oldTimestamp), .refused(.window), .refused(.acknowledgment): true
        case .refused(.reset), .refused(.octets), .taken, .copy, .corrupt, .foreign: false
        }
    }

    /// Labels a segment of a connection of a socket with itself. It has the same end as sender and receiver, so nothing
    /// can be compared.
    private mutating func appendReflexive(_ index: Int) {
        if facts[index].artefact == .corrupt {
            add(.corruptChecksum, to: index)
        } else if facts[index].isSYN {
            add(.selfConnection, to: index)
            if !ownSYNs.isEmpty { add(.simultaneousOpen, to: index, evidence: ownSYNs) }
            ownSYNs = ownSYNs.suffix(Self.ownLimit - 1) + [index]
        }
    }

    /// At most this many SYNs of a socket to itself are named as evidence: a limit for hostile captures.
    private static let ownLimit = 64

    // MARK: Labels

    /// The segments before the last one whose labels have changed since this was last called.
    mutating func takeChanged() -> [Int] {
        defer { changed = [] }
        return changed
    }

    private static let ranks = Dictionary(
        uniqueKeysWithValues: SegmentLabel.allCases.enumerated().map { ($1, $0) })

    private static func rank(_ label: SegmentLabel) -> Int { ranks[label] ?? 0 }

    /// Adds a label to a segment, after the more important ones. `evidence` and `original` are segments' indices.
    mutating func add(
        _ label: SegmentLabel, to index: Int, evidence: [Int] = [], original: Int? = nil, ordinal: Int? = nil
    ) {
        put(
            ProvedLabel(
                label, evidence: evidence.filter { $0 != index }.map { facts[$0].number },
                original: original.map { facts[$0].number }, ordinal: ordinal), on: index)
    }

    private mutating func put(_ proved: ProvedLabel, on index: Int) {
        // Most labels are the only one of their segment.
        if labels[index].isEmpty {
            labels[index] = [proved]
        } else {
            let rank = Self.rank(proved.label)
            let place = labels[index].firstIndex { Self.rank($0.label) > rank } ?? labels[index].endIndex
            labels[index].insert(proved, at: place)
        }
        if notesChanges, index < facts.count - 1 { changed.append(index) }
    }

    /// Removes labels from a segment.
    mutating func remove(_ kinds: [SegmentLabel], from index: Int) {
        let count = labels[index].count
        labels[index].removeAll { kinds.contains($0.label) }
        if labels[index].count != count, notesChanges, index < facts.count - 1 { changed.append(index) }
    }

    func has(_ label: SegmentLabel, _ index: Int) -> Bool { labels[index].contains { $0.label == label } }

    /// The longest time between two segments that is counted, in nanoseconds. A capture can claim any times; larger
    /// differences mean nothing, and this one can be multiplied without overflow.
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
        // An empty probe has the number before the next one.
        if isProbe, fact.length == 0 { moveLine(of: fact.side, to: start + 1) }
        if fact.classes.contains(.bearsOutOther) { believe(of: 1 - fact.side, by: index) }
    }

    /// At most this many of an end's unbelieved segments are kept: a limit for hostile captures.
    private static let suspectLimit = 16

    /// Adds a segment that was not believed when it came and is borne out now.
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

    /// Labels a segment by its numbers, whether or not its receiver accepted it. Returns where it starts, and whether
    /// it is a probe.
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

    /// Processes a damaged segment: its receiver dropped it, but its sender sent it.
    private mutating func noteDamaged(_ index: Int) {
        if facts[index].flags.isDisjoint(with: [.syn, .rst]) {
            moveLine(index, from: notePlace(index).start)
        } else if facts[index].classes.contains(.repeats) {
            labelOpening(index)
        } else if facts[index].isSYN, facts[index].classes.contains(.advances) {
            // The first SYN or SYN-ACK was damaged: its options reached nobody.
            let (fact, side) = (facts[index], facts[index].side)
            let opening = SYNSeries(sequence: fact.sequence, first: index, last: index)
            if fact.isACK { ends[side].synAck = opening } else { ends[side].syn = opening }
        }
    }

    /// Notes that the end's numbers have come as far as this segment.
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
        // Neither FIN acknowledges the other: they crossed.
        let first = facts[other]
        let behind = SequenceNumber(first.sequence) + first.length
        if SequenceNumber(facts[index].acknowledgment).isBefore(behind) {
            add(.simultaneousClose, to: index, evidence: [other])
        }
    }

    /// Notes the shortest time in which an end answers, as the record measures round trips: without retransmissions
    /// (RFC 6298 3).
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
