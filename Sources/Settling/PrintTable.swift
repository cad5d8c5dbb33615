import FlatMemory

/// The prints of packets that were seen, and where each stands first and last.
struct PrintTable: ~Copyable {
    private struct Slot: BitwiseCopyable, Sendable {
        /// The half of the print that does not choose the slot.
        var tag: UInt32 = 0
        /// Counted from 1; 0 in an empty slot.
        var first: UInt32 = 0
        var last: UInt32 = 0
    }

    private var slots: FlatStore<Slot>
    private let sightings: Sightings
    /// Where a print's slot is must not be known to whoever chooses the octets.
    private let secret: UInt64

    /// - Parameters:
    ///   - sightings: what has the prints.
    ///   - count: how many there may be at most.
    init(of sightings: Sightings, count: Int) {
        self.sightings = sightings
        // Two of three slots are taken at most.
        slots = FlatStore(repeating: Slot(), count: count / 2 * 3 + 4)
        secret = .random(in: 0 ... .max)
    }

    /// The prints of both sides differ in their numbers at least.
    @inline(__always)
    private func print(of index: Int) -> UInt64 { sightings[index].print ^ UInt64(sightings[index].side) }

    /// Where the search for a print begins: its hash as a fraction of the table; and its tag.
    @inline(__always)
    private func home(_ print: UInt64) -> (slot: Int, tag: UInt32) {
        let product = (print ^ secret).multipliedFullWidth(by: secret | 1)
        let hash = product.high ^ product.low
        let slot = ((hash >> 32) &* UInt64(truncatingIfNeeded: slots.count)) >> 32
        return (Int(truncatingIfNeeded: slot), UInt32(truncatingIfNeeded: hash))
    }

    @inline(__always)
    private func slot(of index: Int) -> (slot: Int, tag: UInt32) {
        let print = print(of: index)
        var (slot, tag) = home(print)
        while slots[slot].first != 0 {
            if slots[slot].tag == tag, self.print(of: Int(slots[slot].first) &- 1) == print { break }
            slot = slot &+ 1 == slots.count ? 0 : slot &+ 1
        }
        return (slot, tag)
    }

    /// Asks the memory for what is known of a sighting's print.
    @inline(__always)
    func prefetch(_ index: Int) { slots.prefetch(home(print(of: index)).slot) }

    /// Where a sighting's print was seen.
    @inline(__always)
    subscript(index: Int) -> (first: Int, last: Int)? {
        let slot = slots[slot(of: index).slot]
        return slot.first == 0 ? nil : (Int(slot.first) &- 1, Int(slot.last))
    }

    /// Notes where its print was seen first, and that it is the last to have it.
    @inline(__always)
    mutating func note(_ index: Int, first: Int) {
        let (slot, tag) = slot(of: index)
        slots[slot] = Slot(
            tag: tag, first: UInt32(truncatingIfNeeded: first &+ 1), last: UInt32(truncatingIfNeeded: index))
    }
}
