import Foundation
import Testing

/// `tcplens flow -i`: connections of an interface, drawn as they come. Each test has a network namespace of its own.
@Suite(
    "tcplens flow -i", .serialized,
    .enabled(if: Needs.namespaces && Needs.tool("python3"), "needs root, unshare, ip, setpriv and python3"))
struct LiveFlowTests {
    /// What the scripts begin with: `serve` starts python's web server on port 8080, `client` connects to it and talks with pauses,
    /// `live` starts `flow -i lo` with these words and waits until it listens. What ran is ended at the end.
    private static let tools = """
        # A version manager's python3 does not run without its environment.
        PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH
        cd "$SCRATCH"
        # The tests' threads take no signals, and what they start inherits that.
        others=; trap 'kill -9 $others $tcplens 2> /dev/null' EXIT
        serve() {
            python3 -m http.server 8080 --bind 127.0.0.1 > /dev/null 2>&1 & others="$others $!"
            until grep -q ':1F90 .* 0A ' /proc/net/tcp; do sleep 0.02; done
        }
        client() { python3 "$SCRATCH/client.py"; }
        live() {
            : > err
            "$TCPLENS" flow -i lo "$@" > out 2> err & tcplens=$!
            until grep -q -e 'Ctrl-C' err || ! kill -0 $tcplens 2> /dev/null; do sleep 0.02; done
        }
        holds() { for try in $(seq 500); do grep -q -e "$1" out && return; sleep 0.02; done; echo "no $1"; cat out err; exit 9; }
        cat > client.py <<'END'
        import socket, sys, time
        talk = socket.create_connection(("127.0.0.1", 8080))
        def wait(word):
            for _ in range(500):
                with open("out") as out:
                    if word in out.read(): return
                time.sleep(0.02)
            sys.exit("no " + word)
        wait("#3 ")
        talk.sendall(b"GET /missing HTTP/1.0\\r\\n\\r\\n")
        while talk.recv(65536): pass
        wait("FIN,ACK")
        talk.close()
        END

        """

    private func run(_ script: String, environment: [String: String] = [:]) async throws -> Run {
        try await Run(namespace: Self.tools + script, environment: environment)
    }

