import Foundation
import TCPWire
import Testing

/// What is live: a pipe, a file that grows. The row of a connection that has ended is out before the next segment is
/// sent, by the clock, and no row is lost however it all ends.
@Suite("live rows", .serialized)
struct LiveRowTests {
    /// The commands that write rows as connections end, and what they read: `IN` is a pipe for some, a file that grows
    /// for others.
    static let streams = [
        "connections - --json --evict 60 < PIPE", "connections - --format tsv --evict 60 < PIPE",
        "connections PIPE --format tsv --evict 60 -Y 'tcp.port>0'", "connections - --follow < PIPE",
        "connections - --follow -e client -e bytes < PIPE", "connections - --evict 60 --lang zh < PIPE",
        "connections FILE --follow", "connections FILE --follow --json", "connections FILE --follow --format tsv",
        "connections FILE --follow -e client --format tsv", "connections FILE --follow --evict 60",
    ]

    /// Three captures: a connection that ends; one that stays open and one that is refused; another one that ends.
    /// `$tcplens` reads them as they come from `send N`; `row PORT` waits for a client's row, `rows` lists the clients
    /// of all so far.
    private func live(_ command: String, _ script: String) async throws -> Run {
        let folder = try ScratchFolder()
        defer { withExtendedLifetime(folder) {} }
        var (open, last) = (Exchange(), Exchange())
        open.client.port = 43220
        last.client.port = 43230
        let parts = [
            Exchange().frames, Exchange.refused(port: 43215, at: 0) + open.frames.dropLast(3), last.frames,
        ]
        for (number, frames) in parts.enumerated() {
            _ = try Exchange.capture(
                frames.map { Exchange.Frame(time: $0.time + Int64(number) * 1_000_000, bytes: $0.bytes) }, in: folder,
                name: "part\(number + 1)")
        }
        let words = command.replacing("PIPE", with: "'\(folder.path("in"))'")
            .replacing("FILE", with: "'\(folder.path("growing"))'")
        return try await Run(
            shell: """
                cd '\(folder.path)' && mkfifo in && : > growing && : > out
                # A shell without jobs has what it starts ignore Ctrl-C.
                start() { env --default-signal=INT "$TCPLENS" \(words) > ${1:-out} 2> err & tcplens=$!; exec 3<> in; }
                send() { cat part$1 >&3; cat part$1 >> growing; }
                rows() { grep -o ':432[0-9]*' out | sort | tr '\\n' ' '; echo; }
                row() { for try in $(seq 400); do grep -q ":$1" out && return; sleep 0.05; done; echo "no row of $1"; }
                \(script)
                cat err
                """, environment: ["LC_ALL": "C.UTF-8"], seconds: 60)
    }

