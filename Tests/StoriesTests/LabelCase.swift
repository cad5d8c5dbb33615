import Passes
import Settling
import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

/// A label with a conversation in which it stands, and one like it in which it does not.
struct LabelCase: CustomTestStringConvertible, Sendable {
    let label: SegmentLabel
    /// The packet that has the label, from 1.
    let packet: Int
    /// The packets that prove it.
    let evidence: [Int]
    let original: Int?
    let ordinal: Int?
    /// All labels of the packet, the one that says most first.
    let all: [SegmentLabel]
    let shown: @Sendable (Transcript) -> Void
    let nearMiss: @Sendable (Transcript) -> Void

    init(
        _ label: SegmentLabel, on packet: Int, by evidence: [Int] = [], original: Int? = nil, ordinal: Int? = nil,
        among all: [SegmentLabel]? = nil, _ shown: @escaping @Sendable (Transcript) -> Void,
        nearMiss: @escaping @Sendable (Transcript) -> Void
    ) {
        self.label = label
        self.packet = packet
        self.evidence = evidence
        self.original = original
        self.ordinal = ordinal
        self.all = all ?? [label]
        self.shown = shown
        self.nearMiss = nearMiss
    }

    var testDescription: String { label.rawValue }

    static let sack: [TCPOption] = [.maximumSegmentSize(1460), .sackPermitted]
}

func block(_ left: UInt32, _ right: UInt32) -> SACKBlock { SACKBlock(left: left, right: right) }
func stamps(_ value: UInt32, _ echo: UInt32) -> TCPTimestamps { TCPTimestamps(value: value, echoReply: echo) }

@Suite struct LabelTests {
    static let cases =
        LabelCase.opening + LabelCase.repetitions + LabelCase.acknowledgments + LabelCase.windows + LabelCase.resets
        + LabelCase.artefacts

    @Test(arguments: cases) func stands(_ example: LabelCase) throws {
        let t = Transcript()
        example.shown(t)
        let story = try t.story
        let proof = story.steps[example.packet - 1].labels.first { $0.label == example.label }
        let labels = story.steps.map { $0.labels.map(\.label.rawValue) }
        #expect(proof != nil, "\(labels)")
        #expect(story.steps[example.packet - 1].labels.map(\.label) == example.all)
        #expect(proof?.evidence == example.evidence)
        #expect(proof?.original == example.original)
        #expect(proof?.ordinal == example.ordinal)
        // What proves a label are packets of this story.
        #expect(
            story.steps.allSatisfy { $0.labels.allSatisfy { $0.evidence.allSatisfy { (1...story.steps.count) ~= $0 } } }
        )
    }

    /// What is missed is only worth something of whoever finds it in the conversation beside it.
    @Test(arguments: cases) func nearMiss(_ example: LabelCase) throws {
        func labels(_ conversation: (Transcript) -> Void) throws -> [[String]] {
            let t = Transcript()
            conversation(t)
            return try t.story.steps.map { $0.labels.map(\.label.rawValue) }
        }
        let (shown, missed) = try (labels(example.shown), labels(example.nearMiss))
        #expect(shown.joined().contains(example.label.rawValue), "\(shown)")
        #expect(!missed.joined().contains(example.label.rawValue), "\(missed)")
    }

    /// A label without a conversation that shows it is a label that nobody knows to be right. Some need more than one
    /// conversation on one pair of endpoints, one endpoint, or fragments: they are tested by themselves.
    @Test func everyLabelIsShown() {
        let shown = Set(Self.cases.map(\.label)).union([
            .reusedTuple, .selfConnection, .reportedDropped, .inFragments, .restNotCaptured, .sharesFrame,
        ])
        #expect(Set(SegmentLabel.allCases).subtracting(shown).isEmpty)
    }

    @Test func sharedFrames() throws {
        let (t, air) = (FragmentTranscript(), WirelessTranscript())
        air.take(t.c.syn(100).ipPacket())
        air.take(t.s.builder.synAck(sequence: 300, acknowledgment: 101).ipPacket())
        air.take(t.c.ack(101, 301).ipPacket(), t.c.data(101, 301, 100).ipPacket(), t.c.data(201, 301, 100).ipPacket())
        let stored = try #require(try air.analysis().stored(1))
        let steps = try #require(ConnectionStory(stored)).steps
        #expect(steps.map(\.segment.number) == [1, 2, 3, 3, 3])
        #expect(steps.map { $0.labels.map(\.label) } == [[], [], [], [.sharesFrame], [.sharesFrame]])
    }

    @Test func fragments() throws {
        let t = FragmentTranscript()
        t.open()
        let whole = Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480, 2960], id: 1)
        t.take(whole[0], whole[2], whole[1])
        t.take(Fragments.of(t.c.data(3101, 301, 3000).ipPacket(), at: [1480], id: 2)[0])
        t.take(t.s.ack(301, 6101))
        let stored = try #require(try t.analysis().stored(1))
        let steps = try #require(ConnectionStory(stored)).steps
        #expect(steps.map(\.segment.number) == [1, 2, 3, 6, 7, 8])
        #expect(steps.map { $0.labels.map(\.label) }.prefix(5) == [[], [], [], [.inFragments], [.restNotCaptured]])
        #expect(steps[3].labels[0].evidence == [4, 5, 6])
    }

    @Test func reusedTuple() throws {
        let t = Transcript()
        t.c.syn(100)
        t.c.syn(9000)
        let lives = StoredConnection.settling(t.segments)
        #expect(lives.map(\.record.reusesTuple) == [false, true])
        #expect(try #require(ConnectionStory(lives[1])).steps[0].has(.reusedTuple))
        #expect(try #require(ConnectionStory(lives[0])).steps[0].labels == [])
    }

    @Test func selfConnection() throws {
        let t = Transcript(client: Sample.client, server: Sample.client)
        t.c.syn(100)
        t.c.synAck(100, ack: 101)
        t.c.ack(101, ack: 101)
        #expect(try t.labels == [[.selfConnection], [.selfConnection, .simultaneousOpen], []])
        let other = Transcript(
            client: Sample.client, server: Endpoint(address: Sample.client.address, port: Sample.client.port + 1))
        other.open()
        #expect(try other.labels == [[], [], []])
    }
}
