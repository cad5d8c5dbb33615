import CaptureFile
import TCPState
import TCPWire

/// The cursor of a direction: where its numbers stand, what is missing in them, and what the next segment is by that.
extension ConnectionRecord {
    /// A jump further ahead than this, and than the window that the other end offers, is not believed until something bears
    /// it out: the next segment, or an ACK.
    private static let believable: Int32 = 1 << 20

    /// Whether so many numbers beyond ``Half/next`` of `side` are more than its peer can have let in. Mutating, as what it asks,
    /// only so that the record is looked at where it lies: else it would be copied first.
    @inline(__always)
    private mutating func isOutOfReach(_ distance: Int32, of side: Int) -> Bool {
        // What its window comes to is asked for only where the answer depends on it, which is nearly never.
        distance > Self.believable && isOutOfWindow(distance, of: side)
    }

    @inline(never)
    private mutating func isOutOfWindow(_ distance: Int32, of side: Int) -> Bool {
        distance > Int32(clamping: window(of: peer(of: side)))
    }

    /// Classifies a segment that is no RST by its numbers, and moves its direction's cursor.
    mutating func noteNumbers(
        _ segment: TrackedSegment, from side: Int, repeatsSYN: Bool, at ticks: UInt32,
        _ transitions: borrowing TransitionMatrix, _ store: inout HoleStore
    ) -> SegmentReading {
        if segment.flags.contains(.syn) { return noteOpening(segment, from: side, repeatsSYN, at: ticks) }
        var reading = SegmentReading()
        let length = segment.sequenceLength
        let end = segment.sequence + length
        let isFIN = segment.flags.contains(.fin)
        // What the other end waits for where the capture begins was sent before that, nobody knows when.
        var opened = ticks
        if !halves[side].marks.contains(.numbered) {
            begin(segment, from: side)
            if halves[side].marks.contains(.initialGuessed) { opened = ticks &- UInt32(1 << 30) }
        }
        if let probe = probe(segment, from: side) {
            reading.classes.insert(probe)
            if end.isAfter(halves[side].next) {
                // An octet that is sent into a closed window for the first time takes a number.
                halves[side].advance(to: end)
                reading.classes.insert(.advances)
            } else if halves[side].marks.contains(.gapped), probe == .windowProbe, length > 0 {
                // One that was sent before and not captured is there now.
                let next = halves[side].next
                reading.found = store.fill(segment.sequence, end, in: &halves[side].holes, before: next).acknowledged
                halves[side].noteHoles()
            }
            return reading
        }
        if isStray(segment, from: side, at: ticks, transitions, &store, &reading) {
            reading.classes.insert(.stray)
            return reading
        }
        let next = halves[side].next
        if segment.sequence.isBefore(next), length > 0 {
            noteOld(segment, from: side, at: ticks, &store, &reading)
        } else if segment.sequence.isAfter(next) {
            open(next, segment.sequence, of: side, .open, at: opened, by: segment, &store)
            reading.classes.insert(.opensHole)
            if length == 0 { halves[side].advance(to: end) }
        }
        if isFIN, !halves[side].marks.contains(.fin) {
            halves[side].marks.insert(.fin)
            if end.isBefore(next) { retreat(side, to: end, &store) }
        }
        if length > 0, end.isAfter(next) {
            reading.classes.insert(.advances)
            halves[side].advance(to: end)
            if !reading.classes.isSentAgain { startTimer(side, until: end, at: ticks) }
        }
        return reading
    }

    /// Begins to count where the SYN, or what the other end has acknowledged, tells that the first number lies; where a guess
    /// lies nowhere near, with the segment.
    private mutating func begin(_ segment: TrackedSegment, from side: Int) {
        let first = halves[side].initialSequence + 1
        let distance = segment.sequence.distance(from: first)
        // One octet or none before what the other end waits for only asks for an answer (RFC 9293 3.8.4).
        let isProbe =
            distance == -1 && segment.payloadLength <= 1 && segment.flags.isDisjoint(with: [.fin, .rst])
            && halves[side].marks.contains(.initialGuessed)
        if halves[side].marks.contains(.initialKnown) || isProbe || distance >= 0 && !isOutOfReach(distance, of: side) {
            halves[side].begin(at: first)
        } else {
            halves[side].initialSequence = segment.sequence - 1
            halves[side].begin(at: segment.sequence)
        }
    }

