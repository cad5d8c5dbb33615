import CaptureFile
import FlatMemory
import Measures
import TCPWire
import Tracking

/// What the first pass keeps besides the connections, for the stories of some.
public enum StoryChoice: Sendable, Equatable {
    case none
    /// Of all connections, where their packets lie: for a capture whose packets can be fetched again.
    case places
    /// One connection's segments with their bytes, counted from 1 in the order of first segments, up to so many.
    case connection(Int, limit: Int)
    /// Every connection's segments with their bytes, up to so many in all.
    case all(limit: Int)

    fileprivate var keepsBytes: Bool {
        switch self {
        case .none, .places: false
        case .connection, .all: true
        }
    }
}

/// How far the first pass has come.
public struct ReadingProgress: Sendable {
    /// Octets read, and octets there are; `nil` where that is not known.
    public let octets: Int?
    public let size: Int?
    public let packets: Int
}

/// The first pass over a source: packets in, connections out.
public struct CaptureAnalysis: ~Copyable {
    private var tracker: ConnectionTracker
    private var index: SegmentIndex
    /// What found the connections where several workers did; else `nil`.
    private var parallel: ParallelPass?
    public private(set) var counts = PacketCounts()
    /// The kept segments.
    private var kept: [StoredSegment] = []
    /// Where in ``kept`` the segments of each connection lie.
    private var keptPlaces: [[Int]] = []
    /// Segments that the choice asked for and the limit left out.
    public private(set) var leftOut = 0
    private let choice: StoryChoice
    private let isMeasuring: Bool
    /// By connection, where they were asked for.
    private var measured = MeasureStore()
    /// Segments on their way to the tracker.
    private var batch: SegmentBatch

    /// - Parameters:
    ///   - eviction: when to let connections go, which ``takeEnded()`` then gives; `nil` keeps all to the end.
    ///   - measuring: whether ``measures`` are taken of every connection, which costs time and memory. Not with eviction.
    public init(keeping choice: StoryChoice = .none, eviction: Eviction? = nil, measuring: Bool = false) {
        isMeasuring = measuring && eviction == nil
        var generator = SystemRandomNumberGenerator()
        let seed = HashSeed(&generator)
        tracker = ConnectionTracker(seed: seed, eviction: eviction)
        batch = SegmentBatch(seed: seed, measured: isMeasuring)
        index = SegmentIndex(isKept: choice == .places)
        self.choice = choice
    }

    /// How many connections there are.
    public var count: Int { parallel?.count ?? tracker.count }

    /// A connection by its place, from 0, in the order of first segments.
    public subscript(index: Int) -> ConnectionRecord { parallel?.connection(index) ?? tracker[index] }

    /// The same for several threads at once, where several workers found them; else `nil`. Nothing more may be read while
    /// they are shared.
    public var sharedRecords: SharedRecords? { parallel.map { SharedRecords(pass: $0) } }

    /// What was measured of a connection by its place, where that was asked for; else `nil`.
    public func measures(of index: Int) -> ConnectionMeasures? {
        isMeasuring ? parallel?.measures(of: index) ?? measured[index] : nil
    }

    /// All that was measured, copied: for captures that are known to be small.
    public var measures: [ConnectionMeasures] { (0..<count).compactMap { measures(of: $0) } }

    /// All of them, copied: for captures that are known to be small.
    public var connections: [ConnectionRecord] { (0..<count).map { self[$0] } }

    /// The connections that were let go since they were last taken.
    public mutating func takeEnded() -> [EndedConnection] { tracker.takeEnded() }

    /// Lets all connections go: nothing more is to come.
    public mutating func endAll() { tracker.endAll() }

