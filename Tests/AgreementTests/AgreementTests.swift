import Agreement
import CaptureFile
import Foundation
import Testing
import Transcripts

/// Every number of a connection is worked out once: all views show the same.
@Suite struct AgreementTests {
    @Test("a thousand conversations by chance")
    func random() async throws {
        var agreement = Agreement()
        for seed in 0..<1000 {
            // Tests that wait for an answer wait for this one, too.
            await Task.yield()
            var conversation = RandomConversation(seed: UInt64(seed))
            try agreement.check(conversation.capture(), name: "seed \(seed)")
        }
        #expect(agreement.differences.prefix(20) == [])
        // What happens in them is worth comparing.
        #expect(agreement.compared > 200_000)
        print("agreement: 1000 conversations, \(agreement.compared) numbers, \(agreement.differences.count) differ")
    }

    @Test(
        "every shared capture",
        .enabled(if: !SharedCaptures.paths.isEmpty || SharedCaptures.requiresAll, "../shared/captures is not there"))
    func captures() async throws {
        var agreement = Agreement()
        let paths = SharedCaptures.paths + SharedCaptures.cases
        for path in paths {
            await Task.yield()
            let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
            do throws(CaptureError) {
                _ = try CaptureReader(bytes: bytes)
            } catch {
                // An empty file, or one of a kind that is only named: nothing is told of it.
                continue
            }
            try agreement.check(bytes, name: SharedCaptures.name(path))
        }
        #expect(agreement.differences.prefix(40) == [])
        #expect(agreement.compared > 50_000)
        #expect(agreement.plain > 500)
        // What a flat pass cannot know, and each of them a connection that lists tell wrong of: they only become fewer.
        #expect(agreement.hindsight <= 5)
        print(
            "agreement: \(paths.count) captures, \(agreement.compared) numbers, \(agreement.differences.count) differ,")
        print("agreement: \(agreement.hindsight) connections are settled further by the ladder")
    }
}
