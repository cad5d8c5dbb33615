import CaptureFile
import TCPState
import TCPWire
import Tracking

/// The order in which segments came, where the capture's times and its packet order disagree.
extension Judge {
    /// Puts the segments into the order of their times. Where the file's order fits their numbers better, the clock was
    /// set back: then that order stays, and the times after the step are moved forward.
    mutating func putInOrder() -> TimeDisorder {
        var disorder = TimeDisorder()
        guard traits.goesBack else { return disorder }
        let goesBack = zip(order, order.dropFirst()).contains { times[$1] < times[$0] }
        guard goesBack else { return disorder }
        let sorted = order.enumerated().sorted { (times[$0.element], $0.offset) < (times[$1.element], $1.offset) }
            .map(\.element)
        if oddities(of: order) < oddities(of: sorted) {
            setClockOn(&disorder)
            return disorder
        }
        var latest = Int64.min
        for index in order {
            if times[index] < latest {
                disorder.late += 1
                disorder.longest = max(disorder.longest, latest &- times[index])
            }
            latest = max(latest, times[index])
        }
        order = sorted
        return disorder
    }

    /// Moves the times after each step back, so that they go on from where they stood. This ends at a step forward of
    /// the same size, where the clock was set right again.
    private mutating func setClockOn(_ disorder: inout TimeDisorder) {
        var (shift, latest) = (Int64(0), Int64.min)
        /// The place from which the last step back no longer applies, and by how much that step had moved the times.
        var (end, passing) = (Int.max, Int64(0))
        for place in order.indices {
            if place == end { shift &-= passing }
            let time = times[order[place]]
            if latest != .min, time &+ shift < latest {
                let step = latest &- (time &+ shift)
                disorder.setsBack += 1
                disorder.longestSetBack = max(disorder.longestSetBack, step)
                shift &+= step
                (end, passing) = (stepForward(from: place, of: step) ?? .max, step)
            }
            times[order[place]] = max(latest, time &+ shift)
            latest = times[order[place]]
        }
    }

    /// How far a step forward is looked for: a limit for hostile captures.
    private static let stepReach = 1024

    /// The first place after `place` where the clock steps forward by as much as it had stepped back.
    private func stepForward(from place: Int, of step: Int64) -> Int? {
        guard step >= 1_000_000_000 else { return nil }
        return order.indices[place...].dropFirst().prefix(Self.stepReach).first {
            times[order[$0]] &- times[order[$0 - 1]] >= step
        }
    }

    /// How many segments do not fit if they came in this order: numbers are left out, sent again, or acknowledged
    /// before they were sent. The order with the fewest of these is believed.
    private func oddities(of order: [Int]) -> Int {
        var cursor = ConnectionCursor()
        var count = 0
        for index in order {
            // Only the numbers matter here, so all segments get the same time.
            let segment = TrackedSegment(
                sightings[index].segment, of: sightings.key, at: Timestamp(nanoseconds: 0))
            guard let reading = cursor.take(segment) else {
                count += 1
                cursor = ConnectionCursor()
                _ = cursor.take(segment)
                continue
            }
            let odd: SegmentClass = [
                .opensHole, .repeats, .partlyOld, .fillsHole, .acknowledgesUnseen, .stray, .invalidACK, .bearsOutOther,
            ]
            if !reading.classes.isDisjoint(with: odd) { count += 1 }
            if isLateOpening(segment, in: cursor) { count += 1 }
        }
        return count
    }

    /// Whether a SYN comes after segments of the connection that it opens.
    private func isLateOpening(_ segment: TrackedSegment, in cursor: borrowing ConnectionCursor) -> Bool {
        guard segment.opens, let record = cursor.record else { return false }
        let own = record.halves[segment.side]
        let isAnswered = segment.flags.contains(.ack) || record.halves[record.peer(of: segment.side)].segments > 0
        return own.segments > 1 && own.next != segment.sequence + segment.sequenceLength
            || !segment.flags.contains(.ack) && isAnswered && record.firstNumber != UInt64(segment.number)
                && own.segments == 1
    }

