import Foundation
import Testing

/// Programs that go on for a while, in a pipe: what they have to say comes while nothing else does, and a signal that
/// ends them loses none of it.
@Suite("signals and pauses", .serialized)
struct StreamingTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// More than a pipe holds: once a writer is through with it, the program has begun to read.
    private func longCapture() throws -> String {
        try Exchange.capture(
            (0..<800).flatMap { Exchange.refused(port: 1024 + $0, at: Int64($0) * 1000) }, in: folder)
    }

    /// Runs `tcplens` on a pipe that stays open behind the capture, and then the script: `$tcplens` is its process,
    /// `$out` what it writes to.
    private func streaming(_ arguments: String, _ path: String, then script: String) async throws -> Run {
        try await Run(
            shell: """
                cd '\(folder.path)' && mkfifo in && out='\(folder.path("out"))'
                "$TCPLENS" \(arguments) < in > "$out" & tcplens=$!
                exec 3> in
                cat '\(path)' >&3
                \(script)
                wait $tcplens
                status=$?
                cat "$out"
                exit $status
                """, seconds: 40)
    }

    private static let readers = [
        "connections -", "connections - --format tsv", "connections - --json --evict 60", "connections - --long",
        "connections - --format zeek", "flow -", "flow - --json",
    ]

    @Test("a signal is the end of an endless stream: what came before it is shown", arguments: readers)
    func streamsEnd(arguments: String) async throws {
        let path = try longCapture()
        let octets = try [UInt8](Data(contentsOf: URL(filePath: path)))
        let whole = try await Run(arguments.split(separator: " ").map(String.init), input: octets)
        #expect(whole.status == 0 && !whole.out.isEmpty)
        for signal in ["TERM", "HUP", "INT"] {
            let run = try await streaming(arguments, path, then: "kill -\(signal) $tcplens")
            #expect(run.status == 0, "\(signal): \(run.err)")
            #expect(run.err == "", "\(signal)")
            #expect(Self.undated(run.out) == Self.undated(whole.out), "\(signal)")
            try FileManager.default.removeItem(atPath: folder.path("in"))
        }
    }

    /// Zeek's log says when it was written.
    private static func undated(_ text: String) -> String {
        text.split(separator: "\n").filter { !$0.hasPrefix("#open") && !$0.hasPrefix("#close") }.joined(separator: "\n")
    }

    @Test("before anything has come, a signal is Ctrl-C without a result", arguments: ["TERM", "HUP", "INT"])
    func nothingYet(signal: String) async throws {
        // What follows the writer's end is the program's: it has opened the pipe, and waits.
        let run = try await Run(
            shell: """
                cd '\(folder.path)' && mkfifo in
                "$TCPLENS" connections in > out & tcplens=$!
                exec 3> in
                until grep -q '^SigCgt:.*[4-7c-f]...$' /proc/$tcplens/status; do sleep 0.02; done
                sleep 0.3
                kill -\(signal) $tcplens
                wait $tcplens
                """, seconds: 40)
        #expect(run.status == 130 && run.out == "" && run.err == "")
    }

    @Test("rows come while their stream pauses, without any signal")
    func pauses() async throws {
        let path = try Exchange.threeAndALaterOne(in: folder)
        let whole = try await Run("connections", path, "--format", "tsv")
        // Three connections have ended a minute before the fourth began; its row comes by the clock.
        let run = try await streaming(
            "connections - --format tsv --evict 1s", path,
            then: """
                for try in $(seq 300); do [ "$(wc -l < "$out")" -lt 5 ] || break; sleep 0.05; done
                wc -l < "$out" > paused
                exec 3>&-
                """)
        #expect(run.status == 0 && run.err == "")
        #expect(try String(contentsOfFile: folder.path("paused"), encoding: .utf8) == "5\n")
        #expect(run.lines.sorted() == whole.lines.sorted())
    }

    @Test("what it writes is cut at a line where the reader stalls, and a second signal waits for nothing")
    func stalledReader() async throws {
        let path = try Exchange.capture(
            (0..<6000).flatMap { Exchange.refused(port: 1024 + $0, at: Int64($0) * 1000) }, in: folder)
        // Nobody reads: the program waits in write(2) with far more than a pipe holds. The first signal waits with it.
        let run = try await Run(
            shell: """
                cd '\(folder.path)' && mkfifo out && exec 4<> out
                "$TCPLENS" connections '\(path)' --format tsv > out & tcplens=$!
                blocked() { [ "$(grep -c '^State:.*sleeping' /proc/$tcplens/task/$tcplens/status)" = 1 ]; }
                dd if=out of=begin bs=1 count=1 2> /dev/null
                until blocked && sleep 0.2 && blocked; do sleep 0.02; done
                kill -TERM $tcplens; sleep 0.3; kill -0 $tcplens && echo waits
                kill -TERM $tcplens; wait $tcplens; echo $?
                """, seconds: 40)
        #expect(run.out == "waits\n143\n", "\(run.err)")
    }

    @Test("a first signal gets what is gathered out, whole lines of it")
    func wholeLines() async throws {
        let path = try longCapture()
        let whole = try await Run("connections", path, "--format", "tsv")
        // One that has just read its input may be anywhere in what it writes.
        for signal in ["TERM", "HUP", "INT"] {
            let run = try await streaming(
                "connections - --format tsv", path,
                then: "exec 3>&-; until [ -s \"$out\" ]; do :; done; kill -\(signal) $tcplens 2> /dev/null")
            #expect(whole.out.hasPrefix(run.out))
            #expect(run.out.hasSuffix("\n"), "\(signal)")
            try FileManager.default.removeItem(atPath: folder.path("in"))
        }
    }

    @Test("nohup is heeded: a hang-up that was to be ignored is")
    func ignoredHangup() async throws {
        let path = try longCapture()
        let run = try await Run(
            shell: """
                cd '\(folder.path)' && mkfifo in && trap '' HUP
                "$TCPLENS" connections - --format tsv < in > out & tcplens=$!
                exec 3> in; head -c 100000 '\(path)' >&3; kill -HUP $tcplens; tail -c +100001 '\(path)' >&3; exec 3>&-
                wait $tcplens; status=$?; cat out; exit $status
                """, seconds: 40)
        #expect(run.status == 0)
        #expect(run.lines.count == 801)
    }

    @Test("--follow: a signal is the end of the file, whose rows are shown", arguments: ["TERM", "HUP", "INT"])
    func following(signal: String) async throws {
        // The first of its shell, tcplens has the signals blocked: the tests run on threads that take none.
        let path = try Exchange.three(in: folder)
        for arguments in ["--format tsv", "--json", "--sort start", "--format tsv --evict 60"] {
            let follow = arguments.split(separator: " ").map(String.init)
            let whole = try await Run(["connections", path] + follow)
            // What there is is read before it is asked to end; then it would wait for more.
            let run = try await Run(
                shell: """
                    cd '\(folder.path)'
                    "$TCPLENS" connections '\(path)' \(arguments) --follow > out & tcplens=$!
                    until grep -q '^SigCgt:.*[4-7c-f]...$' /proc/$tcplens/status; do sleep 0.02; done
                    sleep 0.3
                    kill -\(signal) $tcplens; wait $tcplens; status=$?
                    cat out; exit $status
                    """, seconds: 40)
            #expect(run.status == 0 && run.err == "", "\(arguments): \(run.err)")
            #expect(run.out == whole.out, "\(arguments)")
        }
    }

    @Test("--follow ends when nobody reads its rows any more, though the file does not grow")
    func followingForNobody() async throws {
        let path = try Exchange.threeAndALaterOne(in: folder)
        let run = try await Run(
            shell: """
                cd '\(folder.path)' && mkfifo pipe
                "$TCPLENS" connections '\(path)' --format tsv --evict 1s --follow > pipe & tcplens=$!
                head -n 2 < pipe; wait $tcplens; echo $?
                """, seconds: 40)
        #expect(run.lines.last.map(String.init) == "141" && run.lines.count == 3, "\(run.out)")
        #expect(run.err == "")
    }

    @Test(
        "script: what has been shown of the scripts before stays",
        .enabled(if: Needs.namespaces, "needs root, unshare and ip"),
        arguments: [("TERM", 143), ("HUP", 129), ("INT", 130)])
    func scripts(signal: String, status: Int) async throws {
        // A shell without jobs has what it starts ignore Ctrl-C.
        let run = try await Run(
            namespace: """
                cd "$SCRATCH"
                printf '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\\n+.1 close(3) = 0\\n' > passing.pkt
                printf '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\\n+30 close(3) = 0\\n' > slow.pkt
                env --default-signal=INT "$TCPLENS" script passing.pkt slow.pkt > out & tcplens=$!
                until [ -s out ]; do sleep 0.02; done
                kill -\(signal) $tcplens; wait $tcplens; echo "$? $(cat out)"
                """, seconds: 40)
        #expect(run.out.hasPrefix("\(status) ok") && run.lines.count == 1, "\(run.out)\(run.err)")
    }

    @Test(
        "demo: before the page a signal is Ctrl-C without a result, and no file is left",
        .enabled(if: Needs.namespaces, "needs root, unshare and ip"), arguments: ["TERM", "HUP", "INT"])
    func demonstration(signal: String) async throws {
        let run = try await Run(
            namespace: """
                cd "$SCRATCH"
                "$TCPLENS" demo -w run.pcapng --do 'wait C 30s' > out & tcplens=$!
                # It has made its wire.
                until ls -l /proc/$tcplens/fd 2> /dev/null | grep -q net/tun; do sleep 0.02; done
                kill -\(signal) $tcplens; wait $tcplens; echo "$? $(wc -c < out) $(ls | grep -v tcplens)"
                """, seconds: 40)
        #expect(run.out == "130 0 out\n" && run.err == "", "\(run.out)\(run.err)")
    }

    @Test(
        "nobody reads any more: every command ends by SIGPIPE, without a word",
        arguments: [
            "connections CAPTURE", "connections CAPTURE --json", "connections CAPTURE --long",
            "connections CAPTURE --format zeek", "connections CAPTURE --format tsv --evict 60",
            "connections CAPTURE --follow", "flow CAPTURE", "flow CAPTURE --json", "flow CAPTURE --hosts",
            "header CAPTURE#1", "header CAPTURE#1 --json", "sockets -tan", "sockets -s", "sockets --json",
            "script --on stack SCRIPT", "script --on stack SCRIPT --json", "demo --on stack", "demo --on stack --json",
            "demo --on stack -w -", "dial 127.0.0.1:PORT", "dial 127.0.0.1:PORT --json", "listen 127.0.0.1:PORT",
            "manual", "--help", "help sockets", "--version", "--generate-completion-script zsh",
        ])
    func closedPipe(arguments: String) async throws {
        let script = try folder.write(
            [UInt8]("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+.1 close(3) = 0\n".utf8), to: "passing.pkt")
        let words = arguments.replacing("CAPTURE", with: try Exchange.three(in: folder)).replacing(
            "SCRIPT", with: script
        )
        .replacing("PORT", with: String(try freePort()))
        // So that there are sockets to be listed.
        let pair = try LoopbackPair(connections: 1)
        defer { withExtendedLifetime(pair) {} }
        // The pipe's reading end is closed before anything is written.
        let run = try await Run(
            shell: """
                cd '\(folder.path)' && mkfifo pipe && exec 3<> pipe 4> pipe 3<&-
                "$TCPLENS" \(words) >&4 < /dev/null 4>&-
                """, seconds: 40)
        #expect(run.status == 141, "\(run.status) \(run.err)")
        #expect(run.err == "" && run.out == "")
    }

    @Test("listen: who came is told at once, and a signal is Ctrl-C", arguments: ["TERM", "HUP", "INT"])
    func listening(signal: String) async throws {
        let port = try freePort()
        async let ended = Run(
            shell: """
                cd '\(folder.path)'
                "$TCPLENS" listen 127.0.0.1:\(port) > out & tcplens=$!
                until grep -q hello out; do sleep 0.05; done
                kill -\(signal) $tcplens; wait $tcplens
                """, seconds: 40)
        let client = try await PlainClient(port: port)
        client.say("hello")
        let run = try await ended
        #expect(run.status == 0)
        #expect(run.err.contains("1 client, 5 bytes received"))
    }

    @Test("dial: a signal is how one hangs up, and the story is told", arguments: ["TERM", "HUP", "INT"])
    func dialling(signal: String) async throws {
        let port = try freePort()
        let run = try await Run(
            shell: """
                cd '\(folder.path)' && mkfifo in
                "$TCPLENS" listen 127.0.0.1:\(port) --echo > server & server=$!
                until grep -q listening server; do sleep 0.05; done
                "$TCPLENS" dial 127.0.0.1:\(port) < in > out 2> err & tcplens=$!
                exec 3> in; echo hello >&3
                until grep -q hello server; do sleep 0.05; done
                sleep 0.2; kill -\(signal) $tcplens; wait $tcplens; status=$?
                kill $server; cat out err; exit $status
                """, seconds: 40)
        #expect(run.status == 0, "\(run.out)")
        #expect(run.out.contains("answer: \"hello\\n\""))
        #expect(run.out.contains("6 bytes sent, 6 received"))
        #expect(!run.out.contains("INTERRUPTED"))
    }

    @Test(
        "dial: before any answer a signal is an interruption",
        .enabled(if: Needs.namespaces, "needs root, unshare and ip"))
    func diallingInVain() async throws {
        for signal in ["TERM", "HUP", "INT"] {
            let run = try await Run(
                namespace: """
                    ip link add name left type veth peer name right && ip address add 198.51.100.1/24 dev left &&
                    ip link set left up && ip link set right up &&
                    ip neighbour add 198.51.100.8 lladdr 02:00:00:00:00:08 dev left || exit 99
                    "$TCPLENS" dial 198.51.100.8:9 < /dev/null & tcplens=$!
                    for try in $(seq 200); do ss -Htn state syn-sent | grep -q :9 && break; sleep 0.05; done
                    kill -\(signal) $tcplens; wait $tcplens
                    """, seconds: 40)
            #expect(run.status == 130, "\(run.err)")
            #expect(run.out.contains("before any answer"))
        }
    }
}
