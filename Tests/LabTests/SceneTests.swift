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
import VirtualNetwork

/// What a scene knows of each segment, on runs of a virtual network, whose ends tell it all; and that a connection's rows are
/// the same drawn alone and among others.
@Suite("a scene of a virtual network's run")
struct SceneTests {
    /// `lost`: by number, from 1.
    private static func story(seed: UInt64 = 3, lost: Set<Int> = [], loss: Double = 0) throws -> ConnectionStory {
        let link = LinkProfile(delay: .milliseconds(10), loss: loss)
        let run = try NetworkStoryTests.run(seed: seed, octets: 9000, link, lost: Set(lost.map { $0 - 1 }))
        return try #require(run.network.record.stories.first)
    }

    private static func segments(_ scene: Scene) -> [Scene.Segment] {
        scene.rows.compactMap { if case .segment(let segment) = $0 { segment } else { nil } }
    }

    @Test("each segment leaves when it was sent and arrives a link's delay later; what is lost arrives nowhere")
    func departureAndArrival() throws {
        let story = try Self.story(lost: [5])
        let segments = Self.segments(Scene(story: story, title: Text(verbatim: "")))
        #expect(segments.count == story.steps.count)
        let start = try #require(story.steps.first?.segment.time)
        for (segment, step) in zip(segments, story.steps) {
            #expect(segment.number == step.segment.number)
            #expect(segment.departure == step.segment.time.nanoseconds(since: start))
            #expect(segment.arrival == step.account?.fate.arrival?.nanoseconds(since: start))
            if case .lost(let place) = segment.fate {
                #expect(segment.arrival == nil && place == .link)
            } else {
                #expect((segment.arrival ?? 0) - segment.departure >= 10_000_000, "#\(segment.number)")
            }
        }
        #expect(segments.filter { $0.fate == .lost(.link) }.map(\.number) == [5])
    }

    @Test("numbers are numbers, and what is sent again knows what it repeats and by which timer")
    func values() throws {
        let story = try Self.story(lost: [1])
        let segments = Self.segments(Scene(story: story, title: Text(verbatim: "")))
        for (segment, step) in zip(segments, story.steps) {
            let header = step.segment.header
            #expect(segment.flags == header.flags)
            #expect(segment.length == header.payloadLength && segment.sequence == step.sequence)
            #expect(segment.sequence.raw == header.sequence)
            #expect(segment.acknowledgment?.raw == (header.flags.contains(.ack) ? header.acknowledgment : nil))
            #expect(segment.payload.isEmpty, "shown only where asked for")
        }
        #expect(segments[1].original == 1 && segments[1].isRepetition && segments[1].cause == .timer(.retransmission))
        #expect(segments[0].original == nil && segments[0].cause == nil)
        let kept = Self.segments(Scene(story: story, title: Text(verbatim: ""), keepsPayload: true))
        #expect(kept.allSatisfy { $0.payload.count == Int($0.length) } && kept.contains { !$0.payload.isEmpty })
    }

    @Test("an arrival that is a row of its own has its segment's name")
    func names() throws {
        let scene = Scene(story: try Self.story(seed: 1), title: Text(verbatim: ""))
        let names = scene.rowNames
        #expect(Set(names).count == names.count)
        #expect(names.contains("seg-5") && names.contains("arr-5") && names.contains("mom-1"))
        for (name, row) in zip(names, scene.rows) {
            guard case .moment(let moment) = row, case .segment(let number) = moment.cause else { continue }
            #expect(name == "arr-\(number)")
            let segment = try #require(Self.segments(scene).first { $0.number == number })
            #expect(moment.time == segment.arrival && moment.end.lane == segment.receiver.lane)
            // The receiver is shown as it was, as long as the segment is on its way.
            #expect(segment.receiver.mark?.changed == false)
        }
    }

    @Test("drawn among others, a connection's rows are those of its own ladder: reasons, moments and states")
    func aloneAndAmongOthers() throws {
        for seed in UInt64(1)...12 {
            let story = try Self.story(seed: seed, loss: Double(seed % 4) * 0.06)
            let alone = Scene(story: story, title: Text(verbatim: ""))
            let among = Scene(stories: [story], title: Text(verbatim: ""))
            #expect(among.rows.map { "\($0)" } == alone.rows.map { "\($0)" }, "seed \(seed)")
            #expect(among.provenance == [.stack] && alone.provenance == [.stack])
            #expect(among.rows.contains { !$0.notes.isEmpty })
        }
    }

    @Test("two connections between the same hosts: each keeps its order, and the server's lane is shared")
    func twoConnections() throws {
        let stories = try Self.twoAtOnce().record.stories
        try #require(stories.count == 2)
        let scene = Scene(stories: stories, title: Text(verbatim: ""))
        #expect(scene.lanes.count == 3 && scene.lanes.map(\.isShared).count { $0 } == 1)
        let times = scene.rows.compactMap(\.time)
        #expect(times == times.sorted())
        for story in stories {
            let own = Scene(story: story, title: Text(verbatim: "")).rows.map { $0.notes.map(\.text) }
            let lanes = Set(
                [story.client, story.server].compactMap { end in
                    scene.lanes.firstIndex { $0.name == end.description }
                })
            let among = scene.rows.filter { row in
                switch row {
                case .segment(let segment): lanes == [segment.sender.lane, segment.receiver.lane]
                case .moment(let moment): lanes == [moment.end.lane, moment.peer]
                }
            }
            #expect(among.map { $0.notes.map(\.text) } == own)
        }
        // A note between many lanes is drawn too, with where it comes from.
        let lines = Ladder(canvas: Canvas(width: 100)).lines(scene)
        #expect(lines.contains { $0.contains("RFC 9293 3.10.7.4") })
        #expect(lines.allSatisfy { Canvas(width: 100).measure($0) <= 100 })
    }

    /// Two connections of one host to one server, opened and given up at the same times.
    private static func twoAtOnce() throws -> VirtualNetwork {
        var network = VirtualNetwork(seed: 1)
        let caller = network.addHost(HostConfiguration(addresses: [NetworkStoryTests.client]))
        let listener = network.addHost(HostConfiguration(addresses: [NetworkStoryTests.server]))
        network.connect(caller, listener, LinkProfile(delay: .milliseconds(10)))
        let server = Endpoint(address: NetworkStoryTests.server, port: 80)
        try network.with(listener) { (host, _) throws(SocketError) in
            let socket = host.open()
            try host.bind(socket, to: server)
            try host.listen(socket, backlog: 4)
        }
        let sockets = try network.with(caller) { (host, now) throws(SocketError) in
            var sockets: [Int] = []
            for port in [UInt16(4000), 4001] {
                let socket = host.open()
                try host.bind(socket, to: Endpoint(address: NetworkStoryTests.client, port: port))
                try host.connect(socket, to: server, now: now)
                sockets.append(socket)
            }
            return sockets
        }
        network.run(for: .milliseconds(100))
        try network.with(caller) { (host, now) throws(SocketError) in
            for socket in sockets { try host.abort(socket, now: now) }
        }
        network.run(for: .seconds(1))
        return network
    }
}