    @Test("a row is out before the next segment is sent, and none is lost by a signal", arguments: streams)
    func rows(command: String) async throws {
        // Each takes a while, in which it waits.
        try await withThrowingTaskGroup(of: (String, String).self) { group in
            for signal in ["TERM", "HUP", "INT"] {
                group.addTask {
                    let run = try await live(
                        command,
                        """
                        start; send 1; row 43210; rows
                        send 2; row 43215; rows
                        send 3; row 43230; rows
                        kill -\(signal) $tcplens; wait $tcplens; echo $?; rows
                        """)
                    return (signal, run.out)
                }
            }
            for try await (signal, out) in group {
                #expect(
                    out == """
                        :43210\u{20}
                        :43210 :43215\u{20}
                        :43210 :43215 :43230\u{20}
                        0
                        :43210 :43215 :43220 :43230\u{20}

                        """, "\(signal): \(out)")
            }
        }
    }

    @Test(
        "nobody reads the rows any more: it ends though nothing comes, and what was read is whole", arguments: streams)
    func closedPipe(command: String) async throws {
        let run = try await live(
            command,
            """
            mkfifo pipe
            start pipe
            { while read -r line; do echo "$line"; case $line in *:43210*) break;; esac; done; } < pipe > out & reader=$!
            send 1; wait $reader; rows; wait $tcplens; echo $?
            """)
        #expect(run.out == ":43210 \n141\n", "\(run.out)")
    }

    @Test("where a connection goes silent, its row comes by the clock, without another packet")
    func idle() async throws {
        let run = try await live(
            "connections - --json --evict 1 < PIPE", "start; send 2; row 43220; rows; kill $tcplens")
        #expect(run.out == ":43215 :43220 \n", "\(run.out)")
    }

    @Test("a pipe that is not asked to be live is read to its end, and judged as a whole")
    func whole() async throws {
        let run = try await live(
            "connections - --format tsv < PIPE",
            "start; send 1; sleep 1; rows; kill $tcplens; wait $tcplens; rows")
        #expect(run.out == "\n:43210 \n", "\(run.out)")
    }

    @Test(
        "what needs all connections comes at the end of what is followed",
        arguments: ["--sort bytes", "--by port", "--long"])
    func needsAll(option: String) async throws {
        let run = try await live(
            "connections FILE --follow \(option)",
            "send 1; start; sleep 1; wc -c < out; send 3; sleep 1; kill $tcplens; wait $tcplens; echo $?; grep -c . out"
        )
        let words = run.lines
        #expect(words.count == 3 && words[0] == "0" && words[1] == "0" && Int(words[2]) ?? 0 > 2, "\(run.out)")
    }

    @Test("a file that its writer has not begun yet is waited for")
    func notBegun() async throws {
        let run = try await live(
            "connections FILE --follow --json",
            "start; sleep 0.5; send 1; row 43210; rows; kill $tcplens; wait $tcplens; echo $?")
        #expect(run.out == ":43210 \n0\n", "\(run.out)")
        let nothing = try await live(
            "connections FILE --follow",
            """
            start
            until grep -q '^SigCgt:.*[4-7c-f]...$' /proc/$tcplens/status; do sleep 0.02; done
            sleep 0.3; kill $tcplens; wait $tcplens; echo $?; cat out
            """)
        #expect(nothing.out == "130\n", "\(nothing.out)")
    }

    @Test("a table that comes row by row: one header, the rows below it, what is said of all at the end")
    func table() async throws {
        let run = try await live(
            "connections - --follow < PIPE",
            "start; send 1; row 43210; send 2; row 43215; kill $tcplens; wait $tcplens; cat out")
        let lines = run.lines
        #expect(lines.first?.hasPrefix("   #  client") == true, "\(run.out)")
        #expect(lines.count { $0.contains("client  ") } == 1)
        #expect(lines.contains { $0.hasPrefix("3 connections, 19 segments, 19 packets") })
        // Each below its header.
        let start = try #require(lines.first?.firstRange(of: "opened")).lowerBound
        let place = lines[0].distance(from: lines[0].startIndex, to: start)
        for line in lines.dropFirst().prefix(3) {
            #expect(line.dropFirst(place - 1).first == " " && line.dropFirst(place).first != " ", "\(line)")
        }
        #expect(lines.allSatisfy { cells($0) <= 80 })
    }

    @Test("what came through a pipe is not to be drawn again")
    func gone() async throws {
        let run = try await live(
            "connections PIPE --follow", "start; send 2; row 43215; kill $tcplens; wait $tcplens; cat out")
        #expect(run.out.contains("with trouble: 1") && !run.out.contains("tcplens flow"), "\(run.out)")
    }

    /// The screen that a terminal would show: lines, after returns and erasing.
    private static func screen(_ output: String) -> [String] {
        var lines = [""]
        var place = 0
        var rest = output.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\r": place = 0
            case "\n":
                lines.append("")
                place = 0
            case "\u{1b}":
                let code = rest.prefix { !$0.properties.isAlphabetic }
                rest = rest.dropFirst(code.count)
                if rest.popFirst() == "K" { lines[lines.count - 1] = String(lines[lines.count - 1].prefix(place)) }
            default:
                var line = Array(lines[lines.count - 1])
                if place < line.count { line[place] = Character(scalar) } else { line.append(Character(scalar)) }
                lines[lines.count - 1] = String(line)
                place += 1
            }
        }
        return lines
    }

    @Test(
        "on a terminal progress is gone before a row, and there again behind it",
        .enabled(if: Needs.tool("script"), "needs script(1)"))
    func progress() async throws {
        let run = try await live(
            "connections - --follow < PIPE",
            """
            exec 3<> in
            echo 'stty cols 80; exec "$TCPLENS" connections - --follow < in' > line
            script -qefc '. ./line' out < /dev/null > /dev/null & tcplens=$!
            seen() { for try in $(seq 200); do [ "$(grep -ao 'packets read' out | wc -l)" -ge $1 ] && return; sleep 0.05; done; }
            send 1; row 43210; seen 1; send 3; row 43230; seen 3
            pkill -INT -P $tcplens; wait $tcplens; cat out
            """)
        #expect(run.out.contains("\r10 packets read, 1 connection; Ctrl-C ends this\u{1b}[K"), "\(run.out)")
        let screen = Self.screen(run.out)
        #expect(!screen.contains { $0.contains("packets read") }, "\(screen)")
        let rows = screen.filter { $0.contains(":432") && !$0.contains("Script") }
        #expect(rows.count == 2 && rows.allSatisfy { $0.first { $0 != " " }?.isNumber == true }, "\(screen)")
        // Drawn again behind the first row.
        let behind = run.out.split(separator: ":43210", maxSplits: 1).last ?? ""
        #expect(behind.contains("packets read"))
    }
}
