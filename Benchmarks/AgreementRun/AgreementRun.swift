import Agreement

/// Compares what all views tell of many conversations by chance: `AgreementRun [FIRST SEED] [COUNT]`, 100,000 from seed 0 on
/// unless said otherwise. Ends with an error where two numbers differ.
@main
struct AgreementRun {
    struct Disagreement: Error {}

    static func main() throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        let first = numbers.first ?? 0
        let count = numbers.dropFirst().first ?? 100_000
        var agreement = Agreement()
        for seed in first..<first + count {
            var conversation = RandomConversation(seed: seed)
            try agreement.check(conversation.capture(), name: "seed \(seed)")
        }
        for difference in agreement.differences.prefix(50) { print(difference) }
        print("\(count) conversations, \(agreement.compared) numbers, \(agreement.differences.count) differ")
        guard agreement.differences.isEmpty else { throw Disagreement() }
    }
}
