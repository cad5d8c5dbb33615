import TCPState
import TCPWire
import Tracking

/// Packets that stand in the capture twice. Equal octets alone prove nothing, since a retransmission has them too. What
/// shows a copy is the packet's IP identification, its timestamp, a delay too short for any retransmission, and how the
/// other packets of the same end are doubled.
extension Judge {
    /// What is known of the packets that one end sends.
    private struct Habit {
        /// Whether their IP identifications tell the packets apart.
        var isNumbered = false
        /// Nanoseconds in one tick of its timestamps; `nil` where that is not known.
        var tick: Int64?
        /// How many of its segments take up numbers, how many of those came again at once without being asked for, and
        /// how many were proved to have copies.
        var numbered = 0
        var again = 0
        var proved = 0
        /// The most times that one of its packets stands in the capture.
        var most: UInt16 = 1
        /// By how much its copies' hop limits differ from their originals', and the longest delay between the two, in
        /// nanoseconds.
        var hops: Set<Int> = []
        var longest: Int64 = 0

        /// Whether the capture shows this end's packets twice.
        var isDoubled: Bool { proved >= 2 && proved * 5 >= numbered * 2 || proved > 0 && proved >= numbered }
        /// Whether nearly everything that it sends comes again, which no sender does.
        var isRegular: Bool { again >= 3 && again * 10 >= numbered * 9 }
    }

    /// A segment that looks like an earlier one (`copy`), the first one that looks like it (`original`), and the latest
    /// one before it (`last`).
    private struct Candidate {
        let copy: Int
        let original: Int
        let last: Int
        /// Whether the other end had asked for it by then, and whether the other end had acknowledged all of it.
        let isAsked: Bool
        let isAcknowledged: Bool
        /// Whether it is a keep-alive or a window probe: its number was acknowledged before, and it carries one octet
        /// or none.
        let isProbing: Bool
    }

    /// What an end has acknowledged of the other end's numbers.
    private struct Said {
        var acknowledged: SequenceNumber?
        /// How often in a row it has sent an ACK of the same number and nothing else.
        var duplicates = 0
        var sacked = SequenceNumber(0)
        /// The number that it sends next. An empty segment below this number only asks for an answer (RFC 9293 3.8.4).
        private var next: SequenceNumber?

        mutating func take(_ sighting: Sighting) {
            guard !sighting.flags.contains(.rst) else { return }
            let isProbe = next.map { sighting.isEmpty && sighting.segment.sequence.isBefore($0) } ?? false
            next = next?.later(sighting.end) ?? sighting.end
            guard sighting.flags.contains(.ack), !isProbe else { return }
            let number = sighting.segment.acknowledgment
            if let known = acknowledged, number.isBefore(known) { return }
            duplicates = number == acknowledged ? duplicates + (sighting.isEmpty ? 1 : 0) : 0
            acknowledged = number
            sacked = SequenceNumber(sighting.sacked)
        }

        /// Whether this end asks for the numbers from `start` on: by three duplicate ACKs, or by SACK blocks above them
        /// (RFC 5681 3.2, RFC 6675 5).
        func asksFor(_ start: SequenceNumber) -> Bool {
            guard let acknowledged, acknowledged.isAtOrBefore(start) else { return false }
            return acknowledged == start && duplicates >= 3 || sacked.isAfter(acknowledged) && sacked.isAfter(start)
        }

        func hasAcknowledged(_ end: SequenceNumber) -> Bool { acknowledged.map { $0.isAtOrAfter(end) } ?? false }
    }

    /// The shortest time before a retransmission timer expires, in nanoseconds (RFC 6298 2.4 asks for a second, Linux
    /// has 200 ms).
    private static let shortestTimer: Int64 = 180_000_000
    /// A packet that comes again within this time, in nanoseconds, came out of the same machine.
    private static let immediate: Int64 = 500_000

    /// The longest time that a packet can live in a network (RFC 9293 3.4.1, the maximum segment lifetime), in
    /// nanoseconds.
    private static let longestLife: Int64 = 120_000_000_000

