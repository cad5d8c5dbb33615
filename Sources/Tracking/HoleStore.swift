import FlatMemory
import TCPState

/// A range of one direction's sequence numbers that was skipped.
struct Hole: BitwiseCopyable, Sendable {
    enum Kind: UInt8, Sendable {
        /// Skipped by a segment that began beyond it.
        case open
        /// Acknowledged since: the numbers were sent but not captured, or they will be captured late.
        case acknowledged
        /// No hole, but the numbers of a segment that is not believed until another one bears it out.
        case suspect
    }

    var start: SequenceNumber
    var end: SequenceNumber
    /// When it was opened or, if it is acknowledged, when it was acknowledged: ``ConnectionRecord/circlingTicks(_:)``.
    var ticks: UInt32
    /// How many duplicate ACKs the other end had sent when it was opened.
    var duplicates: UInt32
    /// The next hole of the same direction, as index + 1; 0 for none.
    var next: UInt32 = 0
    /// The timestamp, ``TrackedSegment/stamp``, of the segment that opened it; 0 for none.
    var stamp: UInt16 = 0
    var kind: Kind
    /// ``TrackedSegment/scaleCode`` of a SYN-ACK that is kept here because it is not believed yet.
    var scaleCode: UInt8 = 0
    /// For a suspect: whether it ends with a FIN.
    var isFIN = false
    /// For a suspect: whether it is a SYN-ACK with another ISN, which counts if it is the one that gets acknowledged.
    var isSYN = false
    /// Whether a segment that takes up no number opened it, which does not tell how long before it the numbers were
    /// sent.
    var isOpenedEmpty = false

    var length: UInt32 { end.relative(to: start) }
}

/// The holes of all connections, as one linked list (a chain) for each direction that has any. Few have, so a record
/// holds only where its chain begins.
struct HoleStore: ~Copyable, Sendable {
    private var holes = FlatStore<Hole>()
    /// The first of the entries that are no longer in use, which are chained too (index + 1; 0 for none).
    private var vacant: UInt32 = 0

    /// The most holes that a direction may have; of more, the first are forgotten. A hostile stream must not make each
    /// segment cost a long search.
    static let mostHoles = 64

    init() {}

    /// The number of entries, in use or not. Indices have 32 bits.
    var count: Int { holes.count }

    /// What ``fill(_:_:in:before:)`` found when it filled a range of numbers.
    struct Filling {
        /// Numbers that were missing until now.
        var numbers: UInt32 = 0
        /// Of these, those that had been acknowledged already.
        var acknowledged: UInt32 = 0
        /// The latest time at which one of the holes was opened or acknowledged.
        var ticks: UInt32?
        /// The timestamp of the segment that opened that hole; 0 for none.
        var stamp: UInt16 = 0
        /// Whether one of the holes was opened by a segment that takes up no number.
        var isOpenedEmpty = false
        /// The fewest duplicate ACKs that had been sent when one of them was opened.
        var duplicates: UInt32 = .max
        /// Those of ``numbers`` that had been acknowledged, and after which nothing was captured yet: their ACK stands
        /// before them in the capture, or acknowledged what had not been sent.
        var awaited: UInt32 = 0
    }

    // MARK: Chains

    subscript(index: UInt32) -> Hole { holes[Int(index) - 1] }

    /// Appends a hole to a chain. Holes are opened in the order of their numbers; suspects may lie anywhere.
    mutating func append(_ hole: Hole, to chain: inout UInt32) {
        var last: UInt32 = 0
        var place = chain
        while place != 0 {
            last = place
            place = self[place].next
        }
        var unlinked = hole
        unlinked.next = 0
        let added = allocate(unlinked)
        if last == 0 { chain = added } else { holes[Int(last) - 1].next = added }
        limit(&chain)
    }

    /// Forgets the first holes of a chain that has more than ``mostHoles``.
    private mutating func limit(_ chain: inout UInt32) {
        var count = 0
        var place = chain
        while place != 0 {
            count += 1
            place = self[place].next
        }
        while count > Self.mostHoles {
            remove(chain, after: 0, from: &chain)
            count -= 1
        }
    }

    /// Forgets a whole chain.
    mutating func removeAll(of chain: inout UInt32) {
        while chain != 0 { remove(chain, after: 0, from: &chain) }
    }

    private mutating func allocate(_ hole: Hole) -> UInt32 {
        guard vacant != 0 else {
            holes.append(hole)
            return UInt32(truncatingIfNeeded: holes.count)
        }
        let place = vacant
        vacant = self[place].next
        holes[Int(place) - 1] = hole
        return place
    }

    private mutating func remove(_ place: UInt32, after previous: UInt32, from chain: inout UInt32) {
        let next = self[place].next
        if previous == 0 { chain = next } else { holes[Int(previous) - 1].next = next }
        holes[Int(place) - 1].next = vacant
        vacant = place
    }

    // MARK: What happens to holes

