import Differential
import Foundation

#if os(Linux)
    /// Carries exchanges out with this machine's kernel and with our own TCP, and compares them: `DifferentialRun [FIRST SEED]
    /// [COUNT]`, 2,000 from seed 0 on unless said otherwise; `list` before the numbers prints every difference in a line, `show
    /// SEED` both sides of one exchange. Needs the right
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
            let isListed = words.first == "list"
            if isListed { words.removeFirst() }
            let numbers = words.compactMap { UInt64($0) }
            let (first, count) = (numbers.first ?? 0, numbers.dropFirst().first ?? 2000)
            guard numbers.count == words.count, words.count <= 2, first <= .max - count else {
                FileHandle.standardError.write(
                    Data("usage: DifferentialRun [list] [FIRST SEED] [COUNT] | show SEED…\n".utf8))
                exit(2)
            }
            let differential = try Differential.run(seeds: first..<first + count)
            if isListed { print(differential.list) }
            print(differential.text)
            if !differential.unexplained.isEmpty { exit(1) }
        }

        private static func show(_ seed: UInt64) throws {
            let pair = try ExchangePair(seed: seed)
            print("seed \(seed)\nkernel\n\(pair.kernel.text)\nour own\n\(pair.stack.text)")
            for difference in pair.differences { print(difference.text) }
        }
    }
#else
    /// The kernel beside which our own TCP is held is Linux's.
    @main
    struct DifferentialRun {
        static func main() {
            FileHandle.standardError.write(Data("DifferentialRun compares with Linux's TCP, and needs Linux\n".utf8))
            exit(3)
        }
    }
#endif