    mutating func findCopies() {
        let candidates = candidates()
        guard !candidates.isEmpty else { return }
        /// By sighting: whether it looks like an earlier one.
        var isAgain = Array(repeating: false, count: sightings.count)
        for candidate in candidates { isAgain[candidate.copy] = true }
        var habits = [habit(of: 0, isAgain), habit(of: 1, isAgain)]
        /// By sighting: whether another one that looks like it came at once.
        var isRepeated = Array(repeating: false, count: sightings.count)
        for candidate in candidates
        where !sightings[candidate.copy].isEmpty && !candidate.isAsked && !isProbe(candidate.copy)
            && gap(candidate.last, candidate.copy) < Self.shortestTimer / 10
            && !isRepeated[candidate.original]
        {
            isRepeated[candidate.original] = true
            habits[sightings[candidate.copy].side].again += 1
        }
        var open: [Candidate] = []
        /// By sighting: how many times its packet stands in the capture up to here.
        var times = Array(repeating: UInt16(1), count: sightings.count)
        for candidate in candidates {
            guard proves(candidate, habits) else {
                open.append(candidate)
                continue
            }
            mark(candidate, &habits)
            if !sightings[candidate.copy].isEmpty || candidate.isProbing {
                let side = sightings[candidate.copy].side
                times[candidate.copy] = min(times[candidate.last], .max - 1) + 1
                habits[side].most = max(habits[side].most, times[candidate.copy])
            }
        }
        findRegular(open, &habits)
        takeDelivered()
    }

    /// Where a receiver reports by D-SACK (RFC 2883) that it got octets twice, the second packet did arrive, and is no
    /// copy in the capture. This counts only where it holds for all copies of that end's packets.
    private mutating func takeDelivered() {
        guard order.contains(where: { sightings[$0].hasTwice && verdicts[$0] == .taken }) else { return }
        for side in 0...1 {
            var copies = 0
            var delivered: Set<Int> = []
            /// The segments that came again last, whether copies or not: retransmitted octets arrive twice too.
            var again: [Int] = []
            var next: SequenceNumber?
            for index in order where !sightings[index].isEmpty || sightings[index].hasTwice {
                let sighting = sightings[index]
                if sighting.side == side, !sighting.isEmpty, !sighting.flags.contains(.rst) {
                    if isCopy(index) { copies += 1 }
                    if let known = next, sighting.segment.sequence.isBefore(known) {
                        if again.count >= 2 * Self.againLimit { again.removeFirst(Self.againLimit) }
                        again.append(index)
                    }
                    next = next?.later(sighting.end) ?? sighting.end
                } else if sighting.side != side, sighting.hasTwice, verdicts[index] == .taken,
                    let last = again.suffix(Self.againLimit).last(where: { sighting.says(twice: sightings[$0]) }),
                    isCopy(last)
                {
                    delivered.insert(last)
                }
            }
            guard delivered.count == copies else { continue }
            for index in delivered { verdicts[index] = .taken }
        }
    }

    /// At most this many of the segments that came again are examined: a limit for hostile captures.
    private static let againLimit = 256

    private func isCopy(_ index: Int) -> Bool {
        if case .copy = verdicts[index] { true } else { false }
    }

    private mutating func mark(_ candidate: Candidate, _ habits: inout [Habit]) {
        let (copy, original) = (candidate.copy, candidate.original)
        verdicts[copy] = .copy(of: sightings[original].segment.number)
        let side = sightings[copy].side
        if !sightings[copy].isEmpty || candidate.isProbing { habits[side].proved += 1 }
        habits[side].hops.insert(hops(from: original, to: copy))
        if original != candidate.last { habits[side].hops.insert(hops(from: candidate.last, to: copy)) }
        habits[side].longest = max(habits[side].longest, gap(candidate.last, copy))
    }

    private func hops(from original: Int, to copy: Int) -> Int {
        Int(sightings[copy].hopLimit) - Int(sightings[original].hopLimit)
    }

    private func candidates() -> [Candidate] {
        var seen = PrintTable(of: sightings, count: order.count)
        var candidates: [Candidate] = []
        var said = [Said(), Said()]
        for (place, index) in order.enumerated() where verdicts[index] == .taken {
            if place &+ 8 < order.count { seen.prefetch(order[place &+ 8]) }
            let sighting = sightings[index]
            var comesAgain = false
            if let known = seen[index], sighting.isAlike(sightings[known.first]),
                gap(known.last, index) < Self.longestLife
            {
                // A segment that comes so late starts a new group, unless its identification is the first one's.
                let isSame = isSamePacket(index, known.first) ?? (gap(known.last, index) < Self.shortestTimer)
                seen.note(index, first: isSame ? known.first : index)
                let peer = said[1 - sighting.side]
                // A segment that comes again at once, as a copy may, says nothing more about its end; but duplicate
                // ACKs come as soon.
                comesAgain =
                    gap(known.last, index) < Self.immediate
                    && isSamePacket(index, known.last) ?? (hops(from: known.last, to: index) != 0)
                candidates.append(
                    Candidate(
                        copy: index, original: known.first, last: known.last,
                        isAsked: peer.asksFor(sighting.segment.sequence),
                        isAcknowledged: peer.hasAcknowledged(sighting.end),
                        isProbing: isProbe(index) && !sighting.flags.contains(.rst)
                            && peer.hasAcknowledged(sighting.segment.sequence + 1)))
            } else {
                seen.note(index, first: index)
            }
            if !comesAgain { said[sighting.side].take(sighting) }
        }
        return candidates
    }

