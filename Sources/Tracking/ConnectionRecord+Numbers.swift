import CaptureFile
import TCPState
import TCPWire

/// The cursor of a direction: where its numbers stand, what is missing in them, and what the next segment is by that.
extension ConnectionRecord {
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
        // Where the capture begins in the middle, the numbers that the other end waits for were sent before it, at an unknown
        // time.
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

    /// One octet or none that asks for nothing but an answer. Mutating for the same reason as ``isOutOfReach(_:of:)``.
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
        // An ACK does not tell which of the two it answers (RFC 6298 3, Karn's algorithm).
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
        // Ages are capped: older than this makes no difference.
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

    mutating func open(
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

extension HalfConnection {
    /// Notes whether there are holes.
    @inline(__always)
    mutating func noteHoles() {
        if holes == 0 { marks.remove(.gapped) } else { marks.insert(.gapped) }
    }

    /// How many numbers ``next`` lies beyond `number`; 0 where it does not.
    @inline(__always)
    func lead(over number: SequenceNumber) -> UInt64 {
        number.isBefore(next) ? UInt64(next.relative(to: number)) : 0
    }
}