    /// Reads a capture to its end. Called again it reads on, behind what was read: where the file has grown, or after an
    /// error.
    ///
    /// - Parameters:
    ///   - workers: how many processors may share the work on a large file. The result is the same.
    ///   - report: called now and then while reading, at least every few milliseconds where packets come. While several workers
    ///     read, what they have found is not in the analysis yet.
    ///   - isEnough: asked after each report where one worker reads: whether to read no further.
    public mutating func read(
        _ reader: inout CaptureReader, workers: Int = 1,
        reporting report: (inout CaptureAnalysis, ReadingProgress) -> Void = { _, _ in },
        until isEnough: () -> Bool = { false }
    ) throws(CaptureError) {
        if parallel != nil || workers > 1 && isDivisible && counts.packets == 0 && ParallelPass.isWorthwhile(reader) {
            try readInParallel(&reader, workers, reporting: report)
            return
        }
        var packets = PacketBatch()
        while try reader.next(&packets) {
            take(&packets, of: reader)
            reader.finish(&packets)
            let reached = progress(of: reader)
            report(&self, reached)
            if isEnough() { return }
        }
    }

    /// Whether several workers find all that is asked for.
    private var isDivisible: Bool {
        !choice.keepsBytes && !tracker.isEvicting
    }

    private mutating func take(_ packets: inout PacketBatch, of reader: borrowing CaptureReader) {
        let bytes = reader.bytes
        if choice.keepsBytes {
            while let packet = packets.next(in: bytes) {
                let place = kept.count
                take(bytes.extracting(packet.offset..<packet.offset + packet.capturedLength), packet)
                // Of what is kept only: the others' are looked for by nobody.
                if place < kept.count { kept[place].comments = reader.comments(of: packet) }
            }
        } else {
            batch.removeAll()
            batch.add(&packets, of: bytes)
            counts.add(batch.counts)
            if isMeasuring {
                measured.take(batch, shard: 0, after: 0, &tracker, &index)
            } else {
                tracker.take(batch[0], into: &index)
            }
        }
    }

    /// How far reading has come.
    public func progress(of reader: borrowing CaptureReader) -> ReadingProgress {
        ReadingProgress(octets: reader.progress, size: reader.size, packets: counts.packets)
    }

    private mutating func readInParallel(
        _ reader: inout CaptureReader, _ workers: Int,
        reporting report: (inout CaptureAnalysis, ReadingProgress) -> Void
    ) throws(CaptureError) {
        precondition(
            parallel == nil || isKnownUniquelyReferenced(&parallel), "reading on while others share the records")
        // Nobody looks at its connections while the workers change them.
        let pass =
            parallel.take() ?? ParallelPass(workers: workers, indexing: choice == .places, measuring: isMeasuring)
        defer {
            counts = pass.counts
            parallel = pass
        }
        let size = reader.size
        try pass.read(&reader) { octets, packets in
            report(&self, ReadingProgress(octets: octets, size: size, packets: packets))
        }
    }

    /// Takes one packet. Not behind what several workers have read.
    ///
    /// - Parameter isRefused: whether its receiver is known to have refused it, so that its SYN begins no connection. Not
    ///   while measuring.
    public mutating func take(_ frame: RawSpan, _ packet: borrowing CapturedPacket, isRefused: Bool = false) {
        precondition(parallel == nil, "a single packet behind what several workers have read")
        var header = SegmentHeader()
        let link = LinkType(rawValue: packet.linkType)
        let verdict = PacketDecoder.decode(frame, link: link, originalLength: packet.originalLength, into: &header)
        counts.add(verdict, of: link)
        if packet.capturedLength < packet.originalLength {
            counts.addCut(inOptions: verdict == .segment && header.optionsTruncated)
        }
        guard verdict == .segment else { return }
        let segment = TrackedSegment(header, of: packet, in: frame)
        let predecessor = isRefused ? tracker.predecessor(of: segment) : nil
        let connection: Int
        if let predecessor { connection = predecessor } else { connection = add(segment, header, frame, packet) }
        switch choice {
        case .none: break
        case .places: index.note(connection, offset: packet.blockOffset, number: packet.number)
        case .connection(let number, let limit):
            guard connection == number - 1 else { return }
            keep(connection, header, frame, packet, isRefused: predecessor != nil, limit)
        case .all(let limit):
            keep(connection, header, frame, packet, isRefused: predecessor != nil, limit)
        }
    }

