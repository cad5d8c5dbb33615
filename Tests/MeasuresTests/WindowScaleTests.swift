import CaptureFile
import FlatMemory
import Passes
import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

@testable import Measures

/// RFC 7323 2.2: windows are shifted as both SYNs of this connection said, and no other segment.
@Suite struct WindowScaleTests {
    private static let scaled: [TCPOption] = [.maximumSegmentSize(1460), .noOperation, .windowScale(7)]

    /// A SYN-ACK behind the handshake is of another connection: it changes no options and no windows.
    @Test func straySYNACK() throws {
        let t = Transcript()
        t.open(Self.scaled)
        t.s.ack(301, ack: 101, window: 500)
        t.s.send([.syn, .ack], 9000, 101, window: 3)
        t.s.ack(301, ack: 101, window: 500)
        let server = t.directions.server
        #expect(server.straySegments == 1)
        #expect(server.isWindowScaleKnown && server.windowMinimum == 64000 && server.windowMaximum == 64000)
        #expect(server.options?.windowScale == 7 && server.options?.maximumSegmentSize == 1460)
        let story = try t.story
        let handshake = try #require(Handshake(story))
        #expect(handshake.windowBytes(story.steps[3]) == 64000)
        #expect(handshake.windowBytes(story.steps[1]) == 65535)
    }

    /// The same where labels compare windows: 1 is still 128 octets, which the client fills.
    @Test(arguments: [false, true]) func strayOptionsChangeNoLabel(isRepeated: Bool) throws {
        let t = Transcript()
        t.open(Self.scaled)
        t.s.ack(301, ack: 101, window: 1)
        t.s.send([.syn, .ack], 9000, 101)
        if isRepeated { t.s.ack(301, ack: 101, window: 1) }
        t.c.data(101, ack: 301, 128)
        #expect(try t.labels.last == [.windowFull])
    }

    /// It takes one end that offers nothing: then nobody scales, and that is known from its SYN alone.
    @Test func oneSYNWithoutTheOption() {
        let t = Transcript()
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301, window: 100)
        #expect(t.directions.client.isWindowScaleKnown && t.directions.client.windowMaximum == 100)
        let offered = Transcript()
        offered.c.syn(100, options: Self.scaled)
        offered.c.data(101, ack: 301, 10)
        #expect(!offered.directions.client.isWindowScaleKnown)
    }

    /// What the capture cut off may have been sent nevertheless.
    @Test func optionsCutOff() {
        let t = Transcript()
        t.open(Self.scaled)
        t.c.ack(101, ack: 301, window: 100)
        var analysis = CaptureAnalysis(measuring: true)
        for segment in t.segments {
            let isSYN = segment.header.flags.contains(.syn)
            // Up to and with the MSS.
            let frame = Array(isSYN ? segment.frame.prefix(44) : segment.frame[...])
            analysis.take(
                frame.octets, number: segment.number, at: segment.time, link: segment.link,
                originalLength: segment.originalLength)
        }
        let client = analysis.measures[0].sent(by: .client, of: analysis.connections[0])
        #expect(!client.isWindowScaleKnown)
        #expect(client.options?.maximumSegmentSize == 1460)
    }
}
