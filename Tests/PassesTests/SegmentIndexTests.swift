import CaptureFile
import Foundation
import Testing
import Tracking
import Transcripts

@testable import Passes

/// A story out of fetched packets is the one out of kept packets.
@Suite struct SegmentIndexTests {
    @Test func chainsDoNotMix() {
        var index = SegmentIndex(isKept: true)
        for number in 1...1000 {
            // Connections come in the order of their numbers.
            let connection = number <= 10 ? number - 1 : number * 7 % 10
            index.note(connection, offset: number << 33, number: number << 31, part: number & 63)
        }
        for connection in 0..<10 {
            let places = index.places(of: connection)
            #expect(places.first?.offset == (connection + 1) << 33)
            #expect(places.dropFirst().allSatisfy { ($0.offset >> 33) * 7 % 10 == connection })
            #expect(zip(places, places.dropFirst()).allSatisfy { $0.offset < $1.offset })
            for place in places {
                let number = place.offset >> 33
                #expect(place.number == number << 31 && place.part == number & 63)
            }
        }
        #expect((0..<10).reduce(0) { $0 + index.places(of: $1).count } == 1000)
        #expect(index.places(of: 10).isEmpty && index.places(of: -1).isEmpty)
    }

    @Test(
        "every connection of every shared capture",
        .enabled(if: !SharedCaptures.paths.isEmpty || SharedCaptures.requiresAll, "the shared captures are not there"))
    func sharedCaptures() throws {
        #expect(!SharedCaptures.paths.isEmpty)
        for path in SharedCaptures.paths {
            let kept = try SharedCaptures.analysis(path)
            var reader = try CaptureReader(path: path)
            var indexed = CaptureAnalysis(keeping: .places)
            try indexed.read(&reader)
            try indexed.settle(from: reader)
            #expect(indexed.count == kept.count)
            for number in 1...max(1, min(kept.count, 300)) {
                let fetched = try indexed.stored(number, from: &reader)
                let known = kept.stored(number)
                #expect(fetched?.segments.map(\.number) == known?.segments.map(\.number))
                #expect(fetched?.segments.map(\.frame) == known?.segments.map(\.frame))
                #expect(fetched?.segments.map(\.time) == known?.segments.map(\.time))
            }
        }
    }
}
