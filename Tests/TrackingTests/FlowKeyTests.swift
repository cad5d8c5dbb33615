import CaptureFile
import TCPWire
import Testing
import Transcripts

@testable import Tracking

/// Both directions have one key, and nobody who does not know the seed finds two keys with one hash.
@Suite struct FlowKeyTests {
    private func header(_ source: Endpoint, _ destination: Endpoint) -> SegmentHeader {
        var header = SegmentHeader()
        (header.source, header.sourcePort) = (source.address, source.port)
        (header.destination, header.destinationPort) = (destination.address, destination.port)
        return header
    }

    /// Words at which an order by parts goes wrong: equal, next to each other, at both ends.
    private let ends: [Endpoint] = [0, 1, .max - 1, .max].flatMap { high in
        [0, 1, .max].flatMap { low in
            [0, 1, .max].map { Endpoint(address: IPAddress(high: high, low: low), port: $0) }
        }
    }

    @Test func theLowerEndpointComesFirst() {
        for source in ends {
            for destination in ends {
                let (key, side) = FlowKey.of(header(source, destination))
                let (reverse, otherSide) = FlowKey.of(header(destination, source))
                #expect(key == reverse)
                #expect(key.low == min(source, destination) && key.high == max(source, destination))
                #expect(side == (destination < source ? 1 : 0))
                #expect(otherSide == (source < destination ? 1 : 0))
            }
        }
    }

    @Test("no small difference keeps the hash under every seed")
    func noFixedCollisions() {
        var dice = SplitMix(state: 11)
        let bits = [0, 1, 31, 32, 33, 63]
        // All differences in one or two bits of the four words, at the places where halves and words meet.
        let singles = (0..<4).flatMap { word in bits.map { (word, $0) } }
        var survivors: [[(Int, Int)]] = singles.map { [$0] }
        for (index, one) in singles.enumerated() { survivors += singles[(index + 1)...].map { [one, $0] } }
        for _ in 0..<6 {
            let seed = HashSeed(&dice)
            let words = (0..<4).map { _ in dice.next() as UInt64 }
            let hash = Self.key(words).hash(seed: seed)
            survivors.removeAll { difference in
                var changed = words
                for (word, bit) in difference { changed[word] ^= 1 << UInt64(bit) }
                return Self.key(changed).hash(seed: seed) != hash
            }
        }
        #expect(survivors.isEmpty)
    }

    /// A key of these four words as they stand.
    private static func key(_ words: [UInt64]) -> FlowKey {
        FlowKey(
            lowAddress: IPAddress(high: words[0], low: words[1]), highAddress: IPAddress(high: words[2], low: words[3]),
            lowPort: 1, highPort: 2)
    }

    @Test("every shard gets its share of the keys", arguments: [1, 2, 3, 5, 16])
    func shards(count: Int) {
        var generator = SplitMix(state: 3)
        let seed = HashSeed(&generator)
        var found = [Int](repeating: 0, count: count)
        for number in 0..<10_000 as Range<UInt32> {
            let key = FlowKey(
                lowAddress: IPAddress(ipv4: 0x0a00_0001), highAddress: IPAddress(ipv4: 0x0a01_0000 + number),
                lowPort: 443, highPort: 40_000)
            found[SegmentBatch.shard(of: key.hash(seed: seed), among: UInt64(count))] += 1
        }
        let fair = 10_000 / count
        #expect(found.allSatisfy { $0 > fair * 3 / 4 && $0 < fair * 5 / 4 + 1 }, "\(found)")
    }
}
