import Foundation
import LinuxKernel
import TCPState
import TCPWire
import Testing

/// Filters beside ss's own answers, over some five hundred sockets of a namespace.
@Suite struct SocketFilterOracleTests {
    @Test(
        "2,000 random filters give ss's rows",
        .enabled(if: Requirements.isRoot && Requirements.has(tool: "ss"), "needs root and ss"))
    func sameRowsAsSS() throws {
        let namespace = try NetworkNamespace()
        try namespace.run {
            let crowd = try SocketCrowd()
            let table = try SocketTable()
            let all = try Set(table.sockets().map(\.cookie))
            #expect(all.count > 480)
            var random = SeededNumbers(state: 20_261_128)
            var filters: [String] = []
            while filters.count < 2000 {
                filters.append(RandomSocketFilter.text(using: &random, ports: crowd.ports))
            }
            let expected = try Self.ss(filters)
            try #require(expected.count == filters.count)
            var different: [String] = []
            var sizes: Set<Int> = []
            for (text, rows) in zip(filters, expected) {
                var own = try rows == Self.cookies(text, table)
                // A timer may have run out between the two, more than once where the machine is busy.
                for _ in 0..<5 where !own { own = try Self.ss([text]).first == Self.cookies(text, table) }
                if !own { different.append(text) }
                sizes.insert(rows.count)
            }
            #expect(different.isEmpty, "\(different.count): \(different.prefix(10))")
            // Filters that choose nothing or everything would show little.
            #expect(sizes.count > 100)
            withExtendedLifetime(crowd) {}
        }
    }

    private static func cookies(_ text: String, _ table: SocketTable) throws -> Set<UInt64> {
        let filter = try SocketFilter([text])
        var query = SocketQuery(expression: filter.expression)
        if let states = filter.states { query.states = states }
        if let family = filter.family { query.families = [family] }
        return Set(try table.sockets(query).map(\.cookie))
    }

    /// What `ss -a` shows for each filter, by the sockets' cookies.
    private static func ss(_ filters: [String]) throws -> [Set<UInt64>] {
        let script = filters.map { "echo '#'; ss -Htane '\($0.replacing(" ", with: "' '"))'" }.joined(separator: "\n")
        let file = FileManager.default.temporaryDirectory.appending(path: "tcplens-test-\(UUID().uuidString)")
        try Data(script.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var answers: [Set<UInt64>] = []
        for line in try Tool.run("/bin/sh", [file.path(percentEncoded: false)]).split(separator: "\n") {
            if line == "#" {
                answers.append([])
            } else if let word = line.split(separator: " ").first(where: { $0.hasPrefix("sk:") }),
                let cookie = UInt64(word.dropFirst(3), radix: 16), !answers.isEmpty
            {
                answers[answers.count - 1].insert(cookie)
            }
        }
        return answers
    }
}

/// Some five hundred sockets: both families, IPv4 in IPv6 sockets, listeners, and connections in seven states.
final class SocketCrowd {
    private var sockets: [TestSocket] = []
    private(set) var ports: [UInt16] = []

    init() throws {
        for kind in 0..<6 {
            let isIPv6 = kind >= 3 && Requirements.hasIPv6
            let listener = try TestSocket.listener(backlog: 200, ipv6: isIPv6)
            try add(to: listener, connections: 36)
            sockets.append(listener)
        }
        if Requirements.hasIPv6 {
            // IPv4 connections of an IPv6 socket.
            let dual = try TestSocket(ipv6: true)
            dual.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0)
            guard listen(dual.descriptor, 100) == 0 else { throw TestSocket.Failure.call("listen", errno) }
            let port = try dual.local.port
            for _ in 0..<30 {
                let client = try TestSocket.connected(to: TestSocket.loopback(port: port))
                sockets += [client, try dual.accept()]
            }
            ports.append(port)
            sockets.append(dual)
        }
        let full = try TestSocket.listener(backlog: 1)
        for _ in 0..<5 {
            let client = try TestSocket()
            client.makeNonBlocking()
            try client.connect(to: full.local)
            sockets.append(client)
        }
        sockets.append(full)
    }

