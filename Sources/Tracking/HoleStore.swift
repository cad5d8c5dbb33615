import FlatMemory
import TCPState

/// A stretch of one direction's numbers that was jumped over.
struct Hole: BitwiseCopyable, Sendable {
    enum Kind: UInt8, Sendable {
        /// Left out by a segment that began beyond it.
        case open
        /// Acknowledged since, so it was sent and not captured, or will be captured late.
        case acknowledged
        /// No hole, but numbers that one segment carried and that nothing has borne out yet.
        case suspect
    }

    var start: SequenceNumber
    var end: SequenceNumber
    /// When it was opened, or acknowledged since: ``ConnectionRecord/circlingTicks(_:)``.
    var ticks: UInt32
    /// How many duplicate ACKs the other end had sent when it was opened.
    var duplicates: UInt32
    /// The next one of the same direction, by its index and 1 more; 0 for none.
    var next: UInt32 = 0
    /// The timestamp, ``TrackedSegment/stamp``, of the segment that opened it; 0 for none.
    var stamp: UInt16 = 0
    var kind: Kind
    /// ``TrackedSegment/scaleCode`` of a SYN-ACK that is kept here because it is not believed yet.
    var scaleCode: UInt8 = 0
    /// Of what is suspect: whether it ends with a FIN.
    var isFIN = false
    /// Of what is suspect: a SYN-ACK with another ISN, which counts if it is the one that is acknowledged.
    var isSYN = false
    /// Opened by a segment without text, which does not tell how long before it the numbers were sent.
    var isOpenedEmpty = false

    var length: UInt32 { end.relative(to: start) }
}

/// The holes of all connections, one chain for each direction that has any. Few have, so a record holds only where its chain
/// begins.
struct HoleStore: ~Copyable, Sendable {
    private var holes = FlatStore<Hole>()
    /// Holes no longer in use, chained.
    private var vacant: UInt32 = 0

    /// More holes at a time than this are not told apart: a hostile stream must not make each segment cost a long search.
    static let mostHoles = 64

    init() {}

    /// How many there is room for, in use or not. Their numbers have 32 bits.
    var count: Int { holes.count }

    /// What filling a stretch of numbers has found.
    struct Filling {
        /// Numbers that were missing until now.
        var numbers: UInt32 = 0
        /// Of these, those that had been acknowledged already.
        var acknowledged: UInt32 = 0
        /// The latest time at which one of the holes was opened or acknowledged.
        var ticks: UInt32?
        /// The timestamp of the segment that opened that hole; 0 for none.
        var stamp: UInt16 = 0
        /// One of them was opened by a segment without text.
        var isOpenedEmpty = false
        /// The fewest duplicate ACKs that had been sent when one of them was opened.
        var duplicates: UInt32 = .max
        /// Of the numbers, those that had been acknowledged and behind which nothing was captured yet: their ACK stands in the
        /// capture before them, or was of what had not been sent.
        var awaited: UInt32 = 0
    }

    // MARK: Chains

    subscript(index: UInt32) -> Hole { holes[Int(index) - 1] }

    /// Puts a hole at the end of a chain: holes are opened in the order of their numbers, what is suspect lies anywhere.
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

    /// Forgets the first holes where there are too many.
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

    /// Numbers that were left out have come after all.
    ///
    /// - Parameter next: behind the highest number of the direction.
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

    /// The other end has acknowledged everything before `number`.
    ///
    /// - Returns: the octets, and the holes, that were not acknowledged before.
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

    /// What has been open for longer than this, in ticks, is taken to be as old as this, so that ticks never go round: 107 s.
    static let oldest: UInt32 = 1 << 30

    /// Keeps the ages of a chain from going round as time goes on.
    ///
    /// - Parameter isLong: whether so much time has passed since the last look that the ages say nothing any more; else it is
    ///   less than ``oldest``.
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

    /// Forgets what was acknowledged so long ago that it will not come late any more, and what was suspect and is decided.
    ///
    /// - Parameters:
    ///   - next: behind the direction's highest number: what is suspect before it was never of the stream.
    ///   - isAnswered: whether its SYN has been acknowledged, so that no other one can count.
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

    /// Takes what is suspect out of a chain.
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

    /// Where the first numbers lie that neither came nor were acknowledged; `nil` where nothing is missing.
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
