import Foundation
import LinuxKernel
import TCPState
import TCPWire
import Testing

/// What sock_diag says of sockets that the test made.
@Suite struct SocketTableTests {
    let table: SocketTable

    init() throws { table = try SocketTable() }

    /// A client and the server's socket for it.
    private func connection(ipv6: Bool = false) throws -> (listener: TestSocket, client: TestSocket, server: TestSocket)
    {
        let listener = try TestSocket.listener(ipv6: ipv6)
        let client = try TestSocket.connected(to: listener.local)
        return (listener, client, try listener.accept())
    }

    private func state(_ socket: TestSocket) throws -> State? {
        try table.lookUp(local: socket.local, remote: socket.remote)?.state
    }

    @Test func anEstablishedConnectionAndItsListener() throws { try connectionAndListener(ipv6: false) }

    @Test(.enabled(if: Requirements.hasIPv6, "needs IPv6"))
    func anEstablishedConnectionAndItsListenerOfIPv6() throws { try connectionAndListener(ipv6: true) }

    private func connectionAndListener(ipv6: Bool) throws {
        let (listener, client, server) = try connection(ipv6: ipv6)
        let local = try client.local
        let remote = try client.remote
        let entry = try #require(try table.lookUp(local: local, remote: remote))
        #expect(entry.state == .established)
        #expect(entry.form == .full)
        #expect(entry.family == (ipv6 ? .ipv6 : .ipv4))
        #expect(entry.local == local)
        #expect(entry.remote == remote)
        #expect(entry.userID == geteuid())
        #expect(entry.info?.kernelState == 1)
        #expect(entry.congestionControl?.isEmpty == false)
        #expect(try state(server) == .established)

        let listening = try #require(try table.listener(on: listener.local))
        #expect(listening.state == .listen)
        #expect(listening.sendQueue == 16)
        #expect(listening.remote.port == 0)
    }

    @Test func aLookUpSaysWhatTheDumpSays() throws {
        let (listener, client, server) = try connection()
        let port = try listener.local.port
        let dump = try table.sockets().filter { $0.local.port == port || $0.remote.port == port }
        #expect(dump.count == 3)
        for socket in [client, server] {
            var found = try #require(try table.lookUp(local: socket.local, remote: socket.remote))
            found.details = nil
            #expect(dump.contains(found))
        }
        #expect(dump.contains { $0.state == .listen && $0.remote.address == IPAddress(ipv4: 0) })
        let cookies = Set(dump.map(\.cookie))
        #expect(cookies.count == 3)
    }

    @Test func aDumpCanBeNarrowed() throws {
        let (listener, _, _) = try connection()
        let port = try listener.local.port
        let listeners = try table.sockets(SocketQuery(states: [.listen], families: [.ipv4], details: .measures))
        #expect(listeners.allSatisfy { $0.state == .listen && $0.family == .ipv4 })
        let ours = try #require(listeners.first { $0.local.port == port })
        #expect(ours.info != nil)
        #expect(try table.sockets(SocketQuery(families: [.ipv6])).allSatisfy { $0.family == .ipv6 })
    }

    @Test func closingWalksThroughTheStates() throws {
        let (_, client, server) = try connection()
        let (local, remote) = (try client.local, try client.remote)
        client.shutdownSending()
        #expect(try eventually { try state(server) == .closeWait })
        #expect(try eventually { try state(client) == .finWait2 })
        #expect(try table.lookUp(local: local, remote: remote)?.form == .full)
        let cookie = try table.lookUp(local: local, remote: remote)?.cookie

        client.close()
        #expect(try eventually { try table.lookUp(local: local, remote: remote)?.form == .timeWait })
        #expect(try table.lookUp(local: local, remote: remote)?.state == .finWait2)

        server.close()
        #expect(try eventually { try table.lookUp(local: local, remote: remote)?.state == .timeWait })
        let rest = try #require(try table.lookUp(local: local, remote: remote))
        #expect(rest.form == .timeWait)
        #expect(rest.timer == .timeWait)
        #expect(rest.inode == 0)
        #expect(rest.cookie == cookie)
        // The server's end is gone; its listener, which the kernel answers with instead, is not the connection.
        #expect(try eventually { try table.lookUp(local: remote, remote: local) == nil })
        let dumped = try #require(try table.sockets().first { $0.cookie == rest.cookie })
        #expect(dumped.state == .timeWait)
        #expect(dumped.form == .timeWait)
    }