    /// A SYN or SYN-ACK, and what it carries.
    private mutating func noteOpening(
        _ segment: TrackedSegment, from side: Int, _ repeatsSYN: Bool, at ticks: UInt32
    ) -> SegmentReading {
        var reading = SegmentReading()
        // A FIN beside a SYN ends nothing.
        let end = segment.sequence + 1 + segment.payloadLength
        if repeatsSYN {
            reading.classes.insert(.repeats)
            reading.octetsSentAgain = segment.payloadLength
            halves[side].marks.remove(.timing)
        } else if halves[side].extent <= 1 {
            reading.classes.insert(.advances)
            startTimer(side, until: end, at: ticks)
        }
        if end.isAfter(halves[side].next) { halves[side].advance(to: end) }
        return reading
    }

    /// One octet or none that asks for nothing but an answer. Mutating only as ``isOutOfReach(_:of:)`` is.
    @inline(__always)
    private mutating func probe(_ segment: TrackedSegment, from side: Int) -> SegmentClass? {
        let other = peer(of: side)
        guard segment.payloadLength <= 1, segment.flags.contains(.ack), !segment.flags.contains(.fin),
            halves[other].marks.contains(.acknowledged)
        else { return nil }
        // Behind a FIN there is no octet to ask with.
        guard
            !halves[side].marks.contains(.fin) || segment.payloadLength == 0
                || !segment.sequence.isAtOrAfter(halves[side].next)
        else { return nil }
        let acknowledged = halves[other].highestAcknowledgment
        if halves[other].window == 0 {
            // Linux sends an empty segment before the first number that is not acknowledged, others that octet itself.
            let isOctet = segment.payloadLength == 1 && segment.sequence == acknowledged
            return isOctet || segment.sequence == acknowledged - 1 ? .windowProbe : nil
        }
        let isBehind = segment.sequence == halves[side].next - 1 && acknowledged == halves[side].next
        return isBehind ? .keepAlive : nil
    }

    // MARK: Numbers that were there before

    private mutating func noteOld(
        _ segment: TrackedSegment, from side: Int, at ticks: UInt32, _ store: inout HoleStore,
        _ reading: inout SegmentReading
    ) {
        let next = halves[side].next
        let end = segment.sequence + segment.sequenceLength
        let limit = end.isAfter(next) ? next : end
        let numbers = limit.relative(to: segment.sequence)
        var filling = HoleStore.Filling()
        if halves[side].marks.contains(.gapped) {
            filling = store.fill(segment.sequence, limit, in: &halves[side].holes, before: next)
            halves[side].noteHoles()
        }
        noteBeforeCapture(segment.sequence, limit, of: side, at: ticks, &filling)
        reading.found = filling.acknowledged
        if filling.awaited > 0 { reading.classes.insert(.advances) }
        if filling.numbers > filling.awaited {
            reading.classes.insert(.fillsHole)
            if isOvertaken(segment, filling, from: side, at: ticks) { reading.classes.insert(.overtaken) }
        }
        if filling.numbers < numbers { reading.classes.insert(end.isAfter(next) ? .partlyOld : .repeats) }
        guard reading.classes.isSentAgain else { return }
        reading.octetsSentAgain = min(numbers, segment.payloadLength)
        // Which of the two an ACK answers, nobody can tell (RFC 6298 3, Karn's algorithm).
        halves[side].marks.remove(.timing)
    }

