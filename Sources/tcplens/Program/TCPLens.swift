import ArgumentParser
import LinuxKernel
import Lab
import Narration
import Pictures

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@main
struct TCPLens: AsyncParsableCommand {
    static let version = "0.1.0"
    /// The name and version of this program, as a document states them.
    static let maker = "tcplens \(version)"

    /// The version, and for an installed or packaged program also the source revision and the compiler that it was
    /// built from and with.
    private static var versionText: String {
        let stamp = BuildStamp.text
        return stamp.isEmpty ? version : "\(version) (\(stamp))"
    }

    static let configuration = CommandConfiguration(
        commandName: "tcplens",
        abstract: Text(en: "Shows what TCP really did.", zh: "把看不见的 TCP 变成看得见的事实。").spoken,
        discussion: Text(
            en: """
                tcplens demo                      the three-way handshake, for real, explained
                tcplens flow capture.pcapng       the ladder of a connection in a capture
                tcplens connections capture.pcap  a row for each connection
                tcplens header capture.pcap#4     one segment's header, bit by bit
                tcplens listen 8080               a TCP server that says who came
                tcplens dial 127.0.0.1:8080       one connection, and its story
                """,
            zh: """
                tcplens demo                      真实完成一次三次握手，并逐步讲解
                tcplens flow capture.pcapng       画出抓包中一条连接的时序图
                tcplens connections capture.pcap  每条连接一行
                tcplens header capture.pcap#4     逐位解读一个报文段的首部
                tcplens listen 8080               启动一个 TCP 服务端，显示谁连了进来
                tcplens dial 127.0.0.1:8080       建立一条连接，并说明全过程
                """
        ).spoken,
        version: versionText,
        subcommands: [
            DemoCommand.self, DialCommand.self, ListenCommand.self, FlowCommand.self, ConnectionsCommand.self,
            HeaderCommand.self, SocketsCommand.self, ScriptCommand.self, ManualCommand.self,
        ])

    static func main() async {
        Screen.prepare()
        Charset.tellOnce()
        OutputKeeper.start()
        let names = configuration.subcommands.map { $0._commandName } + ["help"]
        let arguments = CommandLineWords.commandFirst(Array(CommandLine.arguments.dropFirst()))
        do {
            try CommandLineWords.check(arguments, names: names)
            if arguments == ["help", FilterPage.topic] {
                Screen.write(FilterPage(canvas: helpCanvas).lines())
                Screen.finish(.fine)
            }
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            Screen.finish(.fine)
        } catch let failure as Failure {
            Screen.complain(failure.lines(RunLanguage.current))
            Screen.finish(failure.status)
        } catch let status as ExitStatus {
            Screen.finish(status)
        } catch {
            finish(parsing: error, arguments.first { $0 != "help" && names.contains($0) })
        }
    }

    /// Ends the program after the argument parser has thrown: help and version are successes, everything else is a
    /// usage error.
    private static func finish(parsing error: any Error, _ command: String?) -> Never {
        guard !exitCode(for: error).isSuccess else {
            let message = fullMessage(for: error)
            Screen.write(answer(message, command))
            Screen.finish(.fine)
        }
        let help = command.map { "tcplens help \($0)" } ?? "tcplens --help"
        Screen.complain([
            RunLanguage.current.speaker + ParserComplaint.text(message(for: error)).spoken,
            Text(en: "  see:  \(help)", zh: "  用法：  \(help)").spoken,
        ])
        Screen.finish(.usage)
    }

    /// The lines to write for what was requested: the help page or the completion script, which replace the argument
    /// parser's own, or otherwise the parser's message unchanged.
    private static func answer(_ message: String, _ command: String?) -> [String] {
        if message.hasPrefix("OVERVIEW:") || message.hasPrefix("USAGE:") {
            return HelpPage(TCPLens.self, canvas: helpCanvas)?.lines(of: command) ?? [message]
        }
        guard CommandLine.arguments.contains(where: { $0.hasPrefix("--generate-completion-script") }) else {
            return [message]
        }
        let shown = configuration.subcommands.filter { $0.configuration.shouldDisplay }
        return [CompletionScript(message, topics: shown.map { $0._commandName } + [FilterPage.topic]).text]
    }

    private static var helpCanvas: Canvas {
        let traits = TerminalTraits(
            isTerminal: Screen.isTerminal, columns: Screen.terminalWidth.map { min($0, 100) },
            environment: ProcessInfo.processInfo.environment)
        return traits.canvas(TerminalTraits.Wishes(language: RunLanguage.current, colour: .never))
    }
}
