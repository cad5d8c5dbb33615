import Foundation
import Testing

/// `tcplens demo --step` on a terminal: keys in, screens out.
@Suite(
    "tcplens demo --step", .serialized,
    .enabled(if: Needs.namespaces && Needs.tool("tmux"), "needs root, unshare, ip, setpriv and tmux"))
struct StepDemoTests {
    /// A terminal of its own, gone at the end.
    private struct Terminal {
        let folder: ScratchFolder
        private var socket: String { folder.path("tmux") }

        /// - Parameter user: what the demo is run by.
        init(_ width: Int, _ height: Int, _ options: String, by user: String = "") async throws {
            folder = try ScratchFolder()
            let script = """
                trap : INT
                stty -a > '\(folder.path("before"))'
                cp "$TCPLENS" '\(folder.path("tcplens"))'
                chmod a+rx '\(folder.path)' '\(folder.path("tcplens"))'
                sh -c 'echo $$ > "\(folder.path("pid"))"; exec \(user) "\(folder.path("tcplens"))" demo --step \(options)'
                status=$?
                stty -a > '\(folder.path("after"))'
                echo ended $status
                exec sleep 1000
                """
            let path = try folder.write(Array(script.utf8), to: "script")
            // The server lives on: it must hold nothing by which this process would wait for it.
            let start = """
                for n in /proc/self/fd/*; do n=${n##*/}; if [[ $n -gt 2 ]]; then eval "exec $n>&-"; fi; done
                exec tmux -u -S '\(socket)' new-session -d -x \(width) -y \(height) sh '\(path)'
                """
            let starter = try folder.write(Array(start.utf8), to: "start")
            _ = try await Run(
                shell: "exec bash '\(starter)'", environment: ["LANG": "C.UTF-8", "TERM": "xterm-256color"])
        }

        func press(_ keys: String...) async throws {
            for key in keys { _ = try await Run(shell: "tmux -S '\(socket)' send-keys \(key)") }
        }

        /// The screen, as soon as it holds the text.
        func screen(with text: String) async throws -> [String] {
            for _ in 0..<200 {
                let run = try await Run(shell: "tmux -u -S '\(socket)' capture-pane -p")
                if run.out.contains(text) { return run.lines.map(String.init) }
                try await Task.sleep(for: .milliseconds(50))
            }
            let run = try await Run(shell: "tmux -u -S '\(socket)' capture-pane -p")
            Issue.record("no '\(text)' on the screen:\n\(run.out)")
            return []
        }

        /// Whether the other screen is shown, and whether the cursor is.
        var looks: String {
            get async throws {
                try await Run(shell: "tmux -S '\(socket)' display -p '#{alternate_on}#{cursor_flag}'").lines.first.map {
                    String($0)
                } ?? ""
            }
        }

        /// Whether the terminal is as it was.
        var isGivenBack: Bool {
            get throws {
                let before = try String(contentsOfFile: folder.path("before"), encoding: .utf8)
                return try before == String(contentsOfFile: folder.path("after"), encoding: .utf8)
            }
        }

        /// Whether lines are edited and echoed.
        var isCooked: Bool {
            get async throws {
                let run = try await Run(shell: "stty -a < $(tmux -S '\(socket)' display -p '#{pane_tty}')")
                return run.out.contains(" icanon ") && run.out.contains(" echo ")
            }
        }

        func end() async throws { _ = try await Run(shell: "tmux -S '\(socket)' kill-server") }
    }

