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
import VirtualNetwork

/// Packets that a network damages, holds back or makes itself, and connections of the same ports: whose each moment is.
@Suite("a damaging network's run as stories")
struct NetworkDamageTests {
    @Test("a bit turned over in the ports leads to nobody: the ends stay what they are, and tell their whole way")
    func damagedPorts() throws {
        var elsewhere = 0
        for seed in UInt64(1)...60 {
            var link = LinkProfile(delay: .milliseconds(10))
            link.corruption = 0.4
            let (network, hosts) = try NetworkStoryTests.run(seed: seed, octets: 3000, link)
            let story = try #require(network.record.stories.first)
            elsewhere +=
                network.record.moments.filter { ![80, story.client.port].contains($0.record.local.port) }.count
            for (party, host) in hosts {
                let entered = network.record.moments.filter { $0.host == host }.compactMap { moment in
                    moment.record.actions.compactMap { action -> State? in
                        if case .enter(let state, _) = action.kind { state } else { nil }
                    }.last
                }
                var lane = NetworkStoryTests.lane(party, of: story)
                if lane.suffix(2) == [.closed, .listen] { lane.removeLast() }
                #expect(lane == [party == .client ? .closed : .listen] + entered, "seed \(seed) \(party)")
            }
        }
        #expect(elsewhere > 5)
    }

    /// A client that calls the server from the same port twice; the server accepts.
    private struct Callers {
        var network: VirtualNetwork
        let caller: Int
        let listener: Int

        init(seed: UInt64) throws {
            network = VirtualNetwork(seed: seed)
            caller = network.addHost(HostConfiguration(addresses: [NetworkStoryTests.client]))
            listener = network.addHost(HostConfiguration(addresses: [NetworkStoryTests.server]))
            network.connect(caller, listener, LinkProfile(delay: .milliseconds(10)))
            try network.with(listener) { (host, _) throws(SocketError) in
                let socket = host.open()
                try host.bind(socket, to: Endpoint(address: NetworkStoryTests.server, port: 80))
                try host.listen(socket, backlog: 4)
            }
        }

        mutating func connect() throws -> Int {
            try network.with(caller) { (host, now) throws(SocketError) in
                let socket = host.open()
                try host.bind(socket, to: Endpoint(address: NetworkStoryTests.client, port: 4000))
                try host.connect(socket, to: Endpoint(address: NetworkStoryTests.server, port: 80), now: now)
                return socket
            }
        }

        mutating func close(_ socket: Int? = nil, at host: Int) throws {
            _ = try network.with(host) { (host, now) throws(SocketError) in
                let closing = if let socket { socket } else { try host.accept(3).descriptor }
                return try host.close(closing, now: now)
            }
            network.run(for: .milliseconds(100))
        }
    }

    @Test("a damaged SYN was refused by nobody: it begins its connection though the ports were used before")
    func damagedSYN() throws {
        var damaged = 0
        for seed in UInt64(1)...30 {
            var callers = try Callers(seed: seed)
            let first = try callers.connect()
            callers.network.run(for: .milliseconds(100))
            // The server closes first, and waits in TIME-WAIT.
            try callers.close(at: callers.listener)
            try callers.close(first, at: callers.caller)
            var link = LinkProfile(delay: .milliseconds(10))
            link.corruption = 1
            callers.network.setProfile(ofLink: 0, link)
            _ = try callers.connect()
            link.corruption = 0
            callers.network.setProfile(ofLink: 0, link)
            callers.network.run(for: .seconds(5))
            let stories = callers.network.record.stories
            try #require(stories.count == 2)
            damaged += stories[1].steps[0].account?.effects == [.rule(.badChecksum)] ? 1 : 0
            #expect(stories[1].path(of: .client).entries.map(\.state) == [.closed, .synSent, .established], "\(seed)")
            #expect(stories[0].steps.last?.kind == .acknowledgment, "\(seed)")
        }
        #expect(damaged > 5)
    }

