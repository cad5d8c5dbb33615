import CaptureFile
import TCPState
import TCPWire
import Tracking

/// In which order segments came, where the capture's times and its order say otherwise.
extension Judge {
    /// Puts the segments into the order of their times, unless the file's order fits the numbers better: then the clock was set
    /// back, and the times behind it are moved on.
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

    /// Moves the times behind each step back, so that they go on where they stood: all of them, or those up to a step forward of
    /// the same size, where the clock was set right again.
    private mutating func setClockOn(_ disorder: inout TimeDisorder) {
        var (shift, latest) = (Int64(0), Int64.min)
        /// The place from which on the last step back does not count any more, and by how much it had moved the times.
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

    /// As far as a step forward is looked for; a bound for hostile captures.
    private static let stepReach = 1024

    /// The place behind one where the clock steps forward by as much as it had stepped back.
    private func stepForward(from place: Int, of step: Int64) -> Int? {
        guard step >= 1_000_000_000 else { return nil }
        return order.indices[place...].dropFirst().prefix(Self.stepReach).first {
            times[order[$0]] &- times[order[$0 - 1]] >= step
        }
    }

    /// In how many places an order of the segments does not fit: where numbers are left out, sent again, or acknowledged before they
    /// were sent. The order with the fewest is believed.
    private func oddities(of order: [Int]) -> Int {
        var cursor = ConnectionCursor()
        var count = 0
        for index in order {
            // In the order that is tried, each comes when it comes: only the numbers are asked.
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

    /// A SYN behind what it opens.
    private func isLateOpening(_ segment: TrackedSegment, in cursor: borrowing ConnectionCursor) -> Bool {
        guard segment.opens, let record = cursor.record else { return false }
        let own = record.halves[segment.side]
        let isAnswered = segment.flags.contains(.ack) || record.halves[record.peer(of: segment.side)].segments > 0
        return own.segments > 1 && own.next != segment.sequence + segment.sequenceLength
            || !segment.flags.contains(.ack) && isAnswered && record.firstNumber != UInt64(segment.number)
                && own.segments == 1
    }

    /// What is written a moment before its cause comes behind it: an acknowledgment of what is captured next.
    mutating func putCausesFirst() {
        let reach = min(Self.writingDelay, max(1, trip ?? .max))
        // Each is moved once only: two may acknowledge each other.
        var moved: Set<Int> = []
        var next: [SequenceNumber?] = [nil, nil]
        /// By side, its last SYN that was not refused.
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
                // Refused: what refuses once more refuses another SYN.
                opened[1 - sighting.side] = nil
            }
            place += 1
        }
    }

    /// Longer than this no packet waits to be written behind its answer; nanoseconds.
    private static let writingDelay: Int64 = 500_000
    /// At most so many segments are looked at behind an answer: a limit for hostile captures.
    private static let causeLimit = 64

    /// The place of the SYN that the SYN-ACK or RST at `place` answers; `nil` where that came before it, or not this soon.
    private func openingCause(of place: Int, _ opened: Int?, within reach: Int64) -> Int? {
        let answer = sightings[order[place]]
        if let opened, sightings[opened].isOpening(answeredBy: answer) { return nil }
        guard !answer.flags.contains(.rst) || answer.segment.sequence.rawValue == 0 else { return nil }
        return order.indices[(place + 1)...].prefix(Self.causeLimit)
            .prefix { gap(order[place], order[$0]) <= reach }
            .first { isReal(order[$0]) && sightings[order[$0]].isOpening(answeredBy: answer) }
    }

    /// The place of the segment with which all is there that the one at `place` acknowledges; `nil` where it acknowledges
    /// nothing that comes later, or not all of it comes this soon.
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
    /// Whether it is a SYN that the other one, of the other end, takes or refuses.
    func isOpening(answeredBy answer: Sighting) -> Bool {
        let number = answer.segment.acknowledgment
        return side != answer.side && flags.contains(.syn) && number.isAfter(segment.sequence)
            && number.isAtOrBefore(end)
    }
}
