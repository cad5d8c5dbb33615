import CaptureFile
import FlatMemory
import Measures
import Settling
import TCPWire
import Tracking

/// What the first pass keeps besides the connections, for the stories of some.
public enum StoryChoice: Sendable, Equatable {
    case none
    /// Of all connections, where their packets lie: for a capture that can be read again.
    case places
    /// Every connection's segments with their bytes, up to so many in all.
    case all(limit: Int)

    var keepsBytes: Bool {
        switch self {
        case .none, .places: false
        case .all: true
        }
    }
}

/// How far the first pass has come.
public struct ReadingProgress: Sendable {
    /// Octets of the file read so far; `nil` of a packed file or a stream.
    public let octets: Int?
    /// Octets of the file as it is stored; `nil` where the system does not know.
    public let size: Int?
    /// Packets read so far.
    public let packets: Int

    /// What a source that is no file has come to.
    public init(octets: Int?, size: Int?, packets: Int) {
        (self.octets, self.size, self.packets) = (octets, size, packets)
    }
}

/// The first pass over a source: packets in, connections out.
public struct CaptureAnalysis: ~Copyable {
    var tracker: ConnectionTracker
    var index: SegmentIndex
    /// What found the connections where several workers did; else `nil`.
    var parallel: ParallelPass?
    /// What the packets read so far turned out to be.
    public private(set) var counts = PacketCounts()
    /// The kept segments.
    private(set) var kept: [StoredSegment] = []
    /// Where in ``kept`` the segments of each connection lie.
    private(set) var keptPlaces: [[Int]] = []
    /// Segments that the choice asked for and the limit left out.
    public private(set) var leftOut = 0
    let choice: StoryChoice
    let seed: HashSeed
    let isMeasuring: Bool
    /// The ICMP errors about segments, the first of them, where one worker reads.
    private var ownErrors: [ReportedError] = []
    /// Which connections they are about, since ``assignErrors()``.
    private(set) var errors = ErrorAssignment([], among: 0) { _ in preconditionFailure("no connection") }
    /// What became of the connections in doubt, once they were judged.
    var settlement: Settlement?
    /// How many packets, and what else is numbered, have been read of the capture.
    private(set) var lastNumber = 0
    /// Whether the connections in doubt were judged.
    var isSettled = false
    /// By connection, where they were asked for.
    private var measured = MeasureStore()
    /// Packets on their way to be decoded.
    private var packets = PacketBatch()
    /// Segments on their way to the tracker.
    private var batch: SegmentBatch
    /// The fragments, and the packets of those that wait for others.
    var reassembly: Reassembly
    private var held = HeldPackets()

    /// Octets of a part where several workers read. Files that have no more than sixteen of them are read by one.
    package var partSize = ParallelPass.usualPartSize
    /// How much a worker's tables may hold.
    package var limits = PassLimits()

    /// - Parameters:
    ///   - eviction: when to let connections go, which ``takeEnded()`` then gives; `nil` keeps all to the end.
    ///   - measuring: whether ``measures`` are taken of every connection, which costs time and memory. Not with eviction.
    public init(keeping choice: StoryChoice = .none, eviction: Eviction? = nil, measuring: Bool = false) {
        isMeasuring = measuring && eviction == nil
        var generator = SystemRandomNumberGenerator()
        seed = HashSeed(&generator)
        tracker = ConnectionTracker(seed: seed, eviction: eviction)
        batch = SegmentBatch(seed: seed, measured: isMeasuring)
        index = SegmentIndex(isKept: choice == .places)
        // The beginning of a packet whose rest never comes would reach its connection late, when that may have been let go.
        reassembly = Reassembly(isIndexed: choice == .places, takesBeginnings: eviction == nil)
        self.choice = choice
    }

    /// How many connections there are.
    public var count: Int { parallel?.count ?? settlement?.order.count ?? tracker.count }

    /// A connection by its place, from 0, in the order of first segments.
    public subscript(index: Int) -> ConnectionRecord {
        errors.reported(settled(index), index)
    }

    private func settled(_ index: Int) -> ConnectionRecord {
        let (shard, own) = place(index)
        return parallel?.connection(shard, own) ?? tracker[own]
    }

    /// How many ICMP errors quote a segment of no connection in the capture.
    public var unknownErrors: Int { errors.unknown }

    /// The ICMP errors about a connection by its place.
    public func errors(about index: Int) -> [ReportedError] { errors[index] }

    /// Finds out which connections the ICMP errors are about, once it is known which there are.
    mutating func assignErrors() {
        errors = ErrorAssignment(parallel?.errors ?? ownErrors, among: count) { settled($0) }
    }

    /// The same for several threads at once, where several workers found them; else `nil`. Nothing more may be read while
    /// they are shared.
    public var sharedRecords: SharedRecords? { parallel.map { SharedRecords(pass: $0, errors: errors) } }

