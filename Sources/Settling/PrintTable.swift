import FlatMemory

/// A hash table of the prints of packets, with the first and the last packet that has each print.
struct PrintTable: ~Copyable {
    private struct Slot: BitwiseCopyable, Sendable {
        /// The half of the print's hash that does not choose the slot.
        var tag: UInt32 = 0
        /// The index + 1 of the first sighting with this print; 0 in an empty slot.
        var first: UInt32 = 0
        var last: UInt32 = 0
    }

    private var slots: FlatStore<Slot>
    private let sightings: Sightings
    /// A secret that enters the hash, so that whoever chooses the octets of packets cannot choose their slots.
    private let secret: UInt64

    /// - Parameters:
    ///   - sightings: the sightings that have the prints.
    ///   - count: the most prints that there may be.
    init(of sightings: Sightings, count: Int) {
        self.sightings = sightings
        // At most two of three slots are taken.
        slots = FlatStore(repeating: Slot(), count: count / 2 * 3 + 4)
        secret = .random(in: 0 ... .max)
    }

    /// The print of a sighting, with its side: equal packets of the two sides get different prints.
    @inline(__always)
    private func print(of index: Int) -> UInt64 { sightings[index].print ^ UInt64(sightings[index].side) }

    /// The slot where the search for a print begins (its hash scaled to the size of the table), and the print's tag.
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

    /// Prefetches the slot of a sighting's print.
    @inline(__always)
    func prefetch(_ index: Int) { slots.prefetch(home(print(of: index)).slot) }

    /// The first and the last sighting with the same print; `nil` if there is none.
    @inline(__always)
    subscript(index: Int) -> (first: Int, last: Int)? {
        let slot = slots[slot(of: index).slot]
        return slot.first == 0 ? nil : (Int(slot.first) &- 1, Int(slot.last))
    }

    /// Notes that a sighting is the last one with its print, and which sighting is the first.
    @inline(__always)
    mutating func note(_ index: Int, first: Int) {
        let (slot, tag) = slot(of: index)
        slots[slot] = Slot(
            tag: tag, first: UInt32(truncatingIfNeeded: first &+ 1), last: UInt32(truncatingIfNeeded: index))
    }
}
