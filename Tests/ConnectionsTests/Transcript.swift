import CaptureFile
import Connections
import TCPState
import TCPWire
import Testing

/// A conversation written down segment by segment, one each millisecond, and read back as the tracker understands it.
final class Transcript {
    /// One of the two ends; what it sends is added to the transcript.
    struct End {
        unowned let transcript: Transcript
        let builder: SegmentBuilder

        func syn(_ sequence: UInt32, options: [TCPOption] = [], payload: Int = 0) {
            send(.syn, sequence, 0, payload: payload, options: options)
        }
        func synAck(_ sequence: UInt32, ack: UInt32, options: [TCPOption] = []) {
            send([.syn, .ack], sequence, ack, options: options)
        }
        func ack(_ sequence: UInt32, ack: UInt32) { send(.ack, sequence, ack) }
        func data(_ sequence: UInt32, ack: UInt32, _ count: Int) { send([.psh, .ack], sequence, ack, payload: count) }
        func fin(_ sequence: UInt32, ack: UInt32, payload: Int = 0) {
            send([.fin, .ack], sequence, ack, payload: payload)
        }
        func rst(_ sequence: UInt32) { send(.rst, sequence, 0) }
        func rstAck(_ sequence: UInt32, ack: UInt32) { send([.rst, .ack], sequence, ack) }

        func send(
            _ flags: TCPFlags, _ sequence: UInt32, _ ack: UInt32, payload: Int = 0, options: [TCPOption] = [],
            window: UInt16 = 65535, hopLimit: UInt8? = nil
        ) {
            var segment = builder.with(
                flags, sequence: sequence, acknowledgment: ack, options: options,
                payload: Array(repeating: 0x61, count: payload))
            segment.window = window
            if let hopLimit { segment.hopLimit = hopLimit }
            transcript.append(segment)
        }
    }

    private(set) var segments: [StoredSegment] = []
    let client: Endpoint
    let server: Endpoint
    private(set) lazy var c = End(transcript: self, builder: SegmentBuilder(from: client, to: server))
    private(set) lazy var s = End(transcript: self, builder: SegmentBuilder(from: server, to: client))

    init(client: Endpoint = Sample.client, server: Endpoint = Sample.server) {
        self.client = client
        self.server = server
    }

    /// Nanoseconds from one segment to the next.
    var interval: Int64 = 1_000_000
    private var clock: Int64 = 0

    /// Lets time pass besides the millisecond of each segment.
    func wait(milliseconds: Int64) { clock += milliseconds * 1_000_000 }
    func wait(nanoseconds: Int64) { clock += nanoseconds }

    func append(_ segment: SegmentBuilder) {
        let frame = segment.ipPacket()
        var header = SegmentHeader()
        let verdict = PacketDecoder.decode(frame.octets, link: .raw, originalLength: frame.count, into: &header)
        #expect(verdict == .segment)
        segments.append(
            StoredSegment(
                number: segments.count + 1, time: Timestamp(nanoseconds: clock), header: header, frame: frame,
                link: .raw, originalLength: frame.count))
        clock += interval
    }

    /// The handshake with ISNs 100 and 300: the client goes on at 101, the server at 301.
    func open() {
        c.syn(100)
        s.synAck(300, ack: 101)
        c.ack(101, ack: 301)
    }

    /// All connections of the transcript, as the first pass leaves them.
    var records: [ConnectionRecord] { Self.records(of: segments) }

    static func records(of segments: [StoredSegment], seed: UInt64 = 1) -> [ConnectionRecord] {
        var generator = SplitMix(state: seed)
        var tracker = ConnectionTracker(seed: HashSeed(&generator))
        for segment in segments {
            _ = tracker.add(segment.tracked)
        }
        return tracker.all
    }

    /// The story of a transcript that is one connection.
    var story: ConnectionStory {
        get throws { try #require(ConnectionStory(segments: segments)) }
    }

    /// Both ends' letters after each segment, client first, `?` for unknown.
    var states: [String] {
        get throws { try story.steps.map { Self.letter($0.client.state) + Self.letter($0.server.state) } }
    }

    /// Both ends' letters before the first segment.
    var statesBefore: String {
        get throws { try Self.letter(story.clientBefore.state) + Self.letter(story.serverBefore.state) }
    }

    /// Relative sequence and acknowledgment number of each segment.
    var numbers: [[UInt32]] {
        get throws { try story.steps.map { [$0.sequence.value] + ($0.acknowledgment.map { [$0.value] } ?? []) } }
    }

    var kinds: [ConnectionStory.Kind] {
        get throws { try story.steps.map(\.kind) }
    }

    static func letter(_ state: State?) -> String { state.map { String($0.letter) } ?? "?" }
}

enum Sample {
    static let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40000)
    static let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 8080)
}

extension ConnectionTracker {
    /// Every connection, in the order of first segments.
    var all: [ConnectionRecord] { (0..<count).map { self[$0] } }
}

/// A generator whose numbers are the same each time.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

extension Outcome {
    /// `handshake closed server`, as the tests write it.
    var words: String { "\(opening.rawValue) \(ending.rawValue) \(endedBy?.rawValue ?? "-")" }
}
