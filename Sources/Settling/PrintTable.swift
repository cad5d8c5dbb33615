import FlatMemory

/// The prints of packets that were seen, and where each stands first and last.
struct PrintTable: ~Copyable {
    private struct Slot: BitwiseCopyable, Sendable {
        var print: UInt64 = 0
        /// Counted from 1; 0 in an empty slot.
        var first: UInt32 = 0
        var last: UInt32 = 0
    }

    private var slots: FlatStore<Slot>
    /// Where a print's slot is must not be known to whoever chooses the octets.
    private let secret: UInt64

    /// - Parameter count: how many prints there may be at most.
    init(for count: Int) {
        var size = 64
        while size < count / 2 * 3 { size *= 2 }
        slots = FlatStore(repeating: Slot(), count: size)
        secret = .random(in: 0 ... .max)
    }

    @inline(__always)
    private func home(_ print: UInt64) -> Int {
        let product = (print ^ secret).multipliedFullWidth(by: secret | 1)
        return Int(truncatingIfNeeded: product.high ^ product.low) & (slots.count &- 1)
    }

    @inline(__always)
    private func slot(of print: UInt64) -> Int {
        var slot = home(print)
        while slots[slot].first != 0, slots[slot].print != print { slot = (slot &+ 1) & (slots.count &- 1) }
        return slot
    }

    /// Asks the memory for what is known of a print.
    @inline(__always)
    func fetchSoon(_ print: UInt64) { slots.fetchSoon(home(print)) }

    /// Where a print was seen.
    @inline(__always)
    subscript(print: UInt64) -> (first: Int, last: Int)? {
        let slot = slots[slot(of: print)]
        return slot.first == 0 ? nil : (Int(slot.first) &- 1, Int(slot.last))
    }

    /// Notes where it was.
    @inline(__always)
    mutating func note(_ print: UInt64, first: Int, last: Int) {
        slots[slot(of: print)] = Slot(
            print: print, first: UInt32(truncatingIfNeeded: first &+ 1), last: UInt32(truncatingIfNeeded: last))
    }
}