    @Test func aRequestSocketIsSynReceived() throws {
        // A listener that wants data first keeps the request although the client's ACK has come.
        let listener = try TestSocket.listener(deferAccept: true)
        let client = try TestSocket.connected(to: listener.local)
        let request = try #require(try table.lookUp(local: client.remote, remote: client.local))
        #expect(request.state == .synReceived)
        #expect(request.form == .request)
        #expect(request.inode == 0)
        #expect(request.info == nil)
        #expect(try state(client) == .established)
        let port = try listener.local.port
        let dump = try table.sockets(SocketQuery(states: [.synReceived])).filter { $0.local.port == port }
        #expect(dump.map(\.cookie) == [request.cookie])

        try client.send("data")
        let server = try listener.accept()
        let accepted = try #require(try table.lookUp(local: server.local, remote: server.remote))
        #expect(accepted.cookie == request.cookie)
        #expect(accepted.form == .full)
        #expect(accepted.receiveQueue == 4)
    }

    @Test func aFullAcceptQueueLeavesTheClientInSynSent() throws {
        let listener = try TestSocket.listener(backlog: 1)
        var waiting: [TestSocket] = []
        for _ in 0..<4 {
            let client = try TestSocket()
            client.makeNonBlocking()
            try client.connect(to: listener.local)
            waiting.append(client)
        }
        let port = try listener.local.port
        let sent = try table.sockets(SocketQuery(states: [.synSent], details: .measures)).filter {
            $0.remote.port == port
        }
        #expect(!sent.isEmpty)
        #expect(sent.allSatisfy { $0.form == .full && $0.timer == .retransmission && $0.timerExpiry > 0 })
        let queue = try #require(try table.listener(on: listener.local))
        #expect(queue.sendQueue == 1)
        #expect(queue.receiveQueue == 2)
    }

    @Test func measuresCountWhatWasSent() throws {
        let (_, client, server) = try connection()
        try client.send("hello, xiao mei.")
        #expect(server.receive() == 16)
        try server.send("hello, xiao ming.\n")
        #expect(client.receive() == 18)
        let info = try #require(try table.lookUp(local: client.local, remote: client.remote)?.info)
        // The SYN is one more octet that was acknowledged.
        #expect(info.bytesAcknowledged == 17)
        #expect(info.bytesReceived == 18)
        #expect(info.segmentsOut >= 3)
        #expect(info.segmentsIn >= 2)
        #expect(info.totalRetransmitted == 0)
        #expect(info.roundTripTime > 0)
        #expect(info.retransmissionTimeout > 0)
        #expect(info.congestionWindow > 0)
        #expect(info.sendMSS > 500)
        #expect(info.pathMTU > 500)
        #expect(info.options.contains(.timestamps))
        #expect(info.options.contains(.windowScale))
        #expect(info.sendWindowScale > 0)
    }

    @Test(.enabled(if: Requirements.hasIPv6, "needs IPv6")) func anIPv6ListenerTakesAnIPv4Client() throws {
        let listener = try TestSocket(ipv6: true)
        listener.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0)
        #expect(listen(listener.descriptor, 4) == 0)
        let port = try listener.local.port
        let client = try TestSocket.connected(to: TestSocket.loopback(port: port))
        let server = try #require(try table.lookUp(local: client.remote, remote: client.local))
        #expect(server.family == .ipv6)
        #expect(server.local == TestSocket.loopback(port: port))
        let listening = try #require(try table.sockets(SocketQuery(states: [.listen])).first { $0.local.port == port })
        #expect(!listening.isIPv6Only)
        #expect(listening.local.address == IPAddress(high: 0, low: 0))
    }

    @Test func theOwnerIsThisProcess() throws {
        let (_, client, _) = try connection()
        let inode = try #require(try table.lookUp(local: client.local, remote: client.remote)?.inode)
        let owners = SocketOwners(proc: "/proc")
        let owner = try #require(owners[inode].first)
        #expect(owner.processID == getpid())
        #expect(owner.descriptor == client.descriptor)
        #expect(!owner.command.isEmpty)
        #expect(owners[inode].count == 1)
    }

    @Test func aTupleThatNobodyHasIsNotFound() throws {
        let nobody = TestSocket.loopback(port: 1)
        #expect(try table.lookUp(local: nobody, remote: nobody) == nil)
        #expect(try table.listener(on: nobody) == nil)
    }

    @Test func manyThreadsMayAskAtOnce() throws {
        let (_, client, server) = try connection()
        let ends = [
            (try client.local, try client.remote), (try server.local, try server.remote),
        ]
        let table = table
        DispatchQueue.concurrentPerform(iterations: 4) { index in
            for _ in 0..<500 {
                let (local, remote) = ends[index % 2]
                do throws(SocketTableError) {
                    let found = try table.lookUp(local: local, remote: remote)
                    #expect(found?.local == local)
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
    }
}
