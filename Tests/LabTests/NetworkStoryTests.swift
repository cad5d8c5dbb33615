import CaptureFile
import Lab
import Narration
import Pictures
import Scenes
import Stories
import TCPStack
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts
import VirtualNetwork

/// Runs of a virtual network as the common model: exact states, and the ends' own reasons.
@Suite("a virtual network's run as stories")
struct NetworkStoryTests {
    static let client = IPAddress(ipv4: 0x0a00_0001)
    static let server = IPAddress(ipv4: 0x0a00_0002)

    /// A client that sends `octets`, a server that reads them and closes when the client does.
    ///
    /// - Parameter look: called after everything that happens.
    static func run(
        seed: UInt64, octets: Int, _ link: LinkProfile, lost: Set<Int> = [],
        looking look: (VirtualNetwork) -> Void = { _ in }
    ) throws -> (network: VirtualNetwork, hosts: [Party: Int]) {
        var network = VirtualNetwork(seed: seed)
        network.fault = { place, _ in PacketFault(isLost: lost.contains(place)) }
        let caller = network.addHost(HostConfiguration(addresses: [client]))
        let listener = network.addHost(HostConfiguration(addresses: [server]))
        network.connect(caller, listener, link)
        final class Sockets { var accepted: Int?, own: Int?, left = 0 }
        let sockets = Sockets()
        sockets.left = octets
        network.setProgram(listener) { host, now in
            if sockets.accepted == nil {
                sockets.accepted = granted { () throws(SocketError) in try host.accept(3).descriptor }
            }
            while let socket = sockets.accepted, host.readiness(socket).contains(.readable) {
                let octets = granted { () throws(SocketError) in try host.read(socket, limit: 65_536, now: now) }
                guard let octets else { break }
                guard octets.isEmpty else { continue }
                granted { () throws(SocketError) in _ = try host.close(socket, now: now) }
                break
            }
            return nil
        }
        try network.with(listener) { (host, _) throws(SocketError) in
            let socket = host.open()
            try host.bind(socket, to: Endpoint(address: server, port: 80))
            try host.listen(socket, backlog: 4)
        }
        network.setProgram(caller) { host, now in
            guard let socket = sockets.own, host.info(socket)?.state == .established else { return nil }
            while sockets.left > 0 {
                let part = [UInt8](repeating: 0x61, count: min(sockets.left, 4096))
                let taken = granted { () throws(SocketError) in try host.write(socket, part, now: now) }
                guard let taken, taken > 0 else { return nil }
                sockets.left -= taken
            }
            granted { () throws(SocketError) in _ = try host.close(socket, now: now) }
            sockets.own = nil
            return nil
        }
        try network.with(caller) { (host, now) throws(SocketError) in
            let socket = host.open()
            sockets.own = socket
            try host.connect(socket, to: Endpoint(address: server, port: 80), now: now)
        }
        let end = network.now + .seconds(2000)
        while let next = network.nextEvent, next <= end {
            network.step()
            look(network)
        }
        network.run(until: end)
        return (network, [.client: caller, .server: listener])
    }

    /// What a call gives; `nil` where it would block, or fails, which no call here should.
    @discardableResult
    private static func granted<Value>(_ call: () throws(SocketError) -> Value) -> Value? {
        do throws(SocketError) {
            return try call()
        } catch {
            if error != .wouldBlock { Issue.record("\(error)") }
            return nil
        }
    }

