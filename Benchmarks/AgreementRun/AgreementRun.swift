import Agreement
import Foundation

/// Compares what all views tell of many conversations by chance: `AgreementRun [FIRST SEED] [COUNT]`, 100,000 from seed 0 on
/// unless said otherwise. Ends with an error where two numbers differ, and with 2 where its arguments are none.
@main
struct AgreementRun {
    static func main() throws {
        let words = CommandLine.arguments.dropFirst()
        let numbers = words.compactMap { UInt64($0) }
        let (first, count) = (numbers.first ?? 0, numbers.dropFirst().first ?? 100_000)
        guard numbers.count == words.count, words.count <= 2, first <= .max - count else {
            FileHandle.standardError.write(Data("usage: AgreementRun [FIRST SEED] [COUNT]\n".utf8))
            exit(2)
        }
        var agreement = Agreement()
        for seed in first..<first + count {
            var conversation = RandomConversation(seed: seed)
            try agreement.check(conversation.capture(), name: "seed \(seed)")
        }
        for difference in agreement.differences.prefix(50) { print(difference) }
        print("\(count) conversations, \(agreement.compared) numbers, \(agreement.differences.count) differ")
        // By leaving, not by an error: that would end the process before what was printed is out.
        if !agreement.differences.isEmpty { exit(1) }
    }
}
