import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs TCPLens beside other tools on one file, in turns, and prints medians and ratios as a table; and where LONG is named, a
/// capture of one long connection, a second table of its pictures beside the pass that finds it.
///
///     Bench TCPLENS FILE [runs N] [slow N] [beside OTHER] [long LONG]
///
/// OTHER is another build of TCPLens, as of an older revision. The slow tools (tcptrace, tshark) run fewer times. Every command runs once before anything counts, so that file and
/// programs are in the page cache.
@main
struct Bench {
    struct Contender {
        let name: String
        let command: [String]
        var isSlow = false
    }

    struct Run {
        let wall: Double
        let user: Double
        let system: Double
        /// Peak resident memory in MB.
        let peak: Double
        let status: Int32
    }

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else {
            print("usage: Bench TCPLENS FILE [runs N] [slow N] [beside OTHER] [long LONG]")
            exit(2)
        }
        let (tcplens, file) = (arguments[1], arguments[2])
        let runs = number("runs", arguments) ?? 7
        let slowRuns = number("slow", arguments) ?? 1
        let other = word("beside", arguments)
        let contenders = [
            Contender(name: "`cat`", command: ["cat", file]),
            Contender(name: "`capinfos -c`", command: ["capinfos", "-c", file]),
            Contender(name: "`tcpdump -r -w /dev/null`", command: ["tcpdump", "-r", file, "-w", "/dev/null"]),
            list("**tcplens, two cores**", tcplens, file),
            list("the other, two cores", other, file),
            list("**tcplens, one core**", tcplens, file, "--threads", "1"),
            list("the other, one core", other, file, "--threads", "1"),
            // -n: asking for the names of 65,000 addresses would take longer than anything else.
            Contender(name: "`tcptrace -n`", command: ["tcptrace", "-n", file], isSlow: true),
            Contender(
                name: "`tshark -n -q -z conv,tcp`", command: ["tshark", "-n", "-q", "-z", "conv,tcp", "-r", file],
                isSlow: true),
        ].compactMap { $0 }.filter { available($0.command[0]) && !(slowRuns == 0 && $0.isSlow) }

        report(contenders, measured(contenders, runs, slowRuns), beside: ["`cat`", "**tcplens, two cores**"])
        guard let long = word("long", arguments) else { return }
        let pictures = Self.pictures(tcplens, long)
        print("\n\(long):\n")
        report(pictures, measured(pictures, runs, slowRuns), beside: [pictures[0].name, pictures[1].name])
    }

    /// The pass over a file, and the first connection in it whole in every form.
    private static func pictures(_ program: String, _ file: String) -> [Contender] {
        let forms = [
            ["--lang", "en"], ["--lang", "zh"], ["--width", "200"], ["--hosts"], ["--format", "mermaid"],
            ["--format", "json"], ["--format", "svg"], ["--format", "html"],
        ]
        return [Contender(name: "the pass", command: [program, "connections", "--format", "tsv", file])]
            + forms.map { form in
                Contender(
                    name: "`flow \(form.joined(separator: " "))`",
                    command: [program, "flow", "--all", "--limit", "1000000", file] + form)
            }
    }

    private static func measured(_ contenders: [Contender], _ runs: Int, _ slowRuns: Int) -> [[Run]] {
        for contender in contenders where !contender.isSlow { _ = run(contender) }
        var results: [[Run]] = Array(repeating: [], count: contenders.count)
        // In turns, so that whatever else the machine does falls on all of them.
        for round in 0..<max(runs, slowRuns) {
            for (index, contender) in contenders.enumerated() where round < (contender.isSlow ? slowRuns : runs) {
                results[index].append(run(contender))
            }
        }
        return results
    }

    /// TCPLens listing the connections of a file; `nil` for a build that there is none of.
    private static func list(_ name: String, _ program: String?, _ file: String, _ options: String...) -> Contender? {
        program.map { Contender(name: name, command: [$0, "connections", "--format", "tsv", file] + options) }
    }

    private static func word(_ name: String, _ arguments: [String]) -> String? {
        arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
    }

    private static func number(_ name: String, _ arguments: [String]) -> Int? {
        word(name, arguments).flatMap { Int($0) }
    }

    private static func available(_ program: String) -> Bool {
        if program.contains("/") { return access(program, X_OK) == 0 }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }

    private static func run(_ contender: Contender) -> Run {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = contender.command.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child = pid_t()
        let start = DispatchTime.now().uptimeNanoseconds
        guard posix_spawnp(&child, contender.command[0], &actions, nil, &words, environ) == 0 else {
            return Run(wall: 0, user: 0, system: 0, peak: 0, status: -1)
        }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
        let end = DispatchTime.now().uptimeNanoseconds
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Run(
            wall: Double(end - start) / 1e9, user: seconds(usage.ru_utime), system: seconds(usage.ru_stime),
            peak: Double(usage.ru_maxrss) / 1024, status: status)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    /// - Parameter names: the two contenders beside which each stands.
    private static func report(_ contenders: [Contender], _ results: [[Run]], beside names: [String]) {
        func wall(_ name: String) -> Double {
            contenders.firstIndex { $0.name == name }.map { index in median(results[index].map(\.wall)) } ?? 0
        }
        let bases = names.map(wall)
        let heads = names.map { "beside " + $0.replacingOccurrences(of: "*", with: "") }
        print("| command | user s | sys s | wall s | peak MB | \(heads.joined(separator: " | ")) | runs |")
        print("|---|---|---|---|---|---|---|---|")
        for (contender, runs) in zip(contenders, results) where !runs.isEmpty {
            let failed = runs.contains { $0.status != 0 } ? " (failed)" : ""
            let wall = median(runs.map(\.wall))
            print(
                "| \(contender.name)\(failed) | \(text(median(runs.map(\.user)), 3)) | \(text(median(runs.map(\.system)), 3)) "
                    + "| \(text(wall, 3)) | \(text(median(runs.map(\.peak)), 0)) "
                    + "| \(bases.map { $0 > 0 ? text(wall / $0, 2) : "-" }.joined(separator: " | ")) | \(runs.count) |")
        }
    }

    private static func text(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }
}
