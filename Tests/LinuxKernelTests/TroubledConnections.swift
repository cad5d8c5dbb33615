import Foundation

/// Six connections over ways that lose, delay, or take little: each has carried all that was sent. There is no netem on
/// every machine; packets are chosen by the low bits of their IPv4 identification, which grows by one with each, so that
/// what is sent again gets through.
final class TroubledPaths {
    private var sockets: [TestSocket] = []

    private static let ways = """
        set -e
        ip link set lo mtu 1500 gso_max_segs 1
        ip link add sink type veth peer name drain
        ip link set sink up && ip link set drain up
        ip link add slow type ifb && ip link set slow up
        tc qdisc add dev slow root tbf rate 2mbit burst 2000 latency 500ms
        tc qdisc add dev lo clsact
        way() {
            tc filter add dev lo ingress protocol ip prio "$1" u32 match ip "$2" "$3" 0xffff match u16 "$4" "$4" at 4 \\
                action mirred egress redirect dev "$5"
        }
        way 1 dport 7001 0x0007 sink
        way 2 dport 7002 0x000f slow
        way 3 dport 7003 0x0003 sink
        way 4 sport 7003 0x0001 sink
        """

    init() throws {
        try Tool.run("/bin/sh", ["-c", Self.ways])
        // An eighth is lost; a sixteenth overtaken; a quarter lost, and every second acknowledgment.
        for port in 7001...7003 { try carry(over: UInt16(port)) }
        // A buffer for two segments; segments of 88 octets; both.
        try carry(over: 7004, receiveBuffer: 3000)
        try carry(over: 7005, segmentSize: 100)
        try carry(over: 7006, receiveBuffer: 3000, segmentSize: 100)
    }

    private func carry(over port: UInt16, receiveBuffer: Int32? = nil, segmentSize: Int32? = nil) throws {
        let listener = try TestSocket.listener(port: port, receiveBuffer: receiveBuffer)
        let client = try TestSocket()
        if let segmentSize { client.set(Int32(IPPROTO_TCP), TCP_MAXSEG, segmentSize) }
        try client.connect(to: listener.local)
        let server = try listener.accept()
        client.makeNonBlocking()
        server.makeNonBlocking()
        let octets = [UInt8](repeating: 0, count: 100_000)
        var (sent, received) = (0, 0)
        func goOn() -> Bool {
            while sent < octets.count {
                let rest = octets[sent...]
                let count = rest.withUnsafeBytes {
                    send(client.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { break }
                sent += count
            }
            while case let count = server.receive(), count > 0 { received += count }
            return received == octets.count
        }
        // Time-outs that double need longer than usual.
        let isThrough = eventually(goOn) || eventually(goOn) || eventually(goOn)
        guard isThrough else { throw TestSocket.Failure.call("all of it to arrive", ETIMEDOUT) }
        sockets += [listener, client, server]
    }
}

/// 22 connections: idle ones, ones whose peer does not read, small ones and closing ones; and then the loopback goes
/// down, so that some of them retransmit.
final class TroubledConnections {
    private var sockets: [TestSocket] = []

    init() throws {
        let listener = try TestSocket.listener(backlog: 30)
        sockets.append(listener)
        var clients: [TestSocket] = []
        for index in 0..<22 {
            let client = try TestSocket.connected(to: listener.local)
            let server = try listener.accept()
            client.makeNonBlocking()
            for turn in 0..<(index % 5) {
                try client.send(String(repeating: "x", count: 100 * (turn + 1)))
                server.receive()
                try server.send("answer")
                client.receive()
            }
            if index % 7 == 3 {
                // Nobody reads: the window closes.
                var sent = 0
                while (try? client.send(String(repeating: "y", count: 4000))) != nil, sent < 4000 { sent += 1 }
            }
            clients.append(client)
            sockets += [client, server]
        }
        try Tool.run("/bin/sh", ["-c", "exec ip link set lo down"])
        for (index, client) in clients.enumerated() where index % 4 == 1 { try? client.send("into nothing") }
    }
}