    /// What was measured of a connection by its place, where that was asked for; else `nil`.
    public func measures(of index: Int) -> ConnectionMeasures? {
        guard isMeasuring else { return nil }
        let (shard, own) = place(index)
        return parallel?.measures(shard, own) ?? measured[own]
    }

    /// Where a connection is, by its place in the order of first segments: its shard, and its own place there.
    func place(_ index: Int) -> (shard: Int, own: Int) {
        if let parallel { return parallel.place(index) }
        return (0, settlement.map { Int($0.order[index]) } ?? index)
    }

    /// Lends the tracker, and what is measured, to whoever needs them as an object.
    mutating func lendShard() -> PassShard {
        PassShard(lending: &tracker, &measured, seed: seed, measuring: isMeasuring)
    }

    mutating func takeBack(_ shard: PassShard) { shard.giveBack(&tracker, &measured) }

    /// All that was measured, copied: for captures that are known to be small.
    public var measures: [ConnectionMeasures] { (0..<count).compactMap { measures(of: $0) } }

    /// All of them, copied: for captures that are known to be small.
    public var connections: [ConnectionRecord] { (0..<count).map { self[$0] } }

    /// How many connections there were so far, those let go too.
    public var opened: Int { tracker.opened ?? count }

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
    /// - Throws: ``CaptureError`` where reading fails, or there is more than can be numbered (``PassLimits``); what was read
    ///   before that is there.
    public mutating func read(
        _ reader: inout CaptureReader, workers: Int = 1,
        reporting report: (inout CaptureAnalysis, ReadingProgress) -> Void = { _, _ in },
        until isEnough: () -> Bool = { false }
    ) throws(CaptureError) {
        precondition(!isSettled, "reading on behind what was judged")
        defer { lastNumber = reader.count }
        if parallel != nil
            || workers > 1 && isDivisible && counts.packets == 0 && ParallelPass.isWorthwhile(reader, partSize)
        {
            try readInParallel(&reader, workers, reporting: report)
            return
        }
        while try takeNext(of: &reader) {
            let reached = progress(of: reader)
            report(&self, reached)
            if isEnough() { return }
        }
    }