    /// What lies before the first number of a capture that starts in the middle was not captured either.
    private func noteBeforeCapture(
        _ start: SequenceNumber, _ limit: SequenceNumber, of side: Int, at ticks: UInt32,
        _ filling: inout HoleStore.Filling
    ) {
        let (lead, extent) = (halves[side].lead(over: start), halves[side].extent)
        guard halves[side].marks.contains(.initialGuessed), extent > 0, lead >= extent else { return }
        filling.numbers &+= min(limit.relative(to: start), UInt32(truncatingIfNeeded: lead - (extent - 1)))
        // Since the capture began, counted no further than it matters.
        let isLong = lastTime.nanoseconds(since: firstTime) > Int64(Self.longestDetour) * Self.tick
        if filling.ticks == nil { filling.ticks = isLong ? ticks &- UInt32(1 << 30) : 0 }
        filling.duplicates = min(filling.duplicates, 0)
    }

    /// What comes later than this was not on its way all the time, and the halves of timestamps say nothing any more: 10 s.
    private static let longestDetour = Int32(10_000_000_000 / tick)

    /// Without any other sign, what comes this soon was overtaken: 3 ms.
    private static let reorderingFloor = UInt32(3_000_000 / tick)

    /// Whether what fills a hole was sent before what had passed it. The sender's clock says so. Else it was filled sooner
    /// than its sender can have learnt of the hole: within a round trip, or a little later where the other end has not asked
    /// for it with three duplicate ACKs (RFC 5681 3.2).
    private func isOvertaken(
        _ segment: TrackedSegment, _ filling: HoleStore.Filling, from side: Int, at ticks: UInt32
    ) -> Bool {
        guard let opened = filling.ticks, Int32(bitPattern: ticks &- opened) <= Self.longestDetour else { return false }
        if segment.stamp != 0, filling.stamp != 0, segment.stamp != filling.stamp {
            return Int16(bitPattern: segment.stamp &- filling.stamp) < 0
        }
        let trip = filling.isOpenedEmpty ? Self.reorderingFloor : roundTripTicks ?? Self.reorderingFloor
        let duplicates = halves[peer(of: side)].duplicateAcknowledgments
        let isAsked = duplicates >= filling.duplicates && duplicates &- filling.duplicates >= 3
        let patience = isAsked ? trip : max(trip, Self.reorderingFloor)
        // Below zero where the capture's times go back: then it stands in the file later than it came.
        return Int32(bitPattern: ticks &- opened) < Int32(clamping: patience)
    }

    /// The way to both ends and back, as short as it was seen; `nil` where it was not.
    private var roundTripTicks: UInt32? {
        let (one, two) = (halves[0].shortestRoundTrip, halves[1].shortestRoundTrip)
        if one != .max, two != .max { return UInt32(clamping: UInt64(one) + UInt64(two)) }
        return handshakeTicks != .max ? handshakeTicks : one != .max ? one : two != .max ? two : nil
    }

    // MARK: Numbers that are missing

    private mutating func open(
        _ start: SequenceNumber, _ end: SequenceNumber, of side: Int, _ kind: Hole.Kind, at ticks: UInt32,
        by segment: TrackedSegment? = nil, _ store: inout HoleStore
    ) {
        guard start != end else { return }
        let duplicates = halves[peer(of: side)].duplicateAcknowledgments
        var hole = Hole(start: start, end: end, ticks: ticks, duplicates: duplicates, kind: kind)
        if let segment {
            hole.stamp = segment.stamp
            hole.isOpenedEmpty = segment.sequenceLength == 0
        }
        store.append(hole, to: &halves[side].holes)
        halves[side].noteHoles()
    }

    /// Lets go of holes that will not be filled any more, of a direction that has some.
    mutating func forgetHoles(of side: Int, at ticks: UInt32, _ store: inout HoleStore) {
        let patience = max(roundTripTicks ?? 0, Self.reorderingFloor)
        let isAnswered = halves[side].marks.contains(.synAcknowledged)
        store.forget(
            acknowledgedBefore: patience, of: &halves[side].holes, at: ticks, passed: halves[side].next,
            isAnswered: isAnswered)
        halves[side].noteHoles()
    }

    // MARK: Numbers that are not believed

