import CaptureFile
import TCPState
import TCPWire

/// The cursor of a direction: where its sequence numbers stand, which are missing, and how the next segment compares
/// with them.
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
        // In a capture that begins in the middle of the connection, numbers that the other end still waits for were
        // sent before the capture began, at an unknown time: the hole counts as very old.
        var opened = ticks
        if !halves[side].marks.contains(.numbered) {
            begin(segment, from: side)
            if halves[side].marks.contains(.initialGuessed) { opened = ticks &- UInt32(1 << 30) }
        }
        if let probe = probe(segment, from: side) {
            reading.classes.insert(probe)
            if end.isAfter(halves[side].next) {
                // An octet that is sent into a closed window for the first time takes up a sequence number.
                halves[side].advance(to: end)
                reading.classes.insert(.advances)
            } else if halves[side].marks.contains(.gapped), probe == .windowProbe, length > 0 {
                // An octet that was sent before but not captured then fills its hole now.
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

    /// Sets the first number that this direction is counted from. It is the one after the ISN, which the SYN or the
    /// other end's acknowledgment has shown; or the segment's own number, if the ISN is a guess that lies too far from
    /// it.
    private mutating func begin(_ segment: TrackedSegment, from side: Int) {
        let first = halves[side].initialSequence + 1
        let distance = segment.sequence.distance(from: first)
        // A segment of at most one octet, one number below what the other end waits for, only asks for an answer (RFC
        // 9293 3.8.4).
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

    /// Processes a SYN or SYN-ACK, and data that it carries.
    private mutating func noteOpening(
        _ segment: TrackedSegment, from side: Int, _ repeatsSYN: Bool, at ticks: UInt32
    ) -> SegmentReading {
        var reading = SegmentReading()
        // A FIN in a segment with SYN is ignored.
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

    /// The class of a segment of at most one octet that only asks for an answer (a keep-alive or a window probe); `nil`
    /// for any other segment. It is mutating for the same reason as ``isOutOfReach(_:of:)``.
    @inline(__always)
    private mutating func probe(_ segment: TrackedSegment, from side: Int) -> SegmentClass? {
        let other = peer(of: side)
        guard segment.payloadLength <= 1, segment.flags.contains(.ack), !segment.flags.contains(.fin),
            halves[other].marks.contains(.acknowledged)
        else { return nil }
        // After its FIN an end has no further octet that a probe could carry.
        guard
            !halves[side].marks.contains(.fin) || segment.payloadLength == 0
                || !segment.sequence.isAtOrAfter(halves[side].next)
        else { return nil }
        let acknowledged = halves[other].highestAcknowledgment
        if halves[other].window == 0 {
            // Linux probes with an empty segment one number below the first unacknowledged one, other systems with the
            // octet at that number.
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
        // An ACK now does not tell whether it answers the first transmission or this one (RFC 6298 3, Karn's
        // algorithm).
        halves[side].marks.remove(.timing)
    }

    /// Counts numbers before the first one of a capture that starts in the middle as missing until now: they were not
    /// captured either.
    private func noteBeforeCapture(
        _ start: SequenceNumber, _ limit: SequenceNumber, of side: Int, at ticks: UInt32,
        _ filling: inout HoleStore.Filling
    ) {
        let (lead, extent) = (halves[side].lead(over: start), halves[side].extent)
        guard halves[side].marks.contains(.initialGuessed), extent > 0, lead >= extent else { return }
        filling.numbers &+= min(limit.relative(to: start), UInt32(truncatingIfNeeded: lead - (extent - 1)))
        // These numbers were sent before tick 0. Where that is longer ago than ``longestDetour``, any age beyond it
        // will do.
        let isLong = lastTime.nanoseconds(since: firstTime) > Int64(Self.longestDetour) * Self.tick
        if filling.ticks == nil { filling.ticks = isLong ? ticks &- UInt32(1 << 30) : 0 }
        filling.duplicates = min(filling.duplicates, 0)
    }

    /// How long a segment can have been on its way after others overtook it, in ticks: 10 s. A later one was sent
    /// again; the lower halves of timestamps cannot be compared after so long either.
    private static let longestDetour = Int32(10_000_000_000 / tick)

    /// Without any other sign, a segment that fills a hole this soon counts as overtaken: 3 ms, in ticks.
    private static let reorderingFloor = UInt32(3_000_000 / tick)

    /// Whether a segment that fills a hole was overtaken, that is, sent before the segment that opened the hole. The
    /// sender's timestamps decide where there are any. Otherwise it was overtaken if it came sooner than its sender can
    /// have learned of the hole: within a round trip, or a little later where the other end has not asked for it with
    /// three duplicate ACKs (RFC 5681 3.2).
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
        // The difference is negative where the capture's times go back: the segment stands later in the file than it
        // came.
        return Int32(bitPattern: ticks &- opened) < Int32(clamping: patience)
    }

    /// The shortest round trip seen between the two ends, in ticks; if only one part of the path was measured, that
    /// part; `nil` if none was.
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

    /// Removes the holes of a direction that will not be filled any more. The direction must have some.
    mutating func forgetHoles(of side: Int, at ticks: UInt32, _ store: inout HoleStore) {
        let patience = max(roundTripTicks ?? 0, Self.reorderingFloor)
        let isAnswered = halves[side].marks.contains(.synAcknowledged)
        store.forget(
            acknowledgedBefore: patience, of: &halves[side].holes, at: ticks, passed: halves[side].next,
            isAnswered: isAnswered)
        halves[side].noteHoles()
    }

    // MARK: The round trip

    /// Starts to measure the round trip of a segment that ends at `end`, unless another one is being measured.
    private mutating func startTimer(_ side: Int, until end: SequenceNumber, at ticks: UInt32) {
        guard !halves[side].marks.contains(.timing) else { return }
        halves[side].marks.insert(.timing)
        halves[side].timedEnd = end
        halves[side].timedAt = ticks
    }

    /// Gives up round-trip measurements that have waited so long for their ACK that the tick counter could wrap, and
    /// those that began at a later time than this segment has.
    ///
    /// - Parameter silence: nanoseconds since the latest segment; negative where the times go back.
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

    /// The longest round trip that is measured, in nanoseconds: half the range of the tick counter, 214 s.
    static let longestRoundTrip = Int64(1 << 31) * tick
}

extension HalfConnection {
    /// Sets or clears the mark `gapped`, which says whether there are holes.
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
