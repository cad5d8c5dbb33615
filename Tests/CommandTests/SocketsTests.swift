import Foundation
import Testing

/// A listener on a free loopback port and connections to it, closed with their last reference.
final class LoopbackPair {
    enum Problem: Error { case call(String, Int32) }

    private(set) var descriptors: [Int32] = []
    let port: UInt16

    /// - Parameter connections: how many are made, and accepted.
    init(connections: Int) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw Problem.call("socket", errno) }
        descriptors = [listener]
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                guard bind(listener, name, length) == 0 else { throw Problem.call("bind", errno) }
                guard listen(listener, 16) == 0 else { throw Problem.call("listen", errno) }
                guard getsockname(listener, name, &length) == 0 else { throw Problem.call("getsockname", errno) }
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        for _ in 0..<connections {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            descriptors.append(client)
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, length) }
            }
            guard result == 0 else { throw Problem.call("connect", errno) }
            descriptors.append(accept(listener, nil, nil))
        }
    }

    /// Closes the client's end of a connection: FIN-WAIT-2 there, CLOSE-WAIT here.
    func closeClient(_ index: Int) {
        close(descriptors[1 + index * 2])
        descriptors[1 + index * 2] = -1
    }

    deinit {
        for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
    }
}

@Suite("tcplens sockets", .serialized)
struct SocketsTests {
    private struct Row: Hashable {
        let state: String
        let local: String
        let remote: String
    }

    private func rows(_ arguments: [String], port: UInt16) async throws -> Set<Row> {
        let run = try await Run(["sockets"] + arguments)
        #expect(run.status == 0, "\(run.err)")
        return Set(
            run.lines.dropFirst().map { $0.split(separator: " ").map(String.init) }.filter { $0.count >= 6 }
                .map { Row(state: $0[5], local: $0[3], remote: $0[4]) }
                .filter { $0.local.hasSuffix(":\(port)") || $0.remote.hasSuffix(":\(port)") })
    }

    /// ss abbreviates some states.
    private static let names = [
        "ESTAB": "ESTABLISHED", "SYN-RECV": "SYN-RECEIVED", "UNCONN": "CLOSED",
    ]

    @Test("the same sockets as ss, with their states", .enabled(if: Needs.tool("ss"), "needs ss"))
    func sameAsSS() async throws {
        let pair = try LoopbackPair(connections: 3)
        pair.closeClient(2)
        let shown = try await Run(shell: "ss -Htan")
        let expected = Set(
            shown.lines.map { $0.split(separator: " ").map(String.init) }.filter { $0.count >= 5 }
                .map { Row(state: Self.names[$0[0]] ?? $0[0], local: $0[3], remote: $0[4]) }
                .filter { $0.local.hasSuffix(":\(pair.port)") || $0.remote.hasSuffix(":\(pair.port)") })
        #expect(expected.count == 7)
        #expect(try await rows(["-tan"], port: pair.port) == expected)
        #expect(try await rows(["-tln"], port: pair.port) == expected.filter { $0.state == "LISTEN" })
        #expect(try await rows([], port: pair.port) == expected.filter { $0.state != "LISTEN" })
    }

    @Test("states by name, as ss writes them")
    func states() async throws {
        let pair = try LoopbackPair(connections: 2)
        pair.closeClient(1)
        let port = pair.port
        func states(_ arguments: String...) async throws -> [String] {
            try await rows(arguments, port: port).map(\.state).sorted()
        }
        #expect(try await states("state", "listening", "sport = :\(port)") == ["LISTEN"])
        #expect(try await states("state", "estab", ":\(port)") == ["ESTABLISHED", "ESTABLISHED"])
        #expect(try await states("state", "CLOSE_WAIT", "sport", "=", ":\(port)") == ["CLOSE-WAIT"])
        #expect(try await states("-a", "state fin-wait-2 and ( dport = :\(port) )") == ["FIN-WAIT-2"])
        #expect(try await states("state", "connected", "dst", "127.0.0.1:\(port)").count == 2)
    }

    @Test("whose they are: this process's, also to an ordinary user")
    func processes() async throws {
        let pair = try LoopbackPair(connections: 1)
        let run = try await Run("sockets", "-lp", ":\(pair.port)")
        #expect(run.out.contains("\(ProcessInfo.processInfo.processIdentifier)/"))
        let json = try await Run("sockets", "-p", "--json", ":\(pair.port)", "-a")
        let objects = try json.lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(objects.count == 3)
        for object in objects {
            let owners = try #require(object["owners"] as? [[String: Any]])
            #expect(owners.contains { $0["pid"] as? Int == Int(ProcessInfo.processInfo.processIdentifier) })
        }
    }

    @Test(
        "an ordinary user sees the sockets", .enabled(if: Needs.root && Needs.tool("setpriv"), "needs root and setpriv")
    )
    func ordinaryUser() async throws {
        let pair = try LoopbackPair(connections: 1)
        let folder = try ScratchFolder()
        let copy = folder.path("tcplens")
        try FileManager.default.copyItem(at: Run.binary(), to: URL(filePath: copy))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        let run = try await Run(
            shell: "setpriv --reuid=65534 --regid=65534 --clear-groups '\(copy)' sockets -anp :\(pair.port)")
        #expect(run.status == 0, "\(run.err)")
        #expect(run.lines.count == 4)
    }

    @Test("into a pipe, every column is there, however long the addresses")
    func columns() async throws {
        let pair = try LoopbackPair(connections: 1)
        let run = try await Run("sockets", "-aop", ":\(pair.port)")
        #expect(
            run.lines.first?.split(separator: " ").joined(separator: " ")
                == "Proto Recv-Q Send-Q Local Address Foreign Address State Timer PID/Program name")
    }

    @Test("JSON keys and values are not translated")
    func json() async throws {
        let pair = try LoopbackPair(connections: 0)
        let english = try await Run("sockets", "-l", "--json", ":\(pair.port)")
        #expect(english.out == (try await Run("sockets", "-l", "--json", ":\(pair.port)", "--lang", "zh").out))
        #expect(english.out.contains("\"state\":\"LISTEN\""))
    }
}
