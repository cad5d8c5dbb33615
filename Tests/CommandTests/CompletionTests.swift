import Foundation
import Testing

/// What bash, zsh and fish offer at the Tab key, asked of the shells themselves with the scripts that packages hold.
@Suite("completions") struct CompletionTests {
    enum Shell: String, CaseIterable, Sendable {
        case bash, zsh, fish

        /// Where `script/lib.sh` finds the function that writes what is installed; bash's is the program's own.
        var installed: String {
            switch self {
            case .bash: "\"$TCPLENS\" --generate-completion-script bash"
            case .zsh: "completions_for_zsh \"$TCPLENS\""
            case .fish: "completions_for_fish \"$TCPLENS\""
            }
        }
    }

    struct Offer: Sendable, CustomTestStringConvertible {
        let line: String
        let words: [String]
        var testDescription: String { line }

        init(_ line: String, _ words: [String]) {
            self.line = line
            self.words = words
        }
    }

    private static let files = ["capture.pcap", "capture.pcapng"]
    static let offers = [
        Offer("tcplens fl", ["flow"]), Offer("tcplens help so", ["sockets"]), Offer("tcplens flow cap", files),
        Offer("tcplens flow -o cap", files), Offer("tcplens connections --long cap", files),
        Offer("tcplens header cap", files), Offer("tcplens demo -w cap", files), Offer("tcplens script cap", files),
        Offer("tcplens demo --on ", ["kernel", "loopback", "stack"]),
        Offer("tcplens connections --format t", ["table", "tsv"]),
        Offer("tcplens sockets --ex", ["--explain", "--extended"]), Offer("tcplens man", []),
    ]

    @Test(
        "bash: commands, topics, files, values, options",
        .enabled(if: Needs.tool("bash"), "needs bash"), arguments: offers)
    func bash(offer: Offer) async throws { try await expect(offer, .bash) }

    @Test(
        "zsh: commands, topics, files, values, options",
        .enabled(if: Needs.tool("zsh"), "needs zsh"), arguments: offers)
    func zsh(offer: Offer) async throws { try await expect(offer, .zsh) }

    @Test(
        "fish: commands, topics, files, values, options",
        .enabled(if: Needs.tool("fish"), "needs fish"), arguments: offers)
    func fish(offer: Offer) async throws { try await expect(offer, .fish) }

    /// Here the shell asks the program. fish can do that on a terminal only.
    static let filters = [
        Offer("tcplens sockets sp", ["sport"]), Offer("tcplens sockets state est", ["estab", "established"]),
        Offer("tcplens sockets state established exclude time", ["time-wait"]),
    ]

    @Test(
        "a socket filter's words, and the states behind state and exclude: bash",
        .enabled(if: Needs.tool("bash"), "needs bash"), arguments: filters)
    func filterInBash(offer: Offer) async throws { try await expect(offer, .bash) }

    @Test(
        "a socket filter's words, and the states behind state and exclude: zsh",
        .enabled(if: Needs.tool("zsh"), "needs zsh"), arguments: filters)
    func filterInZsh(offer: Offer) async throws { try await expect(offer, .zsh) }

    @Test(
        "one installed file for readers of Chinese and of English",
        .enabled(if: Needs.tool("zsh") && Needs.tool("fish"), "needs zsh and fish"),
        arguments: [Shell.zsh, .fish],
        [
            (["LANG": "zh_CN.UTF-8"], "列出本机的 TCP 套接字。"), (["LANG": "de_DE.UTF-8"], "This machine's TCP sockets."),
            (["TCPLENS_LANG": "zh", "LANG": "C.UTF-8"], "列出本机的 TCP 套接字。"),
            (["LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"], "This machine's TCP sockets."),
            ([:], "This machine's TCP sockets."),
        ])
    func language(shell: Shell, of reader: ([String: String], String)) async throws {
        let said = try await answers(to: "tcplens sock", from: shell, environment: reader.0)
        // A shell without the locale counts bytes and cuts: the beginning tells.
        #expect(said.contains { $0.hasPrefix("sockets") && $0.contains(reader.1.prefix(4)) }, "\(said)")
    }