    /// Whether a segment's numbers cannot be of this stream, as far as is known.
    private mutating func isStray(
        _ segment: TrackedSegment, from side: Int, at ticks: UInt32, _ transitions: borrowing TransitionMatrix,
        _ store: inout HoleStore, _ reading: inout SegmentReading
    ) -> Bool {
        let end = segment.sequence + segment.sequenceLength
        if halves[side].marks.contains(.fin) {
            // Nothing comes after a FIN: what seems to was never of this stream.
            if end.isAfter(halves[side].next) { return true }
        } else if segment.flags.contains(.fin), end.isBefore(halves[side].next),
            isAcknowledged(end + 1, of: side) || isBeforeAll(end, of: side)
        {
            // What lies behind this FIN has been acknowledged, or is all there is.
            return true
        }
        if halves[side].marks.contains(.initialKnown), halves[side].lead(over: segment.sequence) > halves[side].extent {
            return true
        }
        guard isOutOfReach(segment.sequence.distance(from: halves[side].next), of: side) else { return false }
        return isFar(segment, from: side, at: ticks, transitions, &store, &reading)
    }

    /// Whether a stream that ends here would hold nothing of what was captured of it.
    private mutating func isBeforeAll(_ end: SequenceNumber, of side: Int) -> Bool {
        halves[side].extent > 1 && halves[side].lead(over: end) >= halves[side].extent - 1
    }

    @inline(__always)
    private func isAcknowledged(_ number: SequenceNumber, of side: Int) -> Bool {
        let other = peer(of: side)
        return halves[other].marks.contains(.acknowledged)
            && halves[other].highestAcknowledgment.isAtOrAfter(number)
    }

    /// A jump ahead that nothing explains waits for the next segment or ACK to bear it out. Where the stream goes on from its
    /// old place instead, the jump was not of this stream.
    private mutating func isFar(
        _ segment: TrackedSegment, from side: Int, at ticks: UInt32, _ transitions: borrowing TransitionMatrix,
        _ store: inout HoleStore, _ reading: inout SegmentReading
    ) -> Bool {
        let start = segment.sequence
        let end = start + segment.sequenceLength
        let isFIN = segment.flags.contains(.fin)
        if halves[side].marks.contains(.gapped),
            let old = store.takeSuspect(of: &halves[side].holes, where: { !$0.isSYN })
        {
            // What lies behind a FIN does not speak for it.
            let goesOn = start.isAtOrAfter(old.start) && (!old.isFIN || end.isAtOrBefore(old.end))
            if goesOn, !isOutOfReach(start.distance(from: old.end), of: side),
                accept(old, of: side, at: ticks, transitions, &store)
            {
                reading.classes.insert(.bearsOut)
                reading.borneOut = old.start
                return false
            }
        }
        var suspect = Hole(start: start, end: end, ticks: ticks, duplicates: 0, kind: .suspect)
        suspect.isFIN = isFIN
        store.append(suspect, to: &halves[side].holes)
        halves[side].noteHoles()
        return true
    }

    /// What was suspect is of this stream after all: what lies before it was not captured.
    ///
    /// - Returns: whether it is; not where the stream has gone on from its old place, beyond it.
    private mutating func accept(
        _ suspect: Hole, of side: Int, at ticks: UInt32, _ transitions: borrowing TransitionMatrix,
        _ store: inout HoleStore
    ) -> Bool {
        guard suspect.start.isAtOrAfter(halves[side].next) else { return false }
        open(halves[side].next, suspect.start, of: side, .open, at: ticks, &store)
        halves[side].advance(to: suspect.end)
        guard suspect.isFIN else { return true }
        halves[side].marks.insert(.fin)
        if closer == nil { closer = side }
        move(side, .close, transitions)
        return true
    }

    /// The stream ends before numbers that seemed to be of it.
    private mutating func retreat(_ side: Int, to end: SequenceNumber, _ store: inout HoleStore) {
        if halves[side].marks.contains(.gapped) {
            _ = store.fill(end, halves[side].next, in: &halves[side].holes, before: end)
            halves[side].noteHoles()
        }
        halves[side].retreat(to: end)
    }

    // MARK: What the other end acknowledges