    private mutating func add(
        _ segment: TrackedSegment, _ header: SegmentHeader, _ frame: RawSpan, _ packet: borrowing CapturedPacket
    ) -> Int {
        let (connection, reading) = tracker.add(segment)
        if isMeasuring {
            let isCutOff = packet.capturedLength < packet.originalLength
            measured.take(
                segment, SegmentDetail(header, in: frame, isCutOff: isCutOff), reading, tracker[connection], connection)
        }
        return connection
    }

    private mutating func keep(
        _ connection: Int, _ header: SegmentHeader, _ frame: RawSpan, _ packet: borrowing CapturedPacket,
        isRefused: Bool, _ limit: Int
    ) {
        guard kept.count < limit else {
            leftOut += 1
            return
        }
        var segment = StoredSegment(
            number: packet.number, time: packet.time, header: header, frame: Array(copying: frame),
            link: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength)
        segment.isRefused = isRefused
        while keptPlaces.count <= connection { keptPlaces.append([]) }
        keptPlaces[connection].append(kept.count)
        kept.append(segment)
    }
}

/// The connections of a pass that is over, for whoever shares the work on them.
public struct SharedRecords: Sendable {
    let pass: ParallelPass

    /// How many found them.
    public var workers: Int { pass.workers }

    /// A connection by its place, from 0, in the order of first segments.
    public subscript(index: Int) -> ConnectionRecord { pass.connection(index) }

    /// What was measured of it, where that was asked for.
    public func measures(of index: Int) -> ConnectionMeasures? { pass.measures(of: index) }
}

// The second look: one connection's segments.
extension CaptureAnalysis {
    /// One connection, counted from 1, out of the kept segments.
    ///
    /// - Parameter renumbered: count its own segments from 1, where the packets around them mean nothing to the reader.
    /// - Returns: `nil` where nothing was kept of it.
    public func stored(_ number: Int, renumbered: Bool = false) -> StoredConnection? {
        guard keptPlaces.indices.contains(number &- 1) else { return nil }
        let segments = keptPlaces[number - 1].map { kept[$0] }
        return StoredConnection(
            segments: renumbered ? segments.enumerated().map { $1.numbered($0 + 1) } : segments,
            record: self[number - 1], isRenumbered: renumbered)
    }

    /// One connection, counted from 1, its packets fetched again from where the first pass noted that they lie.
    ///
    /// - Parameter limit: at most so many segments, from the first one on.
    /// - Returns: `nil` where there is no such connection, none of its packets were noted, or the file has changed meanwhile.
    public func stored(
        _ number: Int, from reader: inout CaptureReader, limit: Int = .max
    ) throws(CaptureError) -> StoredConnection? {
        guard number >= 1, number <= count else { return nil }
        let places = parallel?.places(of: number - 1) ?? index.places(of: number - 1)
        guard !places.isEmpty else { return nil }
        var segments: [StoredSegment] = []
        segments.reserveCapacity(min(places.count, limit))
        for place in places.prefix(limit) {
            guard let segment = try StoredSegment(at: place, from: &reader) else { return nil }
            segments.append(segment)
        }
        return StoredConnection(segments: segments, record: self[number - 1])
    }
}

extension StoredSegment {
    fileprivate init?(at place: PacketPlace, from reader: inout CaptureReader) throws(CaptureError) {
        var packet = CapturedPacket()
        guard try reader.fetch(at: place.offset, &packet) else { return nil }
        let frame = reader.fetchedBytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
        let link = LinkType(rawValue: packet.linkType)
        var header = SegmentHeader()
        guard
            PacketDecoder.decode(frame, link: link, originalLength: packet.originalLength, into: &header) == .segment
        else { return nil }
        self.init(
            number: place.number, time: packet.time, header: header, frame: Array(copying: frame), link: link,
            originalLength: packet.originalLength)
        comments = reader.fetchedComments(of: packet)
    }
}