    private func add(to listener: TestSocket, connections: Int) throws {
        for index in 0..<connections {
            let client = try TestSocket.connected(to: listener.local)
            let server = try listener.accept()
            ports.append(try client.local.port)
            switch index % 9 {
            case 0: client.close()
            case 1: client.shutdownSending()
            case 2:
                client.close()
                server.close()
            default: break
            }
            sockets += [client, server]
        }
        ports.append(try listener.local.port)
    }
}

/// Filters by chance, every word of the grammar among them.
enum RandomSocketFilter {
    static func text(using random: inout SeededNumbers, ports: [UInt16]) -> String {
        var words: [String] = []
        for _ in 0..<random.below(5) {
            words.append(random.below(3) == 0 ? "exclude" : "state")
            words.append(
                random.pick([
                    "established", "close-wait", "fin-wait-2", "time-wait", "listening", "syn-sent", "connected",
                    "synchronized",
                    "bucket", "big", "all", "last-ack", "ESTABLISHED", "syn-recv", "fin-wait-1", "closing", "closed",
                    "unconnected", "syn-rcv",
                ]))
        }
        if words.isEmpty || random.below(8) > 0 {
            words.append(list(using: &random, depth: 0, ports: ports))
        }
        return words.joined(separator: " ")
    }

    private static func list(using random: inout SeededNumbers, depth: Int, ports: [UInt16]) -> String {
        var words = [condition(using: &random, depth: depth, ports: ports)]
        for _ in 0..<random.below(depth == 0 ? 4 : 3) {
            words.append(random.pick(["and", "or", "&&", "||", "&", "|", ""]))
            words.append(condition(using: &random, depth: depth, ports: ports))
        }
        return words.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func condition(using random: inout SeededNumbers, depth: Int, ports: [UInt16]) -> String {
        switch random.below(depth > 3 ? 6 : 10) {
        case 0, 1, 2:
            let operation = random.pick([
                "=", "==", "eq", "!=", "ne", "neq", "<", "lt", ">", "gt", "<=", "le", ">=", "geq",
            ])
            return "\(random.pick(["sport", "dport"])) \(operation) \(port(using: &random, ports: ports))"
        case 3, 4, 5:
            return "\(random.pick(["src", "dst"])) \(random.pick(["", "= "]))\(host(using: &random, ports: ports))"
        case 6: return random.pick(["autobound", "dev lo", "dev != lo", "sport :http", "dport = ssh"])
        case 7, 8: return "\(random.pick(["not", "!"])) \(condition(using: &random, depth: depth + 1, ports: ports))"
        default: return "( \(list(using: &random, depth: depth + 1, ports: ports)) )"
        }
    }

    private static func port(using random: inout SeededNumbers, ports: [UInt16]) -> String {
        random.below(5) == 0
            ? random.pick([":http", ":https", ":0", "0xffff", ":40000", "8080"]) : ":\(random.pick(ports))"
    }

    private static func host(using random: inout SeededNumbers, ports: [UInt16]) -> String {
        let bits = random.below(33)
        let address = random.pick([
            "127.0.0.1", "127.0.0.0/8", "127/8", "10.0.0.0/8", "0.0.0.0/\(bits)", "127.0.0.1/\(bits)", "[::1]", "[::]",
            "[::ffff:127.0.0.1]", "any", "*", "0.0.0.0", "255.0.0.0/8",
        ])
        let isBare = address == "any" || address.contains("/") && address.hasPrefix("[")
        return random.below(3) == 0 && !isBare ? "\(address):\(random.pick(ports))" : address
    }
}

/// The same numbers in every run (SplitMix64).
struct SeededNumbers {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, limit)))
    }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }
}
