import TCPState
import Testing

@Suite("Sequence numbers are on a circle (RFC 9293 3.4)")
struct SequenceNumberTests {
    @Test("order holds across the wrap", arguments: [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, UInt32.max])
    func order(start: UInt32) {
        let number = SequenceNumber(start)
        #expect((number + 1).isAfter(number))
        #expect(number.isBefore(number + 0x7fff_ffff))
        #expect((number - 1).isBefore(number))
        #expect(number.isAtOrBefore(number) && number.isAtOrAfter(number))
        #expect((number + 20).distance(from: number) == 20)
        #expect((number + 20).relative(to: number) == 20)
        #expect(number.later(number + 5) == number + 5)
        #expect((number + 5).later(number) == number + 5)
    }

    @Test("order is not transitive, so there is no `<`")
    func notTransitive() {
        let a = SequenceNumber(0)
        let b = SequenceNumber(0x6000_0000)
        let c = SequenceNumber(0xc000_0000)
        #expect(a.isBefore(b) && b.isBefore(c) && c.isBefore(a))
    }

    @Test("a window may span the wrap; its right edge is outside")
    func window() {
        let start = SequenceNumber(0xffff_fff0)
        #expect(start.isInWindow(from: start, size: 1))
        #expect(SequenceNumber(0x0f).isInWindow(from: start, size: 0x20))
        #expect(!SequenceNumber(0x10).isInWindow(from: start, size: 0x20))
        #expect(!start.isInWindow(from: start, size: 0))
        #expect(!(start - 1).isInWindow(from: start, size: 0x20))
    }
}