    /// Removes numbers from the holes of a chain, because they have come after all.
    ///
    /// - Parameter next: the number after the direction's highest one.
    mutating func fill(
        _ start: SequenceNumber, _ end: SequenceNumber, in chain: inout UInt32, before next: SequenceNumber
    ) -> Filling {
        let behind = next
        var filling = Filling()
        var previous: UInt32 = 0
        var place = chain
        while place != 0 {
            let hole = self[place]
            let next = hole.next
            let from = hole.start.later(start)
            let to = hole.end.isBefore(end) ? hole.end : end
            guard hole.kind != .suspect, from.isBefore(to) else {
                previous = place
                place = next
                continue
            }
            filling.note(hole, to.relative(to: from), isLast: hole.end == behind)
            if hole.start.isBefore(from) {
                holes[Int(place) - 1].end = from
                if to.isBefore(hole.end) {
                    var rest = hole
                    rest.start = to
                    let added = allocate(rest)
                    holes[Int(place) - 1].next = added
                    place = added
                }
                previous = place
            } else if to.isBefore(hole.end) {
                holes[Int(place) - 1].start = to
                previous = place
            } else {
                remove(place, after: previous, from: &chain)
            }
            place = next
        }
        limit(&chain)
        return filling
    }

    /// Notes that the other end has acknowledged all numbers before `number`.
    ///
    /// - Returns: how many missing numbers, and how many holes, this acknowledges for the first time.
    mutating func acknowledge(
        _ number: SequenceNumber, in chain: inout UInt32, at ticks: UInt32
    ) -> (numbers: UInt32, holes: UInt32) {
        var missing: (numbers: UInt32, holes: UInt32) = (0, 0)
        var place = chain
        while place != 0 {
            let hole = self[place]
            if hole.kind == .open, hole.start.isBefore(number) {
                let end = hole.end.isBefore(number) ? hole.end : number
                if end.isBefore(hole.end) {
                    var rest = hole
                    rest.start = end
                    let added = allocate(rest)
                    holes[Int(place) - 1].next = added
                    holes[Int(place) - 1].end = end
                }
                holes[Int(place) - 1].kind = .acknowledged
                holes[Int(place) - 1].ticks = ticks
                missing.numbers &+= end.relative(to: hole.start)
                missing.holes &+= 1
            }
            place = hole.next
        }
        limit(&chain)
        return missing
    }

    /// The greatest age of a hole, in ticks: an older one is taken to be of this age, so that the tick counter does not
    /// wrap (107 s).
    static let oldest: UInt32 = 1 << 30

    /// Limits the ages of a chain's holes, so that the tick counter does not wrap.
    ///
    /// - Parameter isLong: whether ``oldest`` or more has passed since the last call, so that the ages cannot be
    ///   computed any more.
    mutating func age(_ chain: UInt32, at ticks: UInt32, isLong: Bool) {
        var place = chain
        while place != 0 {
            let hole = self[place]
            if isLong || Int32(bitPattern: ticks &- hole.ticks) > Int32(Self.oldest) {
                holes[Int(place) - 1].ticks = ticks &- Self.oldest
            }
            place = hole.next
        }
    }

    /// Removes holes that were acknowledged so long ago that their numbers will not come late any more, and suspects
    /// that are decided.
    ///
    /// - Parameters:
    ///   - next: the number after the direction's highest one. A suspect before it was never of the stream.
    ///   - isAnswered: whether the direction's SYN has been acknowledged, so that no other SYN-ACK can count.
    mutating func forget(
        acknowledgedBefore patience: UInt32, of chain: inout UInt32, at ticks: UInt32, passed next: SequenceNumber,
        isAnswered: Bool
    ) {
        var previous: UInt32 = 0
        var place = chain
        while place != 0 {
            let hole = self[place]
            let age = Int32(bitPattern: ticks &- hole.ticks)
            let isDecided = hole.kind == .suspect && (hole.isSYN ? isAnswered : next.isAfter(hole.start))
            if isDecided || hole.kind == .acknowledged && age > Int32(clamping: patience) {
                remove(place, after: previous, from: &chain)
            } else {
                previous = place
            }
            place = hole.next
        }
    }

    /// Removes the first suspect that `isMeant` accepts from a chain, and returns it; `nil` if there is none.
    mutating func takeSuspect(of chain: inout UInt32, where isMeant: (Hole) -> Bool) -> Hole? {
        var previous: UInt32 = 0
        var place = chain
        while place != 0 {
            let hole = self[place]
            if hole.kind == .suspect, isMeant(hole) {
                remove(place, after: previous, from: &chain)
                return hole
            }
            previous = place
            place = hole.next
        }
        return nil
    }

    /// The first number that neither came nor was acknowledged; `nil` where nothing is missing.
    func firstMissing(in chain: UInt32) -> SequenceNumber? {
        var place = chain
        while place != 0 {
            let hole = self[place]
            if hole.kind == .open { return hole.start }
            place = hole.next
        }
        return nil
    }
}

extension HoleStore.Filling {
    fileprivate mutating func note(_ hole: Hole, _ count: UInt32, isLast: Bool) {
        numbers &+= count
        if hole.kind == .acknowledged { acknowledged &+= count }
        if hole.kind == .acknowledged, isLast {
            awaited &+= count
            return
        }
        if ticks.map({ Int32(bitPattern: hole.ticks &- $0) > 0 }) ?? true {
            ticks = hole.ticks
            stamp = hole.stamp
        }
        duplicates = min(duplicates, hole.duplicates)
        isOpenedEmpty = isOpenedEmpty || hole.isOpenedEmpty
    }
}