    /// Takes the next packets of a capture that lie at hand together.
    ///
    /// - Returns: false where there are none.
    mutating func takeNext(of reader: inout CaptureReader) throws(CaptureError) -> Bool {
        defer { lastNumber = reader.count }
        guard try reader.next(&self.packets) else { return false }
        // Taken out of `self`, which takes them.
        var packets = PacketBatch()
        swap(&packets, &self.packets)
        defer { swap(&packets, &self.packets) }
        take(&packets, of: reader)
        reader.finish(&packets)
        if limits.areReached(by: tracker, index) { throw .tooLarge(path: reader.path) }
        return true
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
                // Comments are read only for segments that are kept.
                if place < kept.count { kept[place].comments = reader.comments(of: packet) }
            }
        } else {
            batch.removeAll()
            batch.add(&packets, of: bytes)
            batch.join(&reassembly, after: 0)
            takeBatch()
        }
    }

    private mutating func takeBatch() {
        counts.add(batch.counts)
        if isMeasuring {
            measured.take(batch, shard: 0, after: 0, &tracker, &index)
        } else {
            tracker.take(batch[0], into: &index)
        }
        tracker.doubtLate(batch, shard: 0)
        for error in batch.errors { keep(error) }
    }

    /// Takes the fragments that wait for others as they are: nothing more is to come.
    mutating func takeRest() {
        if let parallel {
            parallel.takeRest(of: lastNumber)
            counts = parallel.counts
        } else {
            var found: [Reassembly.Segment] = []
            reassembly.end(at: lastNumber, &counts) { found.append($0) }
            for segment in found { take(segment, isRefused: false) }
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
        // Taken out of `self`: no connection may be read while the workers change them.
        let pass =
            parallel.take()
            ?? ParallelPass(
                workers: workers, partSize: partSize, indexing: choice == .places, measuring: isMeasuring,
                limits: limits)
        defer {
            counts = pass.counts
            parallel = pass
        }
        let size = reader.size
        try pass.read(&reader) { octets, packets in
            report(&self, ReadingProgress(octets: octets, size: size, packets: packets))
        }
    }

    /// Takes one packet, or all that its frame carries, as ``take(_:number:at:link:originalLength:isRefused:)``.
    mutating func take(_ frame: RawSpan, _ packet: borrowing CapturedPacket, isRefused: Bool = false) {
        precondition(parallel == nil, "a single packet behind what several workers have read")
        let link = LinkType(rawValue: packet.linkType)
        let isCutOff = packet.capturedLength < packet.originalLength
        var (part, count) = (0, 1)
        while part < count {
            defer { part += 1 }
            var header = SegmentHeader()
            var finding = PacketDecoder.Finding()
            let verdict = PacketDecoder.decode(
                frame, link: link, originalLength: packet.originalLength, part: part, into: &header, noting: &finding)
            count = finding.partCount
            if let fragment = finding.fragment,
                take(frame, packet, part: part, at: fragment, verdict, isRefused: isRefused)
            {
                continue
            }
            counts.add(verdict, of: link, part: part, isCutOff: isCutOff, isOptionCut: header.optionsTruncated)
            switch verdict {
            case .segment: take(header, frame, packet, part: part, isRefused: isRefused)
            case .quotedSegment: keepError(frame, packet, part: part)
            default: break
            }
        }
    }

    private mutating func take(
        _ header: SegmentHeader, _ frame: RawSpan, _ packet: borrowing CapturedPacket, part: Int, isRefused: Bool
    ) {
        let isCutOff = packet.capturedLength < packet.originalLength
        let (connection, isKnown) = add(
            TrackedSegment(header, of: packet, in: frame).inPart(part),
            SegmentDetail(header, in: frame, isCutOff: isCutOff), isRefused)
        switch choice {
        case .none: break
        case .places: index.note(connection, offset: packet.blockOffset, number: packet.number, part: part)
        case .all:
            keep(
                StoredSegment(StoredPacket(packet, number: packet.number, part: part, frame), header), of: connection,
                isRefused: isKnown)
        }
    }

    private mutating func keepError(_ frame: RawSpan, _ packet: borrowing CapturedPacket, part: Int) {
        var error = ICMPError()
        let isRead = PacketDecoder.decodeQuoted(
            frame, link: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength, part: part,
            into: &error)
        if isRead { keep(ReportedError(error, number: packet.number, time: packet.time)) }
    }

    private mutating func keep(_ error: ReportedError) {
        // Noted at once: a connection that is let go will not be there at the end.
        if tracker.isEvicting { return tracker.note(error) }
        if ownErrors.count < SegmentBatch.mostErrors { ownErrors.append(error) }
    }

    /// Takes a packet in which a fragment was met.
    ///
    /// - Returns: false where it is known without the others what it is.
    private mutating func take(
        _ frame: RawSpan, _ packet: borrowing CapturedPacket, part: Int, at place: FragmentPlace,
        _ verdict: PacketVerdict, isRefused: Bool
    ) -> Bool {
        var fragments = FragmentBatch()
        let isCutOff = packet.capturedLength < packet.originalLength
        let isOpen = fragments.add(
            frame, at: place, verdict, isCutOff: isCutOff, from: FragmentOrigin(packet, part: part))
        if isOpen {
            counts.add(
                .fragment, of: LinkType(rawValue: packet.linkType), part: part, isCutOff: isCutOff, isOptionCut: false)
            if choice.keepsBytes { held.add(StoredPacket(packet, number: packet.number, part: part, frame)) }
        }
        var found: [Reassembly.Segment] = []
        var errors: [ReportedError] = []
        reassembly.take(fragments, after: 0, &counts, reporting: { errors.append($0) }) { found.append($0) }
        for error in errors { keep(error) }
        for segment in found { take(segment, isRefused: isRefused) }
        return isOpen
    }

    /// Takes a segment that was found in fragments that came one at a time.
    private mutating func take(_ segment: Reassembly.Segment, isRefused: Bool) {
        let (connection, isKnown) = add(segment.tracked, segment.detail, isRefused)
        if segment.isLate { tracker.doubt(connection) }
        switch choice {
        case .none: break
        case .places:
            index.note(
                connection, offset: segment.origin.offset, number: segment.origin.number,
                part: Int(segment.origin.part))
        case .all:
            let packets = segment.found.origins.map { PacketPlace($0).key }.sorted().compactMap { held.take($0) }
            guard packets.count == segment.found.origins.count,
                let stored = StoredSegment(segment.found, in: packets)
            else {
                leftOut += 1
                return
            }
            keep(stored, of: connection, isRefused: isKnown)
        }
    }

    /// Counts a segment for its connection.
    ///
    /// - Returns: the connection, and whether the segment belongs to one that existed before it. A SYN that its receiver refused
    ///   opens no new connection where there is one already.
    private mutating func add(
        _ segment: TrackedSegment, _ detail: @autoclosure () -> SegmentDetail, _ isRefused: Bool
    ) -> (connection: Int, isRefused: Bool) {
        if isRefused, let predecessor = tracker.predecessor(of: segment) { return (predecessor, true) }
        let (connection, reading) = tracker.add(segment)
        if isMeasuring { measured.take(segment, detail(), reading, tracker[connection], connection) }
        return (connection, false)
    }

    private mutating func keep(_ segment: StoredSegment, of connection: Int, isRefused: Bool) {
        guard case .all(let limit) = choice, kept.count < limit else {
            leftOut += 1
            return
        }
        var segment = segment
        if isRefused { segment.verdict = .refused(.syn) }
        while keptPlaces.count <= connection { keptPlaces.append([]) }
        keptPlaces[connection].append(kept.count)
        kept.append(segment)
    }
}