    /// Moves segments that were captured a moment before their cause, such as an ACK of data that is captured next, to
    /// after it.
    mutating func putCausesFirst() {
        let reach = min(Self.writingDelay, max(1, trip ?? .max))
        // Each segment is moved only once, because two may acknowledge each other.
        var moved: Set<Int> = []
        var next: [SequenceNumber?] = [nil, nil]
        /// By side: its last SYN that was not refused.
        var opened: [Int?] = [nil, nil]
        var place = 0
        while place < order.count {
            let index = order[place]
            let sighting = sightings[index]
            if isReal(index), sighting.flags.contains(.ack), !moved.contains(index),
                let cause = sighting.flags.isDisjoint(with: [.syn, .rst])
                    ? cause(of: place, next[1 - sighting.side], within: reach)
                    : openingCause(of: place, opened[1 - sighting.side], within: reach)
            {
                for later in place..<cause { order[later] = order[later + 1] }
                order[cause] = index
                moved.insert(index)
                disorder.late += 1
                disorder.longest = max(disorder.longest, gap(index, order[cause - 1]))
                continue
            }
            if isReal(index), !sighting.flags.contains(.rst) {
                next[sighting.side] = next[sighting.side]?.later(sighting.end) ?? sighting.end
                if sighting.flags.contains(.syn) { opened[sighting.side] = index }
            } else if isReal(index), let asked = opened[1 - sighting.side],
                sightings[asked].isOpening(answeredBy: sighting)
            {
                // The SYN was refused, so a later RST refuses another SYN.
                opened[1 - sighting.side] = nil
            }
            place += 1
        }
    }

    /// The longest time by which a packet may be captured after its answer, in nanoseconds.
    private static let writingDelay: Int64 = 500_000
    /// At most this many segments after an answer are examined: a limit for hostile captures.
    private static let causeLimit = 64

    /// The place of the SYN that the SYN-ACK or RST at `place` answers; `nil` where the SYN came before it, or is
    /// captured later than `reach`.
    private func openingCause(of place: Int, _ opened: Int?, within reach: Int64) -> Int? {
        let answer = sightings[order[place]]
        if let opened, sightings[opened].isOpening(answeredBy: answer) { return nil }
        guard !answer.flags.contains(.rst) || answer.segment.sequence.rawValue == 0 else { return nil }
        return order.indices[(place + 1)...].prefix(Self.causeLimit)
            .prefix { gap(order[place], order[$0]) <= reach }
            .first { isReal(order[$0]) && sightings[order[$0]].isOpening(answeredBy: answer) }
    }

    /// The place of the segment that completes what the segment at `place` acknowledges; `nil` where that acknowledges
    /// nothing that is captured later, or where not all of it is captured within `reach`.
    private func cause(of place: Int, _ next: SequenceNumber?, within reach: Int64) -> Int? {
        let sighting = sightings[order[place]]
        let number = sighting.segment.acknowledgment
        guard var covered = next, number.isAfter(covered) else { return nil }
        for later in order.indices[(place + 1)...].prefix(Self.causeLimit) {
            let other = sightings[order[later]]
            guard gap(order[place], order[later]) <= reach else { return nil }
            guard isReal(order[later]), other.side != sighting.side, !other.flags.contains(.rst),
                other.segment.sequence.isAtOrBefore(covered)
            else { continue }
            covered = covered.later(other.end)
            if other.end == number { return later }
            if other.end.isAfter(number) { return nil }
        }
        return nil
    }
}

extension Sighting {
    /// Whether it is a SYN that `answer`, from the other end, accepts or refuses.
    func isOpening(answeredBy answer: Sighting) -> Bool {
        let number = answer.segment.acknowledgment
        return side != answer.side && flags.contains(.syn) && number.isAfter(segment.sequence)
            && number.isAtOrBefore(end)
    }
}
