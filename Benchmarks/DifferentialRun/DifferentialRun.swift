import Differential
import Foundation

/// Carries exchanges out with this machine's kernel and with our own TCP, and compares them: `DifferentialRun [FIRST SEED]
/// [COUNT]`, 2,000 from seed 0 on unless said otherwise; `DifferentialRun show SEED` prints both sides of one. Needs the right
/// to make network namespaces. Ends with 1 where a difference has no explanation, with 2 where its arguments are none.
@main
struct DifferentialRun {
    static func main() throws {
        var words = Array(CommandLine.arguments.dropFirst())
        if words.first == "show" {
            words.removeFirst()
            for seed in words.compactMap({ UInt64($0) }) { try show(seed) }
            return
        }
        let numbers = words.compactMap { UInt64($0) }
        let (first, count) = (numbers.first ?? 0, numbers.dropFirst().first ?? 2000)
        guard numbers.count == words.count, words.count <= 2, first <= .max - count else {
            FileHandle.standardError.write(Data("usage: DifferentialRun [FIRST SEED] [COUNT] | show SEED…\n".utf8))
            exit(2)
        }
        let differential = try Differential.run(seeds: first..<first + count)
        print(differential.text)
        if !differential.unexplained.isEmpty { exit(1) }
    }

    private static func show(_ seed: UInt64) throws {
        let pair = try ExchangePair(seed: seed)
        print("seed \(seed)\nkernel\n\(pair.kernel.text)\nour own\n\(pair.stack.text)")
        for difference in pair.differences { print(difference.text) }
    }
}
