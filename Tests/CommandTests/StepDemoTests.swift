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

        /// Presses a key until the screen holds the text: how many steps there are before it is the kernel's affair.
        func press(_ key: String, until text: String) async throws {
            for _ in 0..<40 {
                let before = try await Run(shell: "tmux -u -S '\(socket)' capture-pane -p").out
                if before.contains(text) { return }
                try await press(key)
                for _ in 0..<40 where try await Run(shell: "tmux -u -S '\(socket)' capture-pane -p").out == before {
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            _ = try await screen(with: text)
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

    @Test(
        "--predict: a wrong answer, one that is none, one that is right, a skip, the count",
        arguments: [(80, 24), (120, 40)], ["en", "zh"])
    func predictions(size: (Int, Int), language: String) async throws {
        let terminal = try await Terminal(size.0, size.1, "--predict --lang \(language)")
        func say(_ english: String, _ chinese: String) -> String { language == "en" ? english : chinese }
        func title(_ step: Int) -> String { say("step \(step) of ", "第 \(step) 步，") }
        _ = try await terminal.screen(with: title(1))
        try await terminal.press("Enter")
        var screen = try await terminal.screen(with: say("#1 SYN is about to arrive", "#1 SYN 即将到达"))
        #expect(screen.contains { $0.contains("LISTEN") } && !screen.contains { $0.contains("SYN-RECEIVED") })
        // What is no answer is told so, and the question stays.
        try await terminal.press("-l 'no idea'", "Enter")
        screen = try await terminal.screen(with: say("is no state and no number", "既不是状态也不是序号"))
        #expect(screen[0].contains(title(2)))
        try await terminal.press("-l 'listen 1'")
        _ = try await terminal.screen(with: "> listen 1_")
        try await terminal.press("BSpace", "BSpace")
        _ = try await terminal.screen(with: "> listen_")
        try await terminal.press("-l ' 1'", "Enter")
        screen = try await terminal.screen(with: say("Half right. You said: LISTEN, ack=1.", "答对一半。你的答案：LISTEN，ack=1。"))
        #expect(screen[0].contains(title(3)))
        #expect(screen.contains { $0.contains("RFC 9293") || $0.contains("3.10.7.2") })
        #expect(screen.allSatisfy { $0.count <= size.0 })
        try await terminal.press("Enter", "-l 'estab 1'", "Enter")
        screen = try await terminal.screen(with: say("Right.", "答对了。"))
        #expect(screen[0].contains(title(5)))
        // Keys that no answer begins with keep what they do: the SYN-ACK's header, then a step back and on.
        try await terminal.press("b")
        _ = try await terminal.screen(with: "0 1 2 3 4 5 6 7 8 9")
        try await terminal.press("Enter", until: say("#3 ACK is about to arrive", "#3 ACK 即将到达"))
        // A skip; nothing is asked of what was answered.
        try await terminal.press("Enter", until: say("#3 ACK has arrived", "#3 ACK 到达"))
        try await terminal.press("BSpace", until: title(1))
        try await terminal.press("Enter")
        screen = try await terminal.screen(with: title(2))
        #expect(screen.contains { $0.contains(say("next: #1 SYN arrives", "接下来：#1 SYN 到达")) })
        try await terminal.press("q")
        screen = try await terminal.screen(with: "ended 0")
        #expect(
            screen.contains {
                $0.contains(
                    say("1 of 2 states right, 2 of 2 acks right, 1 skipped", "状态答对 1/2，ack 答对 2/2，跳过 1 题"))
            })
        #expect(try terminal.isGivenBack)
        try await terminal.end()
    }

    @Test(
        "a segment held for a time, one held behind the next, both taken back", arguments: [(80, 24), (120, 40)],
        ["en", "zh"])
    func changes(size: (Int, Int), language: String) async throws {
        let terminal = try await Terminal(size.0, size.1, "--lang \(language)")
        func say(_ english: String, _ chinese: String) -> String { language == "en" ? english : chinese }
        func title(_ step: Int) -> String { say("step \(step) of ", "第 \(step) 步，") }
        _ = try await terminal.screen(with: title(1))
        // Nothing is on its way, nothing can be taken back.
        try await terminal.press("h")
        _ = try await terminal.screen(with: say("only a segment on its way", "只能处理在途的报文段"))
        try await terminal.press("z")
        _ = try await terminal.screen(with: say("no change to take back", "没有可撤销的改动"))
        try await terminal.press("Enter", "h")
        _ = try await terminal.screen(with: say("Hold #1 SYN for how long", "把 #1 SYN 扣住多久"))
        try await terminal.press("Escape")
        _ = try await terminal.screen(with: say("next: #1 SYN arrives", "接下来：#1 SYN 到达"))
        try await terminal.press("h", "9", "9", "Enter")
        _ = try await terminal.screen(with: say("is no time", "不是 0.001 到 60 秒"))
        try await terminal.press("0", ".", "1", "s")
        var screen = try await terminal.screen(with: say("played again", "已从头重放"))
        #expect(screen.contains { $0.hasPrefix(say("changes: hold C:SYN#1 100ms", "改动：hold C:SYN#1 100ms")) })
        try await terminal.press("Enter", "Enter", "Enter", "Enter")
        _ = try await terminal.screen(with: title(6))
        try await terminal.press("h", "n")
        screen = try await terminal.screen(with: "hold C:ACK#1 behind next")
        screen = try await terminal.screen(with: say("played again", "已从头重放"))
        #expect(
            screen.contains {
                $0.hasPrefix(
                    say(
                        "changes: hold C:SYN#1 100ms; hold C:ACK#1 behind next",
                        "改动：hold C:SYN#1 100ms；hold C:ACK#1 behind next"))
            })
        try await terminal.press("z")
        screen = try await terminal.screen(with: say("without: hold C:ACK#1", "去掉：hold C:ACK#1"))
        #expect(screen.contains { $0.hasPrefix(say("changes: hold C:SYN#1 100ms", "改动：hold C:SYN#1 100ms")) })
        try await terminal.press("z")
        screen = try await terminal.screen(with: say("without: hold C:SYN#1", "去掉：hold C:SYN#1"))
        #expect(!screen.contains { $0.hasPrefix(say("changes:", "改动：")) })
        #expect(screen.allSatisfy { $0.count <= size.0 })
        try await terminal.press("q")
        _ = try await terminal.screen(with: "ended 0")
        #expect(try terminal.isGivenBack)
        try await terminal.end()
    }

    @Test("the third segment is lost: timer, counters, repair", arguments: [(80, 24), (120, 40)], ["en", "zh"])
    func repair(size: (Int, Int), language: String) async throws {
        let terminal = try await Terminal(
            size.0, size.1, "--do \"drop C:ACK#1\" --do \"wait C 2s\" --lang \(language)")
        func say(_ english: String, _ chinese: String) -> String { language == "en" ? english : chinese }
        func title(_ step: Int) -> String { say("step \(step) of ", "第 \(step) 步，") }
        var screen = try await terminal.screen(with: title(1))
        #expect(screen.contains { $0.contains("cwnd 10") && $0.contains("rto") && $0.contains("unacked 1") })
        #expect(screen.contains { $0.contains("ActiveOpens +1") })
        for _ in 0..<6 { try await terminal.press("Enter") }
        screen = try await terminal.screen(with: title(7))
        #expect(screen[0].contains(say("lost on the way", "途中丢失")))
        #expect(screen.contains { $0.contains(say("The client does not know", "客户端并不知道")) })
        try await terminal.press("Enter")
        _ = try await terminal.screen(
            with: say("next: the server's retransmission timer runs out (after 1.0 s)", "接下来：服务端的重传定时器到期（已过 1.0 s）"))
        try await terminal.press("Enter")
        screen = try await terminal.screen(with: title(9))
        #expect(screen.contains { $0.contains("TCPSynRetrans +1") })
        try await terminal.press("Enter", "Enter")
        screen = try await terminal.screen(with: title(11))
        #expect(screen.contains { $0.contains("TCPSYNChallenge +1") })
        try await terminal.press("Enter")
        screen = try await terminal.screen(with: title(12))
        #expect(screen.contains { $0.contains(say("makes good the loss of #3", "补上丢失的 #3")) })
        try await terminal.press("Enter", "w")
        screen = try await terminal.screen(with: say("It makes good the loss of #3", "它补上了丢失的 #3"))
        // Where a line ends is the screen's affair.
        let told = screen.joined().filter { $0 != " " }
        #expect(told.contains("RFC59614.2") && told.contains(say("SYN-RECEIVEDbecomesESTABLISHED", "SYN-RECEIVED变为")))
        #expect(screen.allSatisfy { $0.count <= size.0 })
        try await terminal.press("q")
        _ = try await terminal.screen(with: "ended 0")
        try await terminal.end()
    }

    @Test("without a terminal each question is told with its answer", arguments: ["en", "zh"])
    func answers(language: String) async throws {
        let run = try await Run(
            namespace: "\"$TCPLENS\" demo --step --predict --lang \(language) --width 80",
            environment: ["LANG": "C.UTF-8"])
        #expect(run.status == 0, "\(run.err)")
        let questions = run.lines.filter { $0.contains(language == "en" ? "is about to arrive" : "即将到达") }
        let answers = run.lines.filter { $0.hasPrefix(language == "en" ? "Answer: " : "答案：") }
        #expect(questions.count == answers.count && answers.count > 9)
        let refused = try await Run("demo", "--predict", "--lang", language)
        #expect(refused.status == 2 && refused.err.contains("--step"))
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
