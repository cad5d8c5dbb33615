import CaptureFile
import FlatMemory
import Settling
import Stories
import TCPState
import TCPWire
import Tracking

/// A conversation written down segment by segment, one each millisecond, and read back as the tracker understands it.
package final class Transcript {
    /// One of the two ends; what it sends is added to the transcript.
    package struct End {
        unowned let transcript: Transcript
        package let builder: SegmentBuilder

        package func syn(_ sequence: UInt32, options: [TCPOption] = [], payload: Int = 0) {
            send(.syn, sequence, 0, payload: payload, options: options)
        }
        package func synAck(_ sequence: UInt32, ack: UInt32, options: [TCPOption] = []) {
            send([.syn, .ack], sequence, ack, options: options)
        }
        package func ack(
            _ sequence: UInt32, ack: UInt32, window: UInt16 = 65535, sack: [SACKBlock] = [],
            stamps: TCPTimestamps? = nil
        ) {
            send(.ack, sequence, ack, options: Self.options(sack, stamps), window: window)
        }
        package func data(
            _ sequence: UInt32, ack: UInt32, _ count: Int, id: UInt16? = nil, stamps: TCPTimestamps? = nil
        ) {
            send([.psh, .ack], sequence, ack, payload: count, options: Self.options([], stamps), id: id)
        }
        package func fin(_ sequence: UInt32, ack: UInt32, payload: Int = 0, stamps: TCPTimestamps? = nil) {
            send([.fin, .ack], sequence, ack, payload: payload, options: Self.options([], stamps))
        }
        package func rst(_ sequence: UInt32, ttl: UInt8 = 64) { send(.rst, sequence, 0, window: 0, ttl: ttl) }
        package func rstAck(_ sequence: UInt32, ack: UInt32) { send([.rst, .ack], sequence, ack, window: 0) }

        private static func options(_ sack: [SACKBlock], _ stamps: TCPTimestamps?) -> [TCPOption] {
            (stamps.map { [.noOperation, .noOperation, .timestamps($0)] } ?? [])
                + (sack.isEmpty ? [] : [.sack(SACKBlocks(sack))])
        }

        package func send(
            _ flags: TCPFlags, _ sequence: UInt32, _ ack: UInt32, payload: Int = 0, options: [TCPOption] = [],
            window: UInt16 = 65535, id: UInt16? = nil, ttl: UInt8 = 64, checksum: UInt16? = nil, octet: UInt8 = 0x61
        ) {
            var segment = builder.with(
                flags, sequence: sequence, acknowledgment: ack, options: options,
                payload: Array(repeating: octet, count: payload))
            segment.window = window
            segment.hopLimit = ttl
            segment.checksum = checksum
            segment.identification = id ?? transcript.nextIdentification(of: builder.source)
            transcript.append(segment)
        }
    }

    package private(set) var segments: [StoredSegment] = []
    /// What the segments that were sent were built from, by their place in ``segments``; a repetition has none.
    private(set) var built: [Int: SegmentBuilder] = [:]
    /// When the next segment is captured, in nanoseconds.
    private var clock: Int64 = 0
    /// Raw IP, or Ethernet, whose frames a VLAN can tag.
    let link: LinkType
    /// Where the next packets are captured.
    package var place = Place()
    /// A second place, at which the next packets are captured as well.
    package var secondPlace: Place?
    /// As many octets of a packet are captured, or all.
    package var snapLength = Int.max
    /// Whether both ends number their packets 1, 2, 3 (IPv4 identification); else all have 0, which says nothing.
    package var isNumbered = false
    private var identifications: [Endpoint: UInt16] = [:]
    package let client: Endpoint
    package let server: Endpoint
    package private(set) lazy var c = End(transcript: self, builder: SegmentBuilder(from: client, to: server))
    package private(set) lazy var s = End(transcript: self, builder: SegmentBuilder(from: server, to: client))

    package init(client: Endpoint = Sample.client, server: Endpoint = Sample.server, link: LinkType = .raw) {
        self.client = client
        self.server = server
        self.link = link
    }

    /// Lets time pass besides the millisecond of each segment.
    package func wait(milliseconds: Int64) { clock += milliseconds * 1_000_000 }
    package func wait(nanoseconds: Int64) { clock += nanoseconds }

    /// Lets the next segment come this long after the last one, in milliseconds.
    package func wait(_ milliseconds: Int64) { clock += (milliseconds - 1) * 1_000_000 }

    func nextIdentification(of end: Endpoint) -> UInt16 {
        guard isNumbered else { return 0 }
        identifications[end, default: 0] += 1
        return identifications[end, default: 0]
    }

    /// Lets an end skip a number, as if a packet of it had not been captured.
    package func skipIdentification(of end: End) { identifications[end.builder.source, default: 0] += 1 }

    package func append(_ segment: SegmentBuilder) {
        capture(segment, at: place, time: clock)
        if let secondPlace { capture(segment, at: secondPlace, time: clock + secondPlace.delay * 1000) }
        clock += 1_000_000
    }

    /// Lets the next segment be captured so many microseconds after the transcript's start.
    package func at(_ microseconds: Int64) { clock = microseconds * 1000 }

    /// What was sent as packet `number`, captured once more, at another place perhaps.
    ///
    /// - Parameter change: what became of it on its way there.
    package func again(_ number: Int, at place: Place = Place(), _ change: (inout SegmentBuilder) -> Void = { _ in }) {
        guard var segment = built[number - 1] else { preconditionFailure("packet \(number) was not sent here") }
        change(&segment)
        capture(segment, at: place, time: clock)
        clock += 1_000_000
    }

    private func capture(_ segment: SegmentBuilder, at place: Place, time: Int64) {
        let whole = place.frame(of: segment, link: link)
        let frame = Array(whole.prefix(snapLength))
        var header = SegmentHeader()
        let verdict = PacketDecoder.decode(frame.octets, link: link, originalLength: whole.count, into: &header)
        precondition(verdict == .segment, "a transcript is of TCP segments")
        built[segments.count] = segment
        segments.append(
            StoredSegment(
                number: segments.count + 1, time: Timestamp(nanoseconds: time), header: header, frame: frame,
                link: link, originalLength: whole.count))
    }

    /// The very packet of another transcript, a tenth of a millisecond after the last.
    package func repeatSegment(_ segment: StoredSegment) {
        segments.append(
            StoredSegment(
                number: segments.count + 1, time: Timestamp(nanoseconds: clock), header: segment.header,
                frame: segment.frame, link: segment.link, originalLength: segment.originalLength))
        clock += 100_000
    }

    /// The handshake with ISNs 100 and 300: the client goes on at 101, the server at 301.
    package func open(_ options: [TCPOption] = []) {
        c.syn(100, options: options)
        s.synAck(300, ack: 101, options: options)
        c.ack(101, ack: 301)
    }

    /// All connections of the transcript, as the first pass leaves them.
    package var records: [ConnectionRecord] { Self.records(of: segments) }

    package static func records(of segments: [StoredSegment], seed: UInt64 = 1) -> [ConnectionRecord] {
        var generator = SplitMix(state: seed)
        var tracker = ConnectionTracker(seed: HashSeed(&generator))
        for segment in segments {
            _ = tracker.add(segment.tracked)
        }
        return tracker.all
    }

    /// The story of a transcript that is one connection.
    package var story: ConnectionStory {
        get throws {
            let connections = StoredConnection.settling(segments)
            guard connections.count == 1, let story = ConnectionStory(connections[0]) else { throw NotOneConnection() }
            return story
        }
    }

    /// Both ends' letters after each segment, client first, `?` for unknown.
    package var states: [String] {
        get throws { try story.steps.map { Self.letter($0.client.state) + Self.letter($0.server.state) } }
    }

    /// Both ends' letters before the first segment.
    package var statesBefore: String {
        get throws { try Self.letter(story.clientBefore.state) + Self.letter(story.serverBefore.state) }
    }

    /// Relative sequence and acknowledgment number of each segment.
    package var numbers: [[UInt64]] {
        get throws { try story.steps.map { [$0.sequence.value] + ($0.acknowledgment.map { [$0.value] } ?? []) } }
    }

    package var kinds: [ConnectionStory.Kind] {
        get throws { try story.steps.map(\.kind) }
    }

    /// The labels of each segment.
    package var labels: [[SegmentLabel]] {
        get throws { try story.steps.map { $0.labels.map(\.label) } }
    }

    package static func letter(_ state: State?) -> String { state.map { String($0.letter) } ?? "?" }
}

package enum Sample {
    package static let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40000)
    package static let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 8080)
}

extension ConnectionTracker {
    /// Every connection, in the order of first segments.
    package var all: [ConnectionRecord] { (0..<count).map { self[$0] } }
}

/// A generator whose numbers are the same each time.
package struct SplitMix: RandomNumberGenerator {
    package var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

extension Outcome {
    /// `handshake closed server`, as the tests write it.
    package var words: String { "\(opening.rawValue) \(ending.rawValue) \(endedBy?.rawValue ?? "-")" }
}

/// A transcript that its test took for one connection is none.
struct NotOneConnection: Error {}