    @Test("the states are those that the blocks went through, whatever the network does")
    func exactStates() throws {
        for seed in UInt64(1)...60 {
            var link = LinkProfile(delay: .milliseconds(10), loss: Double(seed % 4) * 0.06)
            link.reordering = seed % 3 == 0 ? 0.2 : 0
            link.duplication = seed % 5 == 0 ? 0.1 : 0
            // What the blocks themselves are seen in, from outside of every record.
            var seen: [Int: [State]] = [:]
            let (network, hosts) = try Self.run(seed: seed, octets: 9000, link) { network in
                for host in 0..<2 {
                    guard let state = network.host(host).connectionInfos.first?.state else { continue }
                    if seen[host]?.last != state { seen[host, default: []].append(state) }
                }
            }
            let story = try #require(network.record.stories.first)
            #expect(network.record.stories.count == 1)
            for (party, host) in hosts {
                let path = story.path(of: party).entries
                // What is entered and left at one moment is not seen.
                var rest = path.map(\.state)[...]
                for state in seen[host] ?? [] {
                    rest = rest.drop { $0 != state }
                    #expect(
                        rest.first == state, "seed \(seed) \(party): \(path.map(\.state)), seen \(seen[host] ?? [])")
                }
                #expect(rest.count <= 2 && rest.last == .closed, "seed \(seed) \(party)")
                #expect(path.allSatisfy { $0.provenance == .stack })
                // What one segment brings about at once is one change on the lane.
                let entered = network.record.moments.filter { $0.host == host }.compactMap { moment in
                    moment.record.actions.compactMap { action -> State? in
                        if case .enter(let state, _) = action.kind { state } else { nil }
                    }.last
                }
                var lane = Self.lane(party, of: story)
                // What comes when the connection is gone meets the listener.
                if lane.suffix(2) == [.closed, .listen] { lane.removeLast() }
                #expect(lane == [path[0].state] + entered, "seed \(seed) \(party)")
            }
        }
    }

    /// The states that one lane of the ladder shows from top to bottom.
    static func lane(_ party: Party, of story: ConnectionStory) -> [State] {
        let scene = Scene(story: story, title: Text(verbatim: ""))
        var states = [story.before(party).state].compactMap { $0 }
        for row in scene.rows {
            let ends: [Scene.End] =
                switch row {
                case .segment(let segment): [segment.sender, segment.receiver]
                case .moment(let moment): [moment.end]
                }
            let end = ends.first { $0.lane == (party == .client ? 0 : 1) }
            guard let state = end?.mark?.state, state != states.last else { continue }
            states.append(state)
        }
        return states
    }

    @Test("what the ends tell makes a story grow to the one that it makes all at once", arguments: UInt64(1)...8)
    func growth(_ seed: UInt64) throws {
        var link = LinkProfile(delay: .milliseconds(10), loss: Double(seed % 3) * 0.08)
        link.reordering = seed % 2 == 0 ? 0.2 : 0
        link.duplication = 0.1
        let (network, _) = try Self.run(seed: seed, octets: 9000, link)
        for (connection, observations) in network.record.told {
            var growth = StoryGrowth(of: connection, tellsArrivals: true)
            for (place, observation) in observations.enumerated() {
                growth.take(observation)
                guard place % 13 == Int(seed) else { continue }
                let found = growth.differences
                #expect(found.isEmpty, "\(place): \(found.prefix(5))")
            }
            let found = growth.differences
            #expect(found.isEmpty && growth.revisions > observations.count / 4, "\(found.prefix(5))")
        }
    }

    @Test("every segment that a host sent has the rule it was sent by, and every one that arrived tells what it did")
    func reasons() throws {
        let (network, _) = try Self.run(seed: 3, octets: 20_000, LinkProfile(delay: .milliseconds(10), loss: 0.15))
        let story = try #require(network.record.stories.first)
        #expect(story.steps.count == network.record.packets.count)
        for step in story.steps {
            let packet = network.record.packets[step.segment.number - 1]
            let account = try #require(step.account)
            #expect(account.reason?.rule == packet.reason && account.reason != nil)
            switch packet.fate {
            case .arrived(let time): #expect(account.fate.arrival?.nanoseconds == time.nanoseconds)
            case .lost: #expect(step.fate == .lost && account.effects.isEmpty)
            default: Issue.record("\(packet.fate)")
            }
            #expect(step.labels.isEmpty)
        }
        #expect(story.steps.contains { $0.fate == .lost })
    }

    @Test("a lost segment is lost, and what repairs it names the rule and the original")
    func repair() throws {
        // 1 to 3 are the handshake, 4 is the only data.
        let (network, _) = try Self.run(seed: 1, octets: 100, LinkProfile(delay: .milliseconds(10)), lost: [3])
        let story = try #require(network.record.stories.first)
        #expect(story.steps[3].account?.fate == .lost(.link))
        let again = try #require(story.steps.first { $0.account?.original == 4 })
        let reason = try #require(again.account?.reason?.rule)
        #expect([.retransmitAfterTimeout, .lossProbe].contains(reason))
        #expect(again.fate == .arrived && again.isRepetition)
        #expect(again.account?.effects.contains(.rule(.textInOrder)) ?? false)
    }

    @Test("where a packet is lost: each place by its name")
    func losses() throws {
        func lost(_ link: LinkProfile, octets: Int) throws -> Set<Testimony.Loss> {
            let (network, _) = try Self.run(seed: 1, octets: octets, link)
            let story = try #require(network.record.stories.first)
            return Set(story.steps.compactMap { if case .lost(let loss)? = $0.account?.fate { loss } else { nil } })
        }
        var narrow = LinkProfile(delay: .milliseconds(10))
        narrow.mtu = 600
        #expect(try lost(narrow, octets: 9000) == [.size])
        #expect(try lost(LinkProfile(delay: .milliseconds(10), rate: 1_000_000, queue: 2), octets: 50_000) == [.queue])
        for (boxes, loss) in [([SYNDropper()], Testimony.Loss.middlebox), (nil, .route)] {
            var network = VirtualNetwork(seed: 1)
            let caller = network.addHost(HostConfiguration(addresses: [Self.client]))
            let other = network.addHost(HostConfiguration(addresses: [Self.server]))
            if let boxes { network.connect(caller, other, LinkProfile(), boxes: boxes) }
            try network.with(caller) { (host, now) throws(SocketError) in
                try host.connect(host.open(), to: Endpoint(address: Self.server, port: 80), now: now)
            }
            #expect(network.record.stories.first?.steps.first?.account?.fate == .lost(loss))
        }
    }

    @Test("a damaged packet was never had, and leaves its receiver as it was")
    func damaged() throws {
        var link = LinkProfile(delay: .milliseconds(10))
        link.corruption = 0.3
        let (network, _) = try Self.run(seed: 5, octets: 20_000, link)
        var count = 0
        for story in network.record.stories {
            for (place, step) in story.steps.enumerated() where step.account?.effects == [.rule(.badChecksum)] {
                guard case .dropped? = step.account?.fate else {
                    Issue.record("#\(step.segment.number) \(String(describing: step.account?.fate))")
                    continue
                }
                let receiver = step.sender.other
                let state = try #require(step.state(of: receiver).state)
                guard state.isSynchronized, place > 0 else { continue }
                count += 1
                let variables = receiver == .client ? step.clientVariables : step.serverVariables
                #expect(variables != nil, "#\(step.segment.number)")
            }
        }
        #expect(count > 2)
    }

    @Test("every SYN lost: the server's end is in LISTEN all the time, by its own word")
    func untouchedListener() throws {
        let (network, _) = try Self.run(
            seed: 1, octets: 10, LinkProfile(delay: .milliseconds(10)), lost: Set(0..<20))
        let story = try #require(network.record.stories.first)
        let listening = ConnectionStory.EndState(state: .listen, provenance: .stack)
        #expect(story.steps.count > 3 && story.steps.allSatisfy { $0.server == listening })
        #expect(story.serverBefore == listening)
        #expect(story.path(of: .server).entries.map(\.state) == [.listen])
    }

    @Test("what both ends came to is said as they say it, not as the packets would have it")
    func endings() throws {
        func summary(_ lost: (NetworkRecord.Packet) -> Bool) throws -> [String] {
            // A lost packet changes what is sent behind it: found one by one.
            var places: Set<Int> = []
            while true {
                let (network, _) = try Self.run(
                    seed: 1, octets: 10, LinkProfile(delay: .milliseconds(10)), lost: places)
                let next = network.record.packets.indices.first {
                    !places.contains($0) && lost(network.record.packets[$0])
                }
                guard let next else {
                    return try #require(network.record.stories.first).summary.map(\.english)
                }
                places.insert(next)
            }
        }
        let noSynAck = try summary { $0.segment?.flags.isSuperset(of: [.syn, .ack]) ?? false }
        #expect(
            noSynAck == [
                "The SYN-ACK was never acknowledged.", "In the end the client is in CLOSED, the server in CLOSED.",
            ])
        let noFinish = try summary { $0.sender == 0 && $0.segment?.flags.contains(.fin) ?? false }
        #expect(
            noFinish == [
                "Opened by the three-way handshake.", "Only the client sent a FIN.",
                "In the end the client is in CLOSED, the server in ESTABLISHED.",
            ])
        let nothing = try summary { _ in false }
        #expect(
            nothing == [
                "Opened by the three-way handshake.", "Closed by FINs from both ends; the client closed first.",
            ])
    }

    @Test("two calls of connect in one moment: each connection has its own, and begins in CLOSED")
    func twoConnects() throws {
        var network = VirtualNetwork(seed: 1)
        let caller = network.addHost(HostConfiguration(addresses: [Self.client]))
        let other = network.addHost(HostConfiguration(addresses: [Self.server]))
        network.connect(caller, other, LinkProfile(delay: .milliseconds(10)))
        try network.with(caller) { (host, now) throws(SocketError) in
            for port in [UInt16(80), 81] {
                try host.connect(host.open(), to: Endpoint(address: Self.server, port: port), now: now)
            }
        }
        let stories = network.record.stories
        #expect(
            stories.map { $0.path(of: .client).entries.map(\.state) } == [[.closed, .synSent], [.closed, .synSent]])
        #expect(stories.map { $0.path(of: .client).entries.last?.cause } == [1, 2])
        #expect(stories.map { $0.testimony?.moments.map(\.cause) } == [[.call("connect")], [.call("connect")]])
    }

    @Test("a SYN that nobody listens for: the RST and its rule")
    func refused() throws {
        var network = VirtualNetwork(seed: 1)
        let caller = network.addHost(HostConfiguration(addresses: [Self.client]))
        let other = network.addHost(HostConfiguration(addresses: [Self.server]))
        network.connect(caller, other, LinkProfile(delay: .milliseconds(10)))
        try network.with(caller) { (host, now) throws(SocketError) in
            try host.connect(host.open(), to: Endpoint(address: Self.server, port: 81), now: now)
        }
        network.run(for: .seconds(10))
        let story = try #require(network.record.stories.first)
        #expect(story.steps.map(\.kind) == [.syn, .reset])
        #expect(story.steps[0].account?.effects == [])
        #expect(story.steps[0].fate == .arrived)
        #expect(story.steps[1].account?.reason == .rule(.noConnection))
        #expect(story.steps[1].account?.effects == [.rule(.resetInSynSent)])
        #expect(story.steps.map { $0.server.state } == [.closed, .closed])
        #expect(story.steps.map { $0.client.state } == [.synSent, .closed])
    }

    @Test("ports that are used again: each connection has its own states and moments")
    func reuse() throws {
        let (ended, hosts) = try Self.run(seed: 1, octets: 100, LinkProfile(delay: .milliseconds(10)))
        var network = ended
        let port = try #require(network.record.stories.first?.client.port)
        try network.with(try #require(hosts[.client])) { (host, now) throws(SocketError) in
            let socket = host.open()
            try host.bind(socket, to: Endpoint(address: Self.client, port: port))
            try host.connect(socket, to: Endpoint(address: Self.server, port: 80), now: now)
        }
        network.run(for: .seconds(1))
        let stories = network.record.stories
        #expect(stories.count == 2 && stories[0].client == stories[1].client)
        #expect(stories[0].path(of: .client).entries.map(\.state).suffix(2) == [.timeWait, .closed])
        #expect(stories[1].path(of: .client).entries.map(\.state) == [.closed, .synSent, .established])
        #expect(stories[1].path(of: .server).entries.map(\.state) == [.listen, .synReceived, .established])
        #expect(Self.lane(.client, of: stories[1]) == [.closed, .synSent, .established])
    }

    // MARK: The experiment

    @Test("the experiment: eleven segments, and the same again octet for octet")
    func experiment() throws {
        func segments(_ seed: UInt64) throws -> [[UInt8]] {
            var options = StackExperiment.Options()
            options.seed = seed
            return try #require(StackExperiment(options).run()).story.steps.map(\.segment.frame)
        }
        let first = try segments(1)
        #expect(first.count == 11)
        #expect(try segments(1) == first)
        #expect(try segments(2) != first)
    }

    @Test("more connections, however late the first one comes about: the server's events are the first one's")
    func furtherConnections() throws {
        for lost in [[], [1], [1, 2], [2, 3, 4], Array(1...8)] as [[Int]] {
            var options = StackExperiment.Options()
            options.plan = .losing(lost)
            let alone = try #require(StackExperiment(options).run())
            options.furtherConnections = 2
            let record = try #require(StackExperiment(options).run())
            #expect(record.serverEvents == alone.serverEvents && record.clientSteps == alone.clientSteps, "\(lost)")
            #expect(record.furtherInitialNumbers.count == 2)
        }
        var options = StackExperiment.Options()
        options.plan = .losing(Array(1...8))
        options.furtherConnections = 2
        #expect(try #require(StackExperiment(options).run()).serverEvents.count == 1)
    }

    @Test("a segment on its way when its receiver acts: its arrival has a row of its own, in its place")
    func crossing() throws {
        // 4 to 10 leave together; the ACK of 4 leaves before 5 is looked at.
        let (network, _) = try Self.run(seed: 1, octets: 9000, LinkProfile(delay: .milliseconds(10)))
        let story = try #require(network.record.stories.first)
        let rows = Scene(story: story, title: Text(verbatim: "")).rows.compactMap { row -> String? in
            switch row {
            case .segment(let segment): "#\(segment.number)"
            case .moment(let moment): moment.what.english
            }
        }
        #expect(!rows.contains("#4 arrives"))
        let arrival = try #require(rows.firstIndex(of: "#5 arrives"))
        #expect(rows[arrival - 1] == "#11" && story.steps[10].sender == .server)
        #expect(rows.filter { $0 == "#5 arrives" }.count == 1)
    }

    @Test("the experiment ends, whichever one packet is lost")
    func anyLoss() throws {
        for number in 1...11 {
            var options = StackExperiment.Options()
            options.plan = .losing([number])
            let record = try #require(StackExperiment(options).run())
            #expect(record.story.steps[number - 1].account?.fate == .lost(.link), "\(number)")
            for party in Party.allCases {
                #expect(record.story.path(of: party).entries.last?.state == .closed, "\(number) \(party)")
                #expect(Self.lane(party, of: record.story).last == .closed, "\(number) \(party)")
            }
            let answers = record.clientSteps.filter { $0.kind == .received(GreetingServer.greeting) }
            #expect(answers.count == 1, "\(number)")
        }
    }
}
