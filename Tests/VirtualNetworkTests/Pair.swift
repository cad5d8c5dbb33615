import TCPStack
import TCPState
import TCPWire
import Testing
import VirtualNetwork

/// A client and a server that each write a text and close: what each has read is compared with what the other wrote.
final class Pair {
    static let clientAddress = IPAddress(ipv4: 0x0a00_0001)
    static let serverAddress = IPAddress(ipv4: 0x0a00_0002)

    /// What one end does and has seen.
    final class End {
        var text: [UInt8]
        var written = 0
        var read: [UInt8] = []
        var socket: Int?
        var hasEnded = false
        var error: SocketError?
        var readLimit = Int.max

        init(_ text: [UInt8]) { self.text = text }
    }

    var network: VirtualNetwork
    let client: Int
    let server: Int
    let clientEnd: End
    let serverEnd: End

    init(
        seed: UInt64, clientText: [UInt8] = [], serverText: [UInt8] = [], forward: LinkProfile = LinkProfile(),
        backward: LinkProfile? = nil, boxes: [any Middlebox] = [], keepsRecord: Bool = false,
        _ options: (inout ConnectionOptions) -> Void = { _ in }
    ) {
        network = VirtualNetwork(seed: seed, keepsRecord: keepsRecord)
        var clientSide = HostConfiguration(addresses: [Self.clientAddress])
        var serverSide = HostConfiguration(addresses: [Self.serverAddress])
        options(&clientSide.connection)
        options(&serverSide.connection)
        client = network.addHost(clientSide)
        server = network.addHost(serverSide)
        clientEnd = End(clientText)
        serverEnd = End(serverText)
        network.connect(client, server, forward, backward: backward, boxes: boxes)
    }

    /// Opens, and lets both ends do their work.
    func start() throws(SocketError) {
        let serverEnd = serverEnd
        network.setProgram(server) { host, now in
            if serverEnd.socket == nil, !serverEnd.hasEnded {
                serverEnd.socket = Self.granted { () throws(SocketError) in try host.accept(3).descriptor }
            }
            Self.work(serverEnd, &host, now)
            return nil
        }
        try network.with(server) { (host, _) throws(SocketError) in
            let listener = host.open()
            try host.bind(listener, to: Endpoint(address: Self.serverAddress, port: 80))
            try host.listen(listener, backlog: 4)
        }
        let clientEnd = clientEnd
        network.setProgram(client) { host, now in
            Self.work(clientEnd, &host, now)
            return nil
        }
        try network.with(client) { (host, now) throws(SocketError) in
            let socket = host.open()
            clientEnd.socket = socket
            try host.connect(socket, to: Endpoint(address: Self.serverAddress, port: 80), now: now)
        }
    }

    /// Writes what there is room for, closes its direction behind the last octet, reads to the end, closes.
    private static func work(_ end: End, _ host: inout Host, _ now: Instant) {
        guard let socket = end.socket, !end.hasEnded else { return }
        let ready = host.readiness(socket)
        if ready.contains(.error) {
            end.error = host.takeError(socket)
            end.hasEnded = true
            granted { () throws(SocketError) in _ = try host.close(socket, now: now) }
            return
        }
        if ready.contains(.writable), !ready.contains(.hangUp) {
            while end.written < end.text.count {
                let part = Array(end.text[end.written..<min(end.written + 8192, end.text.count)])
                let taken = granted { () throws(SocketError) in try host.write(socket, part, now: now) }
                guard let taken, taken > 0 else { break }
                end.written += taken
            }
            if end.written == end.text.count,
                host.info(socket)?.state == .established
                    || host.info(socket)?.state == .closeWait
            {
                granted { () throws(SocketError) in try host.shutdown(socket, .writing, now: now) }
            }
        }
        while host.readiness(socket).contains(.readable) {
            let octets = granted { () throws(SocketError) in
                try host.read(socket, limit: min(end.readLimit, 65_536), now: now)
            }
            guard let octets else { break }
            if octets.isEmpty {
                if end.written == end.text.count, host.info(socket)?.unacknowledged == 0 || end.text.isEmpty {
                    end.hasEnded = true
                    granted { () throws(SocketError) in _ = try host.close(socket, now: now) }
                }
                break
            }
            end.read += octets
        }
    }

    /// What a call gives; `nil` where it would block, or fails: what ends a connection is told by its readiness, so that no
    /// call should.
    @discardableResult
    private static func granted<Value>(_ call: () throws(SocketError) -> Value) -> Value? {
        do throws(SocketError) {
            return try call()
        } catch {
            if error != .wouldBlock { Issue.record("\(error)") }
            return nil
        }
    }

    /// Both have everything and have closed, or an error was told.
    var isOver: Bool { clientEnd.hasEnded && (serverEnd.hasEnded || serverEnd.socket == nil) }

    var isExact: Bool { clientEnd.read == serverEnd.text && serverEnd.read == clientEnd.text }

    static func text(_ count: Int, _ salt: Int = 0) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &+ salt) &* 167 &+ ($0 &+ salt) >> 8) }
    }
}
