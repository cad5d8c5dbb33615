import CaptureFile
import TCPWire

/// What the packets of a source turned out to be.
@frozen public struct PacketCounts: Sendable, Equatable {
    public var packets = 0
    public var segments = 0
    /// ICMP errors that quote a TCP segment.
    public var quoted = 0
    public var fragments = 0
    public var otherTransport = 0
    public var notIP = 0
    /// Cut off before the TCP header's end.
    public var truncated = 0
    public var malformed = 0

    public init() {}

    /// Counts one packet.
    @inline(__always)
    mutating func add(_ verdict: PacketVerdict) {
        packets &+= 1
        switch verdict {
        case .segment: segments &+= 1
        case .quotedSegment: quoted &+= 1
        case .fragment: fragments &+= 1
        case .otherTransport: otherTransport &+= 1
        case .notIP: notIP &+= 1
        case .truncated: truncated &+= 1
        case .malformed: malformed &+= 1
        }
    }

    mutating func add(_ other: PacketCounts) {
        packets &+= other.packets
        segments &+= other.segments
        quoted &+= other.quoted
        fragments &+= other.fragments
        otherTransport &+= other.otherTransport
        notIP &+= other.notIP
        truncated &+= other.truncated
        malformed &+= other.malformed
    }
}

/// Which connections' segments are kept with their bytes while the first pass runs over all of them.
public enum StoryChoice: Sendable, Equatable {
    case none
    /// One connection, counted from 1 in the order of first segments.
    case connection(Int)
    /// Every connection, up to so many segments in all.
    case all(limit: Int)
}

/// The first pass over a source: packets in, connections out.
public struct CaptureAnalysis: ~Copyable {
    private var tracker: ConnectionTracker
    /// What the parallel pass found; `nil` where there was none.
    private var merged: [ConnectionRecord]?
    public private(set) var counts = PacketCounts()
    /// The kept segments with their connection's index.
    public private(set) var kept: [(connection: Int, segment: StoredSegment)] = []
    /// Where in ``kept`` the segments of each connection lie.
    private var places: [[Int]] = []
    /// Segments that the choice asked for and the limit left out.
    public private(set) var leftOut = 0
    private let choice: StoryChoice
    private var header = SegmentHeader()

    public init(keeping choice: StoryChoice = .none) {
        var generator = SystemRandomNumberGenerator()
        tracker = ConnectionTracker(seed: HashSeed(&generator))
        self.choice = choice
    }

    /// The connections, in the order of their first segments.
    public var connections: [ConnectionRecord] { merged ?? tracker.connections }

    /// Reads a capture to its end.
    ///
    /// - Parameter workers: how many processors may share the work on a large mapped file. The result is the same.
    public mutating func read(_ reader: inout CaptureReader, workers: Int = 1) throws(CaptureError) {
        if workers > 1, choice == .none, counts.packets == 0, ParallelPass.isWorthwhile(reader) {
            let pass = ParallelPass(workers: workers)
            try pass.read(&reader)
            (merged, counts) = pass.result()
            return
        }
        var packet = CapturedPacket()
        while try reader.next(&packet) {
            let frame = reader.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
            take(frame, packet)
        }
    }

    /// Takes one packet.
    public mutating func take(_ frame: RawSpan, _ packet: borrowing CapturedPacket) {
        let link = LinkType(rawValue: packet.linkType)
        let verdict = PacketDecoder.decode(
            frame, link: link, originalLength: packet.originalLength, into: &header)
        counts.add(verdict)
        guard verdict == .segment else { return }
        let connection = tracker.add(header, in: frame, at: packet.time, number: packet.number)
        if isChosen(connection) { keep(connection, frame, packet, link) }
    }

    private func isChosen(_ connection: Int) -> Bool {
        switch choice {
        case .none: false
        case .connection(let number): connection == number - 1
        case .all: true
        }
    }

    private mutating func keep(
        _ connection: Int, _ frame: RawSpan, _ packet: borrowing CapturedPacket, _ link: LinkType
    ) {
        if case .all(let limit) = choice, kept.count >= limit {
            leftOut += 1
            return
        }
        let segment = StoredSegment(
            number: packet.number, time: packet.time, header: header, frame: Array(copying: frame), link: link,
            originalLength: packet.originalLength)
        while places.count <= connection { places.append([]) }
        places[connection].append(kept.count)
        kept.append((connection, segment))
    }

    /// The story of one connection, counted from 1, out of the kept segments.
    ///
    /// - Parameter renumbered: count its own segments from 1, where the packets around them mean nothing to the reader.
    public func story(of number: Int, renumbered: Bool = false) -> ConnectionStory? {
        guard places.indices.contains(number &- 1) else { return nil }
        let segments = places[number - 1].map { kept[$0].segment }
        let reusesTuple = connections[number - 1].reusesTuple
        guard renumbered else { return ConnectionStory(segments: segments, reusesTuple: reusesTuple) }
        return ConnectionStory(
            segments: segments.enumerated().map { $1.numbered($0 + 1) }, reusesTuple: reusesTuple)
    }
}

extension Array where Element == UInt8 {
    init(copying span: RawSpan) {
        self = unsafe span.withUnsafeBytes { unsafe Array($0) }
    }
}