    @Test("what the parser says is said in the reader's language", arguments: ["zsh", "fish"])
    func parserWords(shell: String) async throws {
        let chinese = try await Run(["--generate-completion-script", shell], environment: ["TCPLENS_LANG": "zh"])
        #expect(chinese.out.contains("显示版本。") && chinese.out.contains("显示帮助。") && !chinese.out.contains("Show "))
        let english = try await Run("--generate-completion-script", shell)
        #expect(english.out.contains("Show the version.") && !english.out.contains("显示"))
    }

    // MARK: Asking a shell

    private func expect(_ offer: Offer, _ shell: Shell) async throws {
        let said = try await answers(to: offer.line, from: shell)
        let words = said.map { $0.prefix { $0 != "\t" }.trimmingCharacters(in: .whitespaces) }
        #expect(words.sorted() == offer.words, "\(said)")
    }

    /// Each word that the shell offers; what it says of the word stands behind a tab.
    private func answers(
        to line: String, from shell: Shell, environment: [String: String] = [:]
    ) async throws -> [String] {
        let folder = try ScratchFolder()
        for name in ["capture.pcap", "capture.pcapng", "other"] { _ = try folder.write([], to: name) }
        _ = try folder.write(Array(question(line, shell).utf8), to: "question")
        let library = #filePath.replacing("Tests/CommandTests/CompletionTests.swift", with: "script/lib.sh")
        var surroundings = ["TERM": "xterm", "HOME": folder.path]
        surroundings.merge(environment) { $1 }
        let run = try await Run(
            shell: """
                cd '\(folder.path)' && ln -s "$TCPLENS" tcplens && export PATH="$PWD:$PATH"
                bash -c '. "\(library)"; \(shell.installed)' > _tcplens && exec \(shell == .bash ? "bash --norc" : shell == .zsh ? "zsh -f" : "fish --no-config") question
                """, environment: surroundings)
        #expect(run.status == 0, "\(run.err)")
        return run.lines.map(String.init).filter { !$0.isEmpty }
    }

    private func question(_ line: String, _ shell: Shell) -> String {
        switch shell {
        case .bash:
            let typed = line.split(separator: " ", omittingEmptySubsequences: false)
            return """
                . ./_tcplens
                COMP_LINE='\(line)' COMP_POINT=\(line.utf8.count) COMP_CWORD=\(typed.count - 1)
                COMP_WORDS=(\(typed.map { "'\($0)'" }.joined(separator: " ")))
                COMPREPLY=()
                function=$(complete -p tcplens | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                "$function" tcplens '\(typed[typed.count - 1])' '\(typed[typed.count - 2])' 2> /dev/null
                printf '%s\\n' "${COMPREPLY[@]}"
                """
        case .fish:
            return """
                source _tcplens
                complete -C '\(line)'
                exit 0
                """
        case .zsh:
            // zsh completes on a terminal only: one is made, the Tab key pressed, and what would be shown is written down.
            return """
                zmodload zsh/zpty
                zpty shell zsh -f -i
                ask() { zpty -w shell "$1" }
                ask "fpath=($PWD \\$fpath); autoload -Uz compinit; compinit -u -d $PWD/.zcompdump"
                ask 'compadd() {
                    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
                    local -a words said
                    local i
                    if (( $@[(I)-d] )); then said=("${(@P)${@[$((${@[(i)-d]} + 1))]}}"); fi
                    builtin compadd -A words "$@"
                    for (( i = 1; i <= $#words; i++ )); do print -r -- "$words[i]"$'"'\\t'"'"$said[i]" >> said; done
                }'
                ask 'offer() { _main_complete; : > ended; exit }; zle -C offer complete-word offer; bindkey "^I" offer'
                zpty -w -n shell '\(line)'$'\\t'
                # Until it has answered, or the test's own limit.
                while [[ ! -e ended ]]; do zpty -r -t shell; sleep 0.02; done > /dev/null
                if [[ -e said ]]; then cat said; fi
                zpty -d shell
                exit 0
                """
        }
    }
}
