import CaptureFile
import TCPWire
import Testing
import Tracking
import Transcripts

@testable import Passes

/// ICMP errors that come in IP fragments reach the connection of the segment that they quote.
@Suite("ICMP errors in fragments") struct ReportedErrorTests {
    /// A router's "host unreachable" to the client.
    static func unreachable(quoting octets: some Collection<UInt8>) -> [UInt8] {
        let length = UInt16(28 + octets.count)
        return [0x45, 0, UInt8(length >> 8), UInt8(length & 0xff), 0, 9, 0, 0, 64, 1, 0, 0, 10, 0, 0, 254, 10, 0, 0, 1]
            + [3, 1, 0, 0, 0, 0, 0, 0] + octets
    }

    /// The message's second fragment begins in the quoted IP header, in the quoted TCP header's first eight octets, behind these.
    @Test(arguments: [16, 32, 40, 48], [false, true]) func inFragments(cut: Int, isReversed: Bool) throws {
        let t = FragmentTranscript()
        t.open()
        let lost = t.c.data(101, 301, 1000)
        t.take(lost)
        let pieces = Fragments.of(Self.unreachable(quoting: lost.ipPacket().prefix(68)), at: [cut])
        for piece in isReversed ? pieces.reversed() : pieces { t.take(piece) }
        let kept = try t.analysis()
        #expect(kept.count == 1 && kept.errors(about: 0).count == 1)
        let error = try #require(kept.errors(about: 0).first)
        #expect(error.verdict == .unreachable && error.error.sequence == 101)
        // With the packet at which enough of it was there.
        let expected = cut >= 40 && !isReversed ? 5 : 6
        #expect(error.number == expected)
        #expect(kept.counts.quoted == 1)
        for workers in [1, 2, 5] {
            var reader = try CaptureReader(bytes: t.bytes)
            let pass = ParallelPass(workers: workers, partSize: 60)
            try pass.read(&reader)
            #expect(pass.errors.map(\.number) == [error.number] && pass.counts == kept.counts)
        }
    }

    @Test("one whose rest did not come reports nothing") func alone() throws {
        let t = FragmentTranscript()
        t.open()
        t.take(Fragments.of(Self.unreachable(quoting: t.c.data(101, 301, 1000).ipPacket().prefix(68)), at: [16])[0])
        let kept = try t.analysis()
        #expect(kept.errors(about: 0).isEmpty && kept.counts.loneFragments == 1)
    }
}