    /// Whether the IP identifications show one and the same packet; `nil` where there are none.
    private func isSamePacket(_ one: Int, _ other: Int) -> Bool? {
        let (left, right) = (sightings[one].identification, sightings[other].identification)
        guard left != 0, right != 0 else { return nil }
        return left == right
    }

    private func habit(of side: Int, _ isAgain: [Bool]) -> Habit {
        var habit = Habit()
        var identifications: Set<UInt32> = []
        var distinct = 0
        var first: (stamp: UInt32, time: Int64)?
        for index in order where sightings[index].side == side && verdicts[index] == .taken {
            let sighting = sightings[index]
            if !sighting.isEmpty, !isAgain[index] { habit.numbered += 1 }
            if sighting.identification != 0, !isAgain[index] {
                distinct += 1
                identifications.insert(sighting.identification)
            }
            guard sighting.hasStamp else { continue }
            guard let start = first else {
                first = (sighting.stamp, times[index])
                continue
            }
            let ticks = Int64(Int32(bitPattern: sighting.stamp &- start.stamp))
            if ticks > 0, times[index] > start.time { habit.tick = max(1, (times[index] &- start.time) / ticks) }
        }
        habit.isNumbered = distinct > 1 ? identifications.count * 2 > distinct : distinct == 1
        return habit
    }

    /// Whether a candidate can only be a copy.
    private func proves(_ candidate: Candidate, _ habits: [Habit]) -> Bool {
        let (copy, original) = (candidate.copy, candidate.original)
        let habit = habits[sightings[copy].side]
        let wait = gap(candidate.last, copy)
        if habit.isNumbered, let isSame = isSamePacket(copy, original) {
            guard isSame else { return false }
            if wait < Self.shortestTimer { return true }
            // A timer may send the same packet again (RFC 9293 3.8.1, MAY-4), but not one that has been acknowledged.
            if hops(from: original, to: copy) != 0 || candidate.isAcknowledged { return true }
        }
        // If it had been sent again, its timestamp would have a later value.
        if sightings[copy].hasStamp, let tick = habit.tick, wait >= max(2 &* tick, Self.immediate) { return true }
        if candidate.isProbing { return wait < Self.shortestTimer / 10 }
        guard wait < Self.shortestTimer, !sightings[copy].isEmpty, !candidate.isAsked, !isProbe(copy) else {
            return false
        }
        if habit.isRegular { return wait < Self.shortestTimer / 10 }
        return wait < soon
    }

    /// The shortest time in which a sender can learn that something was lost, in nanoseconds.
    var soon: Int64 {
        guard let trip else { return Self.immediate }
        return max(min(trip / 4, Self.shortestTimer / 10), Self.leastTrip)
    }

    /// No answer comes sooner than this over any network, in nanoseconds.
    private static let leastTrip: Int64 = 20_000

    /// Whether it is a probe: at most one octet that only asks for an answer, and is sent again and again.
    private func isProbe(_ index: Int) -> Bool {
        sightings[index].segment.payloadLength <= 1 && sightings[index].flags.isDisjoint(with: [.syn, .fin])
    }

    /// Marks candidates without proof of their own that come like the proved copies of the same end: as soon, and over
    /// as many hops.
    private mutating func findRegular(_ open: [Candidate], _ habits: inout [Habit]) {
        /// By sighting: how many times its packet stands in the capture up to here.
        var times = Array(repeating: UInt16(1), count: sightings.count)
        for candidate in open {
            let side = sightings[candidate.copy].side
            let (own, other) = (habits[side], habits[1 - side])
            guard own.isDoubled || own.proved == 0 && own.numbered <= 1 && other.isDoubled,
                !own.isNumbered || isSamePacket(candidate.copy, candidate.original) ?? true
            else { continue }
            let reach = max(own.longest, own.proved == 0 ? other.longest : 0) &* 2 &+ 1000
            let usual = own.proved == 0 ? other.hops : own.hops
            let count = min(times[candidate.last], .max - 1) + 1
            guard gap(candidate.last, candidate.copy) <= reach, count <= max(own.most, other.most),
                usual.contains(hops(from: candidate.last, to: candidate.copy))
            else { continue }
            times[candidate.copy] = count
            verdicts[candidate.copy] = .copy(of: sightings[candidate.last].segment.number)
        }
    }
}