    /// Whether a number that lies beyond all that `side` was seen to send can have been sent. If so it counts as sent, and not
    /// captured; unless `side` was never seen to send anything, where the count begins there.
    mutating func believes(
        acknowledgment number: SequenceNumber, of side: Int, by segment: TrackedSegment, at ticks: UInt32,
        _ transitions: borrowing TransitionMatrix, _ store: inout HoleStore, _ reading: inout SegmentReading
    ) -> Bool {
        let marks = halves[side].marks
        guard !marks.contains(.fin), !segment.flags.contains(.syn), !isOpening(side) else {
            return false
        }
        if marks.contains(.gapped),
            let suspect = store.takeSuspect(of: &halves[side].holes, where: { !$0.isSYN })
        {
            let speaks = number.isAtOrAfter(suspect.start) && (!suspect.isFIN || number.isAtOrBefore(suspect.end))
            if speaks, !isOutOfReach(number.distance(from: suspect.end), of: side),
                accept(suspect, of: side, at: ticks, transitions, &store)
            {
                reading.classes.insert(.bearsOutOther)
                reading.borneOut = suspect.start
            } else {
                store.append(suspect, to: &halves[side].holes)
            }
        }
        let beyond = number.distance(from: halves[side].next)
        guard beyond > 0 else { return true }
        guard !isOutOfReach(beyond, of: side), !halves[side].marks.contains(.fin) else { return false }
        if !marks.contains(.initialKnown), halves[side].extent <= 1 {
            traits.insert(.oddNumbers)
            halves[side].initialSequence = number - 1
            halves[side].begin(at: number)
            return true
        }
        open(halves[side].next, number, of: side, .acknowledged, at: ticks, &store)
        halves[side].advance(to: number)
        reading.classes.insert(.acknowledgesUnseen)
        reading.missing &+= UInt32(bitPattern: beyond)
        reading.missingHoles &+= 1
        return true
    }

    /// Whether an end that has only just sent its SYN is answered with other numbers: of a connection before (RFC 9293 3.5,
    /// Figure 9), or made up.
    private func isOpening(_ side: Int) -> Bool {
        !halves[side].marks.isDisjoint(with: [.syn, .synAck]) && !halves[side].marks.contains(.synAcknowledged)
    }

    // MARK: The round trip

    /// One segment at a time has its round trip measured.
    private mutating func startTimer(_ side: Int, until end: SequenceNumber, at ticks: UInt32) {
        guard !halves[side].marks.contains(.timing) else { return }
        halves[side].marks.insert(.timing)
        halves[side].timedEnd = end
        halves[side].timedAt = ticks
    }

    /// Gives up what has not been answered for so long that the ticks could soon go round, and what began later than this
    /// segment by the capture's own times.
    ///
    /// - Parameter silence: nanoseconds since the latest segment; below zero where the times go back.
    mutating func giveUpTimers(at ticks: UInt32, after silence: Int64, _ store: inout HoleStore) {
        let isLong = silence.magnitude >= UInt64(Self.longestRoundTrip)
        for side in 0...1 where isLong || Int32(bitPattern: ticks &- halves[side].timedAt) < 0 {
            halves[side].marks.remove(.timing)
        }
        for side in 0...1 where halves[side].marks.contains(.gapped) {
            let isOld = silence.magnitude >= UInt64(HoleStore.oldest) * UInt64(Self.tick)
            store.age(halves[side].holes, at: ticks, isLong: isOld)
        }
    }

    /// Half of what the ticks can count, in nanoseconds: 214 s.
    static let longestRoundTrip = Int64(1 << 31) * tick
}

extension Half {
    /// Notes whether there are holes.
    @inline(__always)
    fileprivate mutating func noteHoles() {
        if holes == 0 { marks.remove(.gapped) } else { marks.insert(.gapped) }
    }

    /// How many numbers ``next`` lies beyond `number`; 0 where it does not.
    @inline(__always)
    fileprivate func lead(over number: SequenceNumber) -> UInt64 {
        number.isBefore(next) ? UInt64(next.relative(to: number)) : 0
    }
}