    @Test(
        "step by step, back, a lost segment, its header, the end", arguments: [(80, 24), (120, 40)], ["en", "zh"])
    func keys(size: (Int, Int), language: String) async throws {
        let terminal = try await Terminal(size.0, size.1, "--lang \(language)")
        let isEnglish = language == "en"
        func title(_ step: Int) -> String { isEnglish ? "step \(step) of " : "第 \(step) 步，" }
        var screen = try await terminal.screen(with: title(1))
        #expect(screen[0].contains("connect()"))
        #expect(!screen.contains { $0.contains("x1b") }, "colours are no text")
        #expect(screen.contains { $0.contains("SYN-SENT") })
        try await terminal.press("Enter", "Enter")
        screen = try await terminal.screen(with: title(3))
        // #1 has arrived: SYN-RECEIVED, by the kernel's own word.
        #expect(screen.contains { $0.contains("SYN-RECEIVED") })
        try await terminal.press("BSpace")
        screen = try await terminal.screen(with: title(2))
        #expect(!screen.contains { $0.contains("SYN-RECEIVED") })
        #expect(screen.allSatisfy { $0.count <= size.0 })
        try await terminal.press("Enter", "Enter")
        _ = try await terminal.screen(with: title(4))
        try await terminal.press("d")
        // The SYN-ACK is lost: a new connection, as far as before.
        _ = try await terminal.screen(with: isEnglish ? "played again" : "已从头重放")
        try await terminal.press("Enter")
        screen = try await terminal.screen(with: title(5))
        #expect(screen.contains { $0.contains(isEnglish ? "lost on the way" : "途中丢失") })
        try await terminal.press("b")
        _ = try await terminal.screen(with: "0 1 2 3 4 5 6 7 8 9")
        try await terminal.press("q")
        screen = try await terminal.screen(with: "ended 0")
        #expect(!screen.contains { $0.contains("SYN-RECEIVED") }, "the screen before is back")
        #expect(try terminal.isGivenBack)
        try await terminal.end()
    }

    @Test("Ctrl-C and signals give the terminal back, and leave nothing behind", arguments: ["C-c", "TERM", "HUP"])
    func ending(how: String) async throws {
        let terminal = try await Terminal(80, 24, "--lang en")
        _ = try await terminal.screen(with: "step 1 of")
        if how == "C-c" {
            try await terminal.press("C-c")
        } else {
            _ = try await Run(shell: "kill -\(how) $(cat '\(terminal.folder.path("pid"))')")
        }
        _ = try await terminal.screen(with: "ended ")
        #expect(try terminal.isGivenBack)
        #expect(try await terminal.looks == "01", "the screen before, and its cursor")
        let left = try await Run(shell: "kill -0 $(cat '\(terminal.folder.path("pid"))')")
        #expect(left.status != 0)
        try await terminal.end()
    }

    @Test("killed, an ordinary user's run gives the terminal back all the same", arguments: ["outer", "inner"])
    func killed(which: String) async throws {
        let terminal = try await Terminal(
            80, 24, "--lang en", by: "setpriv --reuid=65534 --regid=65534 --clear-groups")
        _ = try await terminal.screen(with: "step 1 of")
        let outer = "$(cat '\(terminal.folder.path("pid"))')"
        let process = which == "outer" ? outer : "$(ps -o pid= --ppid \(outer))"
        let killed = try await Run(shell: "kill -KILL \(process)")
        #expect(killed.status == 0, "\(killed.err)")
        for _ in 0..<100 where try await terminal.looks != "01" { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try await terminal.looks == "01", "the screen before, and its cursor")
        let after = try await Run(shell: "ps -eo args | grep -c '^\(terminal.folder.path("tcplens")) '")
        #expect(after.lines == ["0"])
        #expect(try await terminal.isCooked)
        try await terminal.end()
    }

    @Test("where nothing is allowed our own TCP is stepped through", arguments: ["en", "zh"])
    func onStack(language: String) async throws {
        let terminal = try await Terminal(80, 24, "--on stack --lang \(language)")
        let isEnglish = language == "en"
        _ = try await terminal.screen(with: isEnglish ? "step 1 of " : "第 1 步，")
        try await terminal.press("Enter", "Enter", "Enter")
        _ = try await terminal.screen(with: isEnglish ? "step 4 of " : "第 4 步，")
        try await terminal.press("d")
        _ = try await terminal.screen(with: isEnglish ? "played again" : "已从头重放")
        try await terminal.press("Enter")
        let screen = try await terminal.screen(with: isEnglish ? "step 5 of " : "第 5 步，")
        #expect(screen.contains { $0.contains(isEnglish ? "lost on the way" : "途中丢失") })
        try await terminal.press("q")
        _ = try await terminal.screen(with: "ended 0")
        try await terminal.end()
    }

    @Test("without a terminal all steps are told", arguments: ["en", "zh"])
    func transcript(language: String) async throws {
        let run = try await Run(
            namespace: "\"$TCPLENS\" demo --step --lang \(language) --width 80", environment: ["LANG": "C.UTF-8"])
        #expect(run.status == 0, "\(run.err)")
        let titles = run.lines.filter { $0.hasPrefix("step ") || $0.hasPrefix("第 ") }
        #expect(titles.count > 20)
        #expect(run.out.contains("SYN-RECEIVED") && run.out.contains("TIME-WAIT"))
    }
}