    @Test(
        "a half-open connection is found out (RFC 9293 3.5.1): the SYN begins the client's connection, and ends the server's"
    )
    func halfOpen() throws {
        var callers = try Callers(seed: 1)
        let first = try callers.connect()
        callers.network.run(for: .milliseconds(100))
        // The client's RST is lost.
        callers.network.fault = { place, _ in PacketFault(isLost: place == 3) }
        try callers.network.with(callers.caller) { (host, now) throws(SocketError) in
            try host.abort(first, now: now)
        }
        callers.network.run(for: .milliseconds(100))
        _ = try callers.connect()
        callers.network.run(for: .seconds(5))
        let stories = callers.network.record.stories
        try #require(stories.count == 2)
        #expect(stories[0].path(of: .client).entries.map(\.state) == [.closed, .synSent, .established, .closed])
        #expect(stories[0].path(of: .server).entries.map(\.state) == [.listen, .synReceived, .established])
        #expect(stories[1].path(of: .client).entries.map(\.state) == [.closed, .synSent, .established])
        let found: [State] = [.established, .closed, .synReceived, .established]
        #expect(stories[1].path(of: .server).entries.map(\.state) == found)
        #expect(
            stories[1].steps.map { "\($0.kind) \($0.fate) \($0.account?.reason?.name ?? "?")" } == [
                "syn notTaken activeOpen", "acknowledgment notTaken synInConnection",
                "reset arrived badAcknowledgmentInSynSent", "syn arrived retransmissionTimeout",
                "synAck arrived synInListen", "handshakeAck arrived synAckInSynSent",
            ])
    }

    @Test("the same ports three times, the second time in vain: the first connection keeps its own moments")
    func reusedInVain() throws {
        let (ended, hosts) = try NetworkStoryTests.run(seed: 1, octets: 100, LinkProfile(delay: .milliseconds(10)))
        var network = ended
        let caller = try #require(hosts[.client])
        let port = try #require(network.record.stories.first?.client.port)
        func connect() throws {
            try network.with(caller) { (host, now) throws(SocketError) in
                let socket = host.open()
                try host.bind(socket, to: Endpoint(address: NetworkStoryTests.client, port: port))
                try host.connect(socket, to: Endpoint(address: NetworkStoryTests.server, port: 80), now: now)
            }
        }
        let sent = network.record.packets.count
        network.fault = { place, _ in PacketFault(isLost: (sent..<sent + 20).contains(place)) }
        try connect()
        network.run(for: .seconds(1000))
        network.fault = nil
        try connect()
        network.run(for: .seconds(1))
        let stories = network.record.stories
        #expect(stories.count == 3)
        let states = stories.map { $0.path(of: .server).entries.map(\.state) }
        #expect(states[0] == ended.record.stories[0].path(of: .server).entries.map(\.state))
        #expect(states[1] == [.listen])
        #expect(states[2] == [.listen, .synReceived, .established])
    }

    /// A client that writes two segments of text, the box in between.
    private static func twoSegments(_ fates: [Int: Interceptor.Decision]) throws -> ConnectionStory {
        var network = VirtualNetwork(seed: 1)
        let caller = network.addHost(HostConfiguration(addresses: [NetworkStoryTests.client]))
        let listener = network.addHost(HostConfiguration(addresses: [NetworkStoryTests.server]))
        let box = Interceptor { index, _, _ in fates[index + 1] ?? .pass }
        network.connect(caller, listener, LinkProfile(delay: .milliseconds(10)), boxes: [box])
        try network.with(listener) { (host, _) throws(SocketError) in
            let socket = host.open()
            try host.bind(socket, to: Endpoint(address: NetworkStoryTests.server, port: 80))
            try host.listen(socket, backlog: 4)
        }
        let socket = try network.with(caller) { (host, now) throws(SocketError) in
            let socket = host.open()
            try host.connect(socket, to: Endpoint(address: NetworkStoryTests.server, port: 80), now: now)
            return socket
        }
        network.run(for: .milliseconds(50))
        _ = try network.with(caller) { (host, now) throws(SocketError) in
            try host.write(socket, [UInt8](repeating: 0x61, count: 2896), now: now)
        }
        network.run(for: .milliseconds(150))
        return try #require(network.record.stories.first)
    }

    /// `#4 arrived gapClosed`: the client's segments with text, what became of each, what it did.
    private static func told(_ story: ConnectionStory) -> [String] {
        story.steps.filter { $0.segment.header.payloadLength > 0 }.map { step in
            (["#\(step.segment.number)", "\(step.fate)"] + (step.account?.effects ?? []).map(\.name))
                .joined(separator: " ")
        }
    }

    @Test("packets that change places are told as that: none is lost, none comes twice")
    func swapped() throws {
        let story = try Self.twoSegments([4: .swap])
        #expect(Self.told(story) == ["#4 arrived", "#5 arrived"])
        #expect(story.steps.allSatisfy { !$0.isRepetition })
        let reasons = story.steps.filter { $0.sender == .server }.compactMap { $0.account?.reason?.rule }
        #expect(reasons == [.synInListen, .gap, .gapClosed])
    }

    @Test("of two packets one held back and one dropped, each has its own fate")
    func heldAndDropped() throws {
        let story = try Self.twoSegments([4: .swap, 5: .drop])
        #expect(Self.told(story).prefix(2) == ["#4 arrived textInOrder", "#5 lost"])
    }

    @Test("a packet that a box sends twice: the second is the copy")
    func doubled() throws {
        let story = try Self.twoSegments([4: .duplicate])
        #expect(story.steps.filter(\.isRepetition).map(\.original) == [4])
        #expect(Self.told(story).prefix(3) == ["#4 arrived textInOrder", "#5 useless", "#6 arrived textInOrder"])
    }

    @Test("both ends open at once: nobody is said to agree to what the other asked")
    func simultaneousOpen() throws {
        var network = VirtualNetwork(seed: 1)
        let hosts = [NetworkStoryTests.client, NetworkStoryTests.server].map {
            network.addHost(HostConfiguration(addresses: [$0]))
        }
        network.connect(hosts[0], hosts[1], LinkProfile(delay: .milliseconds(10)))
        let ends = [
            Endpoint(address: NetworkStoryTests.client, port: 1000),
            Endpoint(address: NetworkStoryTests.server, port: 2000),
        ]
        for (place, host) in hosts.enumerated() {
            try network.with(host) { (host, now) throws(SocketError) in
                let socket = host.open()
                try host.bind(socket, to: ends[place])
                try host.connect(socket, to: ends[1 - place], now: now)
            }
        }
        network.run(for: .milliseconds(100))
        let story = try #require(network.record.stories.first)
        #expect(network.record.stories.count == 1)
        let way: [State] = [.closed, .synSent, .synReceived, .established]
        for party in Party.allCases {
            #expect(story.path(of: party).entries.map(\.state) == way)
            #expect(NetworkStoryTests.lane(party, of: story) == way)
        }
        let comments = story.steps.map(\.comment.english)
        #expect(comments[1].hasPrefix("SYN from the server"))
        #expect(comments[2].hasPrefix("SYN-ACK from the server") && comments[3].hasPrefix("SYN-ACK from the client"))
        #expect(story.steps.allSatisfy { $0.fate == .arrived && !$0.isRepetition })
    }

    @Test("whatever the network does, each lane shows what its end did in the order in which it did it")
    func order() throws {
        var bent = 0
        for seed in UInt64(1)...80 {
            var link = LinkProfile(delay: .milliseconds(10), loss: seed % 2 == 0 ? 0.1 : 0)
            link.reordering = seed % 3 == 0 ? 0.3 : 0
            link.duplication = seed % 5 == 0 ? 0.2 : 0
            link.corruption = seed % 7 == 0 ? 0.2 : 0
            link.rate = seed % 4 == 0 ? 2_000_000 : nil
            link.queue = seed % 8 == 0 ? 3 : 1000
            let (network, _) = try NetworkStoryTests.run(seed: seed, octets: 12_000, link)
            let story = try #require(network.record.stories.first)
            let drawn = try DrawnRows(story)
            bent += drawn.arrivals
            for party in Party.allCases {
                let rows = drawn.rows(of: party, story)
                #expect(rows == rows.sorted(), "seed \(seed) \(party)")
            }
        }
        #expect(bent > 100)
    }
}

