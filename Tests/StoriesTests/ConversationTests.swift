import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

/// What both ends sent, out of segments in any order.
@Suite("what both ends sent")
struct ConversationTests {
    /// The handshake, the client's ISN being such that its numbers go round through 0.
    private func opened() -> Transcript {
        let t = Transcript()
        t.c.syn(0xffff_fff0)
        t.s.synAck(700, ack: 0xffff_fff1)
        t.c.ack(0xffff_fff1, ack: 701)
        return t
    }

    /// The client's octet at that place.
    private func send(_ place: Int, _ t: Transcript) {
        t.c.send(
            [.psh, .ack], 0xffff_fff1 &+ UInt32(place), 701, payload: 1, octet: UInt8(truncatingIfNeeded: place))
    }

    private func octets(_ story: ConnectionStory, _ party: Party) -> [UInt8] {
        Conversation(story).filter { $0.sender == party }.flatMap { Array($0.octets) }
    }

    @Test("each octet once and in order, however its segments came", arguments: 0..<20)
    func anyOrder(seed: UInt64) throws {
        let t = opened()
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        func random(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        // Each octet, some of them twice or three times, a little out of order.
        var places = (0..<60).flatMap { Array(repeating: $0, count: 1 + random(below: 3)) }
        for place in places.indices.dropLast(4) { places.swapAt(place, place + random(below: 4)) }
        for place in places { send(place, t) }
        let story = try t.story
        #expect(octets(story, .client) == (0..<60).map { UInt8($0) })
        #expect(Conversation(story).allSatisfy { $0.missing == 0 })
        #expect(Conversation.beginning(of: .client, in: story, limit: 1000).prefix(5) == [0, 1, 2, 3, 4])
    }

    @Test("other octets with the same numbers stand beside the stream, not in it", arguments: [20, 50])
    func others(length: Int) throws {
        let t = opened()
        t.c.send([.psh, .ack], 0xffff_fff1, 701, payload: 40, octet: 1)
        t.wait(1000)
        t.c.send([.psh, .ack], 0xffff_fff1, 701, payload: length, octet: 2)
        let story = try t.story
        let told = Conversation(story).map { "\($0.number ?? 0) \($0.place) \($0.octets.count) \($0.isOther)" }
        // Its octets behind those of the first are the stream's.
        #expect(
            told == ["4 0 40 false"] + (length > 40 ? ["5 40 10 false"] : []) + ["5 0 \(min(40, length)) true"],
            "\(told)")
        #expect(Conversation.beginning(of: .client, in: story, limit: 1000).first == 1)
    }

    @Test("what is missing has its place, at the start and at the end too")
    func holes() throws {
        let t = opened()
        for place in [2, 3, 7] { send(place, t) }
        t.s.ack(701, ack: 0xffff_fff1 &+ 10)
        t.c.fin(0xffff_fff1 &+ 10, ack: 701)
        let story = try t.story
        let pieces = Conversation(story).map { ($0.place, $0.missing, Array($0.octets)) }
        let told = pieces.map { "\($0.0) \($0.1) \($0.2)" }
        #expect(told == ["0 2 []", "2 0 [2]", "3 0 [3]", "4 3 []", "7 0 [7]", "8 2 []"])
        #expect(Conversation.beginning(of: .client, in: story, limit: 1000) == [])
    }

    @Test("a FIN's number is no octet that is missing, where more comes behind it")
    func beyondFIN() throws {
        let t = opened()
        send(0, t)
        t.c.fin(0xffff_fff1 &+ 1, ack: 701)
        send(2, t)
        let told = try Conversation(t.story).map { "\($0.place) \($0.missing) \(Array($0.octets))" }
        #expect(told == ["0 0 [0]", "1 0 [2]"])
    }
}