    private func cells(_ line: Substring) -> Int { line.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2e80 ? 2 : 1) } }

    /// The client waits for each row before it sends what makes the next: rows that came late would hang it.
    @Test(
        "rows are out before the next segment is sent; states are the kernel's where it was asked",
        arguments: ["en", "zh"])
    func rows(language: String) async throws {
        let run = try await run(
            "serve; live --once port 8080; client; wait $tcplens; echo \"status $?\"; cat out err",
            environment: ["TCPLENS_LANG": language, "LANG": "C.UTF-8"])
        #expect(run.lines.first == "status 0", "\(run.out)")
        let rows = run.lines.filter { $0.contains("#") }
        for (number, flags) in [(1, "SYN "), (2, "SYN,ACK"), (3, "ACK"), (4, "PSH,ACK")] {
            #expect(rows.filter { $0.contains("#\(number) ") && $0.contains(flags) }.count == 1, "#\(number)")
        }
        // Both ends stood still behind the third segment.
        #expect(rows.contains { $0.wholeMatch(of: /\ +[0-9.]+\ +E\ +#4 .*\ E\ */) != nil }, "\(rows)")
        let page = run.lines.joined(separator: " ").replacing(/\ +/, with: " ")
        #expect(
            page.contains(
                language == "en"
                    ? "a letter with ? behind it is inferred from the packets, the others are seen in the kernel"
                    : "字母后带 ? 的由报文推断，其余为内核实测"))
        #expect(page.contains(language == "en" ? "the server closed first" : "服务端先关"))
        #expect(run.lines.dropLast().allSatisfy { cells($0) <= 80 })
    }

    @Test(
        "in a terminal beside nc, and a server that others wrote",
        .enabled(if: Needs.tool("tmux") && Needs.tool("nc"), "needs tmux and nc"))
    func besideNetcat() async throws {
        let run = try await run(
            """
            serve
            export LANG=C.UTF-8 TERM=xterm-256color
            screen() { tmux -u -S tmux capture-pane -t 0 -p; }
            shows() { for try in $(seq 500); do screen | grep -q -e "$1" && return; sleep 0.02; done; echo "no $1"; screen; exit 9; }
            cat > pane <<END
            "$TCPLENS" flow -i lo --once 'port 8080'; echo ended \\$?; exec sleep 1000
            END
            tmux -u -S tmux new-session -d -x 80 -y 40 "exec sh pane"
            shows 'Ctrl-'
            tmux -S tmux split-window -l 4 'nc 127.0.0.1 8080; exec sleep 1000'
            shows '#3 '; screen > opened
            tmux -S tmux send-keys -t 1 'GET /missing HTTP/1.0' Enter Enter
            shows 'FIN,ACK'; screen > closing
            tmux -S tmux send-keys -t 1 C-d
            shows 'ended 0'; screen > closed
            tmux -S tmux kill-server
            cat opened; echo; echo ---; cat closing; echo; echo ---; cat closed
            """)
        #expect(run.status == 0, "\(run.out)\(run.err)")
        let screens = run.out.components(separatedBy: "\n---\n").map { $0.split(separator: "\n") }
        try #require(screens.count == 3, "\(run.out)")
        #expect(screens[0].contains { $0.contains("#3 ") } && !screens[0].contains { $0.contains("#4 ") })
        // nc keeps its side open: CLOSE-WAIT, as the kernel says.
        #expect(
            screens[1].contains { $0.contains("FIN,ACK") && $0.wholeMatch(of: /\ +[0-9.]+\ +W\??\*?\ .*/) != nil },
            "\(screens[1])")
        // What was printed stays.
        let before = screens[1].filter { $0.contains("#") }
        #expect(Array(screens[2].filter { $0.contains("#") }.prefix(before.count)) == before)
        #expect(screens[2].contains { $0.contains("Closed by FINs from both ends; the server closed first.") })
    }

    @Test(
        "an ordinary user whose program has the capability to capture",
        .enabled(if: Needs.tool("setcap"), "needs setcap"))
    func capability() async throws {
        let run = try await run(
            """
            setcap cap_net_raw=ep "$PUBLIC"; chmod a+rwx .; serve
            : > out; chmod a+rw out; : > err
            $AS_USER "$PUBLIC" flow -i lo --once port 8080 > out 2> err & tcplens=$!
            until grep -q 'Ctrl-C' err; do kill -0 $tcplens || break; sleep 0.02; done
            client; wait $tcplens; echo "status $?"; cat out err
            """)
        #expect(run.lines.first == "status 0", "\(run.out)")
        #expect(run.lines.contains { $0.wholeMatch(of: /\ +[0-9.]+\ +E\ +#4 .*\ E\ */) != nil }, "\(run.out)")
    }

    @Test(
        "without --once it goes on with the next connection; a signal ends it with all rows",
        arguments: ["TERM", "HUP", "INT"])
    func signals(signal: String) async throws {
        let run = try await run(
            """
            serve; live port 8080
            client; holds 'closed first'
            python3 -c '
            import socket, time
            talk = socket.create_connection(("127.0.0.1", 8080))
            time.sleep(1000)' & others="$others $!"
            holds 'connection 2'; for try in $(seq 500); do [ $(grep -c '#3 ' out) = 2 ] && break; sleep 0.02; done
            kill -\(signal) $tcplens; wait $tcplens; echo "status $?"; cat out err
            """)
        #expect(run.lines.first == "status 0", "\(run.out)")
        #expect(run.lines.contains { $0.hasPrefix("connection 1 on lo") })
        #expect(run.lines.filter { $0.contains("#3 ") }.count == 2, "\(run.out)")
        #expect(run.lines.contains { $0.hasPrefix("Still open where the capture ends.") }, "\(run.out)")
    }

    @Test("before anything has come, a signal is Ctrl-C without a result", arguments: ["TERM", "HUP", "INT"])
    func nothingYet(signal: String) async throws {
        let run = try await run("live port 8080; kill -\(signal) $tcplens; wait $tcplens; echo $?; cat out")
        #expect(run.out == "130\n", "\(run.out)")
    }

    @Test("it ends when nobody reads what it writes any more, though nothing comes")
    func closedPipe() async throws {
        let run = try await run(
            """
            mkfifo pipe
            "$TCPLENS" flow -i lo port 8080 > pipe 2> err & tcplens=$!
            exec 3< pipe
            until grep -q 'Ctrl-C' err; do sleep 0.02; done
            exec 3<&-; wait $tcplens; echo $?
            """)
        #expect(run.out == "141\n")
    }

    @Test(
        "a filter that hides packets is no proof of what it hides",
        arguments: ["dst port 8080", "src port 8080", "tcp[13] & 2 != 0"])
    func hidden(filter: String) async throws {
        let run = try await run(
            """
            serve; live --once '\(filter)'; until grep -q -e 'Ctrl-C' err; do sleep 0.02; done
            python3 -c '
            import socket, time
            talk = socket.create_connection(("127.0.0.1", 8080)); time.sleep(0.3); talk.send(b"GET / HTTP/1.0\\r\\n\\r\\n")
            while talk.recv(4096): pass'
            for try in $(seq 100); do kill -0 $tcplens 2> /dev/null || break; sleep 0.02; done
            kill -INT $tcplens 2> /dev/null; wait $tcplens; cat out
            """, environment: ["TCPLENS_LANG": "en", "LANG": "C.UTF-8"])
        #expect(run.out.contains("Some packets of this connection were not captured"), "\(run.out)\(run.err)")
    }

    @Test("refused; and what no packet tells: a client that gives up waiting")
    func failures() async throws {
        let refused = try await run(
            """
            live --once port 8081
            python3 -c 'import socket; socket.socket().connect_ex(("127.0.0.1", 8081))'
            wait $tcplens; echo "status $?"; cat out
            """)
        #expect(refused.lines.first == "status 0" && refused.out.contains("Refused: the SYN was answered with an RST."))
        let silent = try await run(
            """
            ip link add quiet type veth peer name other; ip link set other up
            ip addr add 203.0.113.1/24 dev quiet; ip link set quiet up
            ip neigh add 203.0.113.2 lladdr 02:00:00:00:00:02 dev quiet
            "$TCPLENS" flow -i quiet --once tcp > out 2> err & tcplens=$!
            until grep -q 'Ctrl-C' err || ! kill -0 $tcplens; do sleep 0.02; done
            python3 -c '
            import socket
            talk = socket.socket(); talk.settimeout(0.5)
            try: talk.connect(("203.0.113.2", 80))
            except OSError: pass'
            wait $tcplens; echo "status $?"; cat out
            """)
        #expect(silent.lines.first == "status 0" && silent.out.contains("its socket is gone"), "\(silent.out)")
        // No socket is CLOSED, as the kernel says.
        #expect(silent.lines.contains { $0.wholeMatch(of: /.* -\* +its socket is gone.*/) != nil }, "\(silent.out)")
        #expect(silent.out.contains("#1 "))
    }

    @Test("the connection as a file, and its documents, once it has ended")
    func documents() async throws {
        let run = try await run(
            """
            serve; live --once -w one.pcapng --explain port 8080; client; wait $tcplens; echo "status $?"
            "$TCPLENS" flow one.pcapng --json > again.json; "$TCPLENS" connections one.pcapng --format tsv | wc -l
            cat out
            """)
        #expect(run.lines.prefix(2) == ["status 0", "2"], "\(run.out)")
        #expect(run.out.contains("#2 "))
        let json = try await Run(
            namespace: Self.tools + """
                serve; : > out
                "$TCPLENS" flow -i lo --once --json port 8080 > document 2> err & tcplens=$!
                until grep -q 'Ctrl-C' err; do sleep 0.02; done
                python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8080/").read()'
                wait $tcplens; cat document
                """)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
        #expect(document.isEmpty == false)
    }

    @Test(
        "what cannot be is told with what to do",
        arguments: [
            ("flow -i nope", 4, "there are:  "), ("flow -i lo port", 2, "man pcap-filter"),
            ("flow -i lo -Y tcp", 2, "leave out -Y"), ("flow --once x.pcap", 2, "--once goes with -i"),
            ("flow -c 3 x.pcap", 2, "go with -i"), ("flow -i lo -w x.pcapng", 2, "add --once"),
            ("flow -r a.pcap port 80", 2, "-Y"), ("flow -i lo -r a.pcap", 2, "take one of them"),
            ("flow -i lo -s 300000", 2, "-s takes"), ("connections -i lo -s 40", 2, "TCP's header is cut off"),
        ])
    func errors(words: String, status: Int32, hint: String) async throws {
        let run = try await run("\"$TCPLENS\" \(words) --lang en")
        #expect(run.status == status && run.out == "" && run.err.contains(hint), "\(run.err)")
    }

    @Test("an ordinary user is told both ways to the right")
    func notPermitted() async throws {
        let run = try await run("$AS_USER \"$PUBLIC\" flow -i lo --once 'port 8080' --lang en")
        #expect(run.status == 3 && run.out == "")
        #expect(run.err.contains("sudo setcap cap_net_raw=ep "))
        #expect(run.err.contains("flow -i lo --once 'port 8080' --lang en"), "\(run.err)")
    }

    @Test("-D lists the interfaces, -r reads as the name alone does, -c is enough")
    func tcpdumpFlags() async throws {
        let list = try await run("\"$TCPLENS\" flow -D")
        #expect(list.lines.sorted() == ["any", "lo"])
        let folder = try ScratchFolder()
        let path = try Exchange.tutorial(in: folder)
        let read = try await Run("flow", "-r", path)
        let plain = try await Run("flow", path)
        #expect(read.status == 0 && read.out == plain.out)
        let counted = try await run("serve; live -c 3 port 8080; client & wait $tcplens; echo \"status $?\"; cat out")
        #expect(counted.lines.first == "status 0")
        #expect(counted.lines.contains { $0.contains("#3 ") } && !counted.lines.contains { $0.contains("#4 ") })
        let none = try await run(
            """
            live -c 1 udp
            python3 -c 'import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))'
            wait $tcplens; echo $?
            """)
        #expect(none.out == "5\n", "\(none.out)")
    }
}