/// Which row of a ladder shows what.
private struct DrawnRows {
    private var segments: [Int: Int] = [:]
    /// Of each of the testimony's moments.
    private var moments: [Int] = []
    /// How many arrivals have rows of their own.
    private(set) var arrivals = 0

    init(_ story: ConnectionStory) throws {
        let rows = Scene(story: story, title: Text(verbatim: "")).rows
        var own: [(row: Int, what: String)] = []
        for (place, row) in rows.enumerated() {
            switch row {
            case .segment(let segment): segments[segment.number] = place
            case .moment(let moment): own.append((place, moment.what.english))
            }
        }
        var rest = own[...]
        for moment in story.testimony?.moments ?? [] {
            if case .segment(let number) = moment.cause, rest.first?.what != moment.what.english {
                moments.append(try #require(segments[number]))
                continue
            }
            let next = rest.popFirst()
            let shown = try #require(next)
            #expect(shown.what == moment.what.english)
            if case .segment = moment.cause { arrivals += 1 }
            moments.append(shown.row)
        }
        #expect(rest.isEmpty)
    }

    /// The rows that show what that end did, in the order in which it did it.
    func rows(of party: Party, _ story: ConnectionStory) -> [Int] {
        var order: [(segmentsBefore: Int, isSending: Bool, row: Int)] = []
        for (moment, row) in zip(story.testimony?.moments ?? [], moments) where moment.party == party {
            order.append((moment.segmentsBefore, false, row))
        }
        for (place, step) in story.steps.enumerated() where step.sender == party {
            order.append((place, true, segments[step.segment.number] ?? -1))
        }
        return order.enumerated().sorted {
            ($0.element.segmentsBefore, $0.element.isSending ? 1 : 0, $0.offset)
                < ($1.element.segmentsBefore, $1.element.isSending ? 1 : 0, $1.offset)
        }.map(\.element.row)
    }
}
