import TCPState
import Testing

@testable import Tracking

/// Holes in a direction's numbers: opened, filled, acknowledged, forgotten.
@Suite struct HoleStoreTests {
    private func number(_ value: Int) -> SequenceNumber { SequenceNumber(UInt32(truncatingIfNeeded: value)) }

    private func hole(_ start: Int, _ end: Int, at ticks: UInt32 = 0) -> Hole {
        Hole(start: number(start), end: number(end), ticks: ticks, duplicates: 0, kind: .open)
    }

    private func ranges(_ store: borrowing HoleStore, _ chain: UInt32) -> [ClosedRange<Int32>] {
        var ranges: [ClosedRange<Int32>] = []
        var place = chain
        while place != 0 {
            let hole = store[place]
            ranges.append(Int32(bitPattern: hole.start.rawValue)...Int32(bitPattern: hole.end.rawValue))
            place = hole.next
        }
        return ranges
    }

    @Test("filled from the front, from behind, in the middle, and beyond its ends")
    func filled() {
        var store = HoleStore()
        var chain: UInt32 = 0
        store.append(hole(100, 200), to: &chain)
        store.append(hole(300, 400), to: &chain)
        #expect(store.fill(number(100), number(110), in: &chain, before: number(500)).numbers == 10)
        #expect(store.fill(number(190), number(250), in: &chain, before: number(500)).numbers == 10)
        #expect(store.fill(number(140), number(150), in: &chain, before: number(500)).numbers == 10)
        #expect(ranges(store, chain) == [110...140, 150...190, 300...400])
        #expect(store.fill(number(140), number(150), in: &chain, before: number(500)).numbers == 0)
        #expect(store.fill(number(0), number(500), in: &chain, before: number(500)).numbers == 170)
        #expect(chain == 0)
    }

    @Test("numbers may go round the circle within a hole")
    func wrapped() {
        var store = HoleStore()
        var chain: UInt32 = 0
        store.append(hole(-50, 50), to: &chain)
        #expect(store.fill(number(-10), number(10), in: &chain, before: number(100)).numbers == 20)
        #expect(ranges(store, chain) == [-50...(-10), 10...50])
        #expect(store.firstMissing(in: chain) == number(-50))
    }

    @Test("what is acknowledged counts once, and is forgotten after a while")
    func acknowledged() {
        var store = HoleStore()
        var chain: UInt32 = 0
        store.append(hole(100, 200), to: &chain)
        store.append(hole(300, 400), to: &chain)
        var missing = store.acknowledge(number(150), in: &chain, at: 10)
        #expect(missing.numbers == 50 && missing.holes == 1)
        missing = store.acknowledge(number(150), in: &chain, at: 20)
        #expect(missing.numbers == 0 && missing.holes == 0)
        #expect(store.firstMissing(in: chain) == number(150))
        missing = store.acknowledge(number(500), in: &chain, at: 30)
        #expect(missing.numbers == 150 && missing.holes == 2)
        #expect(store.firstMissing(in: chain) == nil)
        // Late, but there: so it was not missing.
        #expect(store.fill(number(300), number(310), in: &chain, before: number(500)).acknowledged == 10)
        store.forget(acknowledgedBefore: 15, of: &chain, at: 30, passed: number(500), isAnswered: true)
        #expect(ranges(store, chain) == [150...200, 310...400])
        store.forget(acknowledgedBefore: 15, of: &chain, at: 100, passed: number(500), isAnswered: true)
        #expect(chain == 0)
    }

    @Test("a hostile stream has few, and many streams share the memory of those that are closed")
    func bounded() {
        var store = HoleStore()
        var chain: UInt32 = 0
        for start in 0..<1000 { store.append(hole(start * 10, start * 10 + 5), to: &chain) }
        #expect(ranges(store, chain).count == HoleStore.mostHoles)
        // Octets in the middle of one hole make many of it.
        var other: UInt32 = 0
        store.append(hole(0, 10_000), to: &other)
        for start in 0..<1000 {
            _ = store.fill(number(start * 10), number(start * 10 + 1), in: &other, before: number(20_000))
        }
        #expect(ranges(store, other).count <= HoleStore.mostHoles)
        store.removeAll(of: &chain)
        store.removeAll(of: &other)
        #expect(chain == 0 && other == 0)
        store.append(hole(1, 2), to: &chain)
        #expect(chain <= UInt32(2 * HoleStore.mostHoles + 2))
    }
}
