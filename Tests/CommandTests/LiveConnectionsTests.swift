import Foundation
import Testing

/// `tcplens connections -i`: a row for each connection of an interface once it has ended.
@Suite(
    "tcplens connections -i", .serialized,
    .enabled(if: Needs.namespaces && Needs.tool("python3"), "needs root, unshare, ip, setpriv and python3"))
struct LiveConnectionsTests {
    /// `serve` echoes on port 8080; `ended` makes a connection and ends it, `left` makes one and leaves it open; `live` starts
    /// `connections -i lo` with these words and waits until it listens; `rows N` waits for so many lines.
    private static let tools = """
        # A version manager's python3 does not run without its environment.
        PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH
        cd "$SCRATCH"
        # The tests' threads take no signals, and what they start inherits that.
        others=; trap 'kill -9 $others $tcplens 2> /dev/null' EXIT
        cat > serve.py <<'END'
        import socket, threading
        listener = socket.create_server(("127.0.0.1", 8080), backlog=64)
        def talk(peer):
            while peer.recv(4096): pass
            peer.close()
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()
        END
        serve() { python3 serve.py & others="$others $!"; until grep -q ':1F90 .* 0A ' /proc/net/tcp; do sleep 0.02; done; }
        ended() { python3 -c 'import socket; talk = socket.create_connection(("127.0.0.1", 8080)); talk.send(b"x" * 7); talk.shutdown(1); talk.recv(1)'; }
        left() { python3 -c 'import socket, time; talk = socket.create_connection(("127.0.0.1", 8080)); talk.send(b"hello"); time.sleep(1000)' & others="$others $!"; }
        live() {
            : > err
            "$TCPLENS" connections -i lo "$@" > out 2> err & tcplens=$!
            until grep -q -e 'Ctrl-C' err || ! kill -0 $tcplens 2> /dev/null; do sleep 0.02; done
        }
        rows() { for try in $(seq 500); do [ $(wc -l < out) -ge $1 ] && return; sleep 0.02; done; echo "no $1 rows"; cat out err; exit 9; }
        seen() { for try in $(seq 500); do [ $(grep -c ':1F90.* 01 ' /proc/net/tcp) -ge $1 ] && return; sleep 0.02; done; exit 8; }

        """

    private func run(_ script: String, environment: [String: String] = [:]) async throws -> Run {
        try await Run(namespace: Self.tools + script, environment: environment)
    }

    @Test(
        "a row is out before the next connection is made, in each form",
        arguments: ["--format tsv", "--json", "", "-e client -e outcome"])
    func rows(form: String) async throws {
        let heads = form == "--json" ? 0 : 1
        let run = try await run(
            """
            serve; live port 8080 \(form)
            for count in 1 2 3; do ended; rows $((count + \(heads))); done
            cp out before; kill -INT $tcplens; wait $tcplens; echo "status $?"; cat before
            """)
        #expect(run.lines.first == "status 0", "\(run.out)")
        #expect(run.lines.count == 1 + heads + 3, "\(run.out)")
        #expect(run.lines.dropFirst(1 + heads).allSatisfy { $0.contains("127.0.0.1:8080") || $0.contains("127.0.0.1") })
    }

    @Test("none is lost on a signal: those that are still open are told too", arguments: ["TERM", "HUP", "INT"])
    func signals(signal: String) async throws {
        let run = try await run(
            """
            serve; live port 8080 --json
            ended; left; left; seen 4; rows 1
            kill -\(signal) $tcplens; wait $tcplens; echo "status $?"; cat out
            """)
        #expect(run.lines.first == "status 0", "\(run.out)")
        #expect(run.lines.dropFirst().filter { $0.contains("\"open\"") }.count == 2, "\(run.out)")
        #expect(run.lines.count == 4, "\(run.out)")
    }

    @Test("a closed pipe ends it though nothing comes; before any connection a signal is 130")
    func ends() async throws {
        let closed = try await run(
            """
            serve; mkfifo pipe; : > out
            "$TCPLENS" connections -i lo --json port 8080 > pipe 2> err & tcplens=$!
            exec 3< pipe; until grep -q 'Ctrl-C' err; do sleep 0.02; done
            left 3<&-; seen 2; sleep 0.3; exec 3<&-; wait $tcplens; echo $?
            """)
        #expect(closed.out == "141\n", "\(closed.err)")
        let nothing = try await run("live port 8080 --json; kill -TERM $tcplens; wait $tcplens; echo $?; cat out")
        #expect(nothing.out == "130\n")
        // What has no rows has no columns that were left out.
        let bare = try await run("live port 8080; kill -TERM $tcplens; wait $tcplens; echo $?; cat out")
        #expect(bare.out == "130\n")
    }

    @Test("the table, at 80 columns, with what stands below it", arguments: ["en", "zh"])
    func table(language: String) async throws {
        let run = try await run(
            "serve; live port 8080; ended; rows 2; ended; rows 3; kill -INT $tcplens; wait $tcplens; echo \"status $?\"; cat out",
            environment: ["TCPLENS_LANG": language, "LANG": "C.UTF-8"])
        #expect(run.lines.first == "status 0", "\(run.out)")
        #expect(run.out.contains(language == "en" ? "2 connections, " : "2 条连接，"))
        let cells = run.lines.map { $0.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2e80 ? 2 : 1) } }
        #expect(cells.allSatisfy { $0 <= 80 }, "\(run.out)")
    }

    @Test(
        "what cannot be is told with what to do",
        arguments: [
            ("-i nope", 4, "there are:  "), ("-i lo port", 2, "man pcap-filter"),
            ("-i lo --sort bytes", 2, "leave out --sort"),
            ("-i lo --long", 2, "leave out --sort"), ("-i lo -Y 'time.server>1'", 2, "tcplens help filter"),
            ("-c 1 x.pcap", 2, "go with -i"),
            ("", 2, "neither a capture file nor -i INTERFACE"),
        ])
    func errors(words: String, status: Int32, hint: String) async throws {
        let run = try await run("\"$TCPLENS\" connections \(words) --lang en")
        #expect(run.status == status && run.out == "" && run.err.contains(hint), "\(run.err)")
    }

    @Test("-c is enough, -r and -D are as of flow; a display filter chooses")
    func flags() async throws {
        let counted = try await run("serve; live -c 3 --json port 8080; left; wait $tcplens; echo $?; cat out")
        #expect(counted.lines.first == "0" && counted.lines.count == 2, "\(counted.out)")
        let folder = try ScratchFolder()
        let path = try Exchange.tutorial(in: folder)
        #expect(try await Run("connections", "-r", path).out == (try await Run("connections", path)).out)
        #expect(try await run("\"$TCPLENS\" connections -D | sort").out == "any\nlo\n")
        let chosen = try await run(
            "serve; live --json -Y 'client.bytes==5' port 8080; ended; left; seen 2; sleep 1; kill -INT $tcplens; wait $tcplens; echo $?; cat out"
        )
        #expect(chosen.lines.first == "0" && chosen.lines.count == 2, "\(chosen.out)\(chosen.err)")
    }
}
