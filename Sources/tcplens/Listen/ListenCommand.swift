import ArgumentParser
import CaptureFile
import Documents
import Lab
import LinuxKernel
import Narration
import Pictures
import Scenes
import Stories
import TCPWire
import Tracking

/// `tcplens listen`: a TCP server that answers, and shows who connected.
struct ListenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: Text(en: "A TCP server that answers, and shows who came.", zh: "启动一个会应答的 TCP 服务端，并显示谁连了进来。").spoken,
        discussion: Text(
            en: """
                tcplens listen 8080                    answers "hello, xiao ming." to everyone
                tcplens listen 127.0.0.1:8080 --once   one client, then it ends
                tcplens listen 8080 --reply 'go away'  another answer
                tcplens listen 8080 --echo             sends back what it gets
                """,
            zh: """
                tcplens listen 8080                    对每个客户端回复 "hello, xiao ming."
                tcplens listen 127.0.0.1:8080 --once   只服务一个客户端
                tcplens listen 8080 --reply '再见'     换一种回复
                tcplens listen 8080 --echo             原样返回收到的内容
                """
        ).spoken)

    @Argument(
        help: .init(
            Text(en: "Where: a port, or address:port; [::1]:8080 for IPv6.", zh: "监听位置：端口，或 地址:端口；IPv6 写作 [::1]:8080。")
                .spoken,
            valueName: "[addr:]port"))
    var place: String

    @Option(help: .init(Text(en: "What each client is answered.", zh: "对每个客户端的回复内容。").spoken, valueName: "text"))
    var reply: String?

    @Flag(help: .init(Text(en: "Send back what comes.", zh: "原样返回收到的内容。").spoken))
    var echo = false

    @Flag(help: .init(Text(en: "End after the first client.", zh: "服务完第一个客户端后结束。").spoken))
    var once = false

    @Flag(help: .init(Text(en: "One JSON object a line.", zh: "每行一个 JSON 对象。").spoken))
    var json = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if echo, reply != nil {
            throw ValidationError(Text(en: "either --reply or --echo", zh: "--reply 与 --echo 只能选一个").spoken)
        }
    }

    func run() async throws {
        let (address, port) = try EndpointArgument.listening(place)
        let canvas = output.canvas
        let mode: GreetingServer.Mode =
            echo ? .echo : .reply(reply.map { Array($0.utf8) + [UInt8(ascii: "\n")] } ?? GreetingServer.greeting)
        let server: GreetingServer
        do {
            server = try GreetingServer(
                GreetingServer.Options(address: address, port: port, mode: mode, servesOne: once))
        } catch {
            throw Failure(listening: error, on: place, port: port)
        }
        let interrupts = Interrupts { server.stop() }
        defer { withExtendedLifetime(interrupts) {} }
        async let summary = server.run()
        var guests = GuestBook(canvas: canvas, json: json)
        for await event in server.events {
            if let line = try guests.line(for: event) { Screen.writeNow(line) }
        }
        let sums = await summary
        if !json { Screen.complain([ListenWords.summary(sums)(canvas.language)]) }
    }
}

/// Turns a server's events into one line for each client: when its first data arrives, or when it closes without having
/// sent any.
private struct GuestBook {
    private struct Guest {
        let peer: Endpoint
        let since: Timestamp
        var hasSpoken = false
    }

    private let canvas: Canvas
    private let json: Bool
    /// The clients that are connected now. Closed ones are removed, so that memory stays bounded however long the
    /// server runs.
    private var guests: [Int: Guest] = [:]

    init(canvas: Canvas, json: Bool) {
        self.canvas = canvas
        self.json = json
    }

    mutating func line(for event: ServerEvent) throws -> String? {
        switch event.kind {
        case .listening(let endpoint, _):
            return json ? nil : ListenWords.listening(endpoint)(canvas.language)
        case .accepted(let client, let peer, _):
            guests[client] = Guest(peer: peer, since: event.time)
            return nil
        case .received(let client, let octets, let first):
            guard let guest = guests[client], !guest.hasSpoken else { return nil }
            guests[client]?.hasSpoken = true
            return try line(client, guest, event, octets, first, "received")
        case .closed(let client, let how):
            guard let guest = guests.removeValue(forKey: client), !guest.hasSpoken else { return nil }
            return try line(client, guest, event, 0, [], how.id)
        case .failed(let client, let error):
            return client == nil && !json ? ListenWords.failed(error)(canvas.language) : nil
        case .replied, .halfClosed, .stopped: return nil
        }
    }

    private func line(
        _ client: Int, _ guest: Guest, _ event: ServerEvent, _ octets: Int, _ first: [UInt8], _ what: String
    ) throws -> String {
        let text = Printable.bytes(first, limit: 256)
        if json {
            return try JSONDocument.line(
                GuestFacts(
                    time: event.time, client: client, peer: guest.peer, octets: octets, text: text, event: what))
        }
        let said = octets > 0 ? ListenWords.said(octets, text) : ListenWords.silent(what)
        let whole = "\(event.time.clockText.dropFirst(11))  #\(client)  \(guest.peer)  \(said(canvas.language))"
        return Screen.isTerminal ? canvas.measure.truncate(whole, to: canvas.width) : whole
    }
}

extension Failure {
    init(listening error: SystemError, on place: String, port: UInt16) {
        switch error.code {
        case 98, 48:  // EADDRINUSE on Linux and macOS
            self.init(
                .local, Text(en: "port \(port) is taken", zh: "端口 \(port) 已被占用"),
                next: [
                    Text(
                        en: "by whom:  tcplens sockets -lp 'sport = :\(port)'",
                        zh: "查看占用者：  tcplens sockets -lp 'sport = :\(port)'")
                ])
        case 13:
            self.init(
                .notPermitted,
                Text(en: "port \(port): permission denied", zh: "端口 \(port)：权限不足"),
                next: [
                    Text(
                        en: "ports below 1024 need root; try:  tcplens listen 8080",
                        zh: "1024 以下端口需要 root 权限，可试：  tcplens listen 8080")
                ])
        default:
            self.init(
                .local,
                Text(en: "cannot listen on \(place): \(error.message)", zh: "无法监听 \(place)：\(error.chineseMessage)"),
                next: [
                    Text(
                        en: "this machine's addresses:  ip -brief address",
                        zh: "查看本机地址：  ip -brief address")
                ])
        }
    }
}
