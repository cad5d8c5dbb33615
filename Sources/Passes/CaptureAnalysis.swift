import CaptureFile
import FlatMemory
import Measures
import Settling
import TCPWire
import Tracking

/// What the first pass keeps besides the connections' records, so that stories can be made of connections later.
public enum StoryChoice: Sendable, Equatable {
    case none
    /// For each connection, where its packets lie. The capture must be one that can be read again.
    case places
    /// For each connection its segments with their bytes, at most so many in all.
    case all(limit: Int)

    var keepsBytes: Bool {
        switch self {
        case .none, .places: false
        case .all: true
        }
    }
}

/// The first pass over a source, which makes connections out of packets.
public struct CaptureAnalysis: ~Copyable {
    var tracker: ConnectionTracker
    var index: SegmentIndex
    /// The pass that has the connections, if several workers read the capture; else `nil`.
    var parallel: ParallelPass?
    /// What the packets read so far turned out to be.
    public private(set) var counts = PacketCounts()
    /// The segments that were kept with their bytes.
    private(set) var kept: [StoredSegment] = []
    /// For each connection, the indices of its segments in ``kept``.
    private(set) var keptPlaces: [[Int]] = []
    /// How many segments should have been kept, and were left out because of the limit.
    public private(set) var leftOut = 0
    let choice: StoryChoice
    let seed: HashSeed
    let isMeasuring: Bool
    /// The first ICMP errors about segments, if one worker reads.
    private var ownErrors: [ReportedError] = []
    /// Which connections the ICMP errors are about; empty before ``assignErrors()``.
    private(set) var errors = ErrorAssignment([], among: 0) { _ in preconditionFailure("no connection") }
    /// The result for the connections in doubt, once they were judged.
    var settlement: Settlement?
    /// The number of the last packet that was read, or of whatever else the capture numbers.
    private(set) var lastNumber = 0
    /// Whether the connections in doubt have been judged.
    var isSettled = false
    /// The measures of each connection, if they were asked for.
    private var measured = MeasureStore()
    /// Packets on their way to be decoded.
    private var packets = PacketBatch()
    /// Segments that were decoded and not yet tracked.
    private var batch: SegmentBatch
    /// Reassembles IP fragments.
    var reassembly: Reassembly
    private var held = HeldPackets()

    /// Octets in a part of the file, if several workers read. A file of fewer than sixteen parts is read by one worker.
    package var partSize = ParallelPass.usualPartSize
    /// How much a worker's tables may hold.
    package var limits = PassLimits()

    /// - Parameters:
    ///   - eviction: when connections are let go, which ``takeEnded()`` then returns; `nil` keeps all of them to the
    ///     end.
    ///   - measuring: whether every connection is measured, which costs time and memory. Has no effect with `eviction`.
    public init(keeping choice: StoryChoice = .none, eviction: Eviction? = nil, measuring: Bool = false) {
        isMeasuring = measuring && eviction == nil
        var generator = SystemRandomNumberGenerator()
        seed = HashSeed(&generator)
        tracker = ConnectionTracker(seed: seed, eviction: eviction)
        batch = SegmentBatch(seed: seed, measured: isMeasuring)
        index = SegmentIndex(isKept: choice == .places)
        // The beginning of a packet whose rest never comes would be processed late, when its connection may have been
        // let go.
        reassembly = Reassembly(isIndexed: choice == .places, takesBeginnings: eviction == nil)
        self.choice = choice
    }

    /// The number of connections.
    public var count: Int { parallel?.count ?? settlement?.order.count ?? tracker.count }

    /// A connection by its index, from 0, in the order of first segments.
    public subscript(index: Int) -> ConnectionRecord {
        errors.reported(settled(index), index)
    }

    private func settled(_ index: Int) -> ConnectionRecord {
        let (shard, own) = place(index)
        return parallel?.connection(shard, own) ?? tracker[own]
    }

    /// How many ICMP errors quote a segment of no connection in the capture.
    public var unknownErrors: Int { errors.unknown }

    /// The ICMP errors about a connection, by its index.
    public func errors(about index: Int) -> [ReportedError] { errors[index] }

    /// Finds out which connections the ICMP errors are about. The connections must be known by then.
    mutating func assignErrors() {
        errors = ErrorAssignment(parallel?.errors ?? ownErrors, among: count) { settled($0) }
    }

    /// The same connections for use by several threads at once, if several workers found them; else `nil`. Nothing more
    /// may be read while they are shared.
    public var sharedRecords: SharedRecords? { parallel.map { SharedRecords(pass: $0, errors: errors) } }

    /// The measures of a connection, by its index; `nil` if they were not asked for.
    public func measures(of index: Int) -> ConnectionMeasures? {
        guard isMeasuring else { return nil }
        let (shard, own) = place(index)
        return parallel?.measures(shard, own) ?? measured[own]
    }

    /// Where a connection's record is, by its index in the order of first segments: its shard, and its index there.
    func place(_ index: Int) -> (shard: Int, own: Int) {
        if let parallel { return parallel.place(index) }
        return (0, settlement.map { Int($0.order[index]) } ?? index)
    }

    /// Moves the tracker and the measures into an object, for code that needs a reference to them. ``takeBack(_:)``
    /// must follow.
    mutating func lendShard() -> PassShard {
        PassShard(lending: &tracker, &measured, seed: seed, measuring: isMeasuring)
    }

    mutating func takeBack(_ shard: PassShard) { shard.giveBack(&tracker, &measured) }

    /// All measures, copied into an array: for captures that are known to be small.
    public var measures: [ConnectionMeasures] { (0..<count).compactMap { measures(of: $0) } }

    /// All connections, copied into an array: for captures that are known to be small.
    public var connections: [ConnectionRecord] { (0..<count).map { self[$0] } }

    /// How many connections there were so far, those let go too.
    public var opened: Int { tracker.opened ?? count }

    /// The connections that were let go since this was last called.
    public mutating func takeEnded() -> [EndedConnection] { tracker.takeEnded() }

    /// Lets all remaining connections go, because no more packets are to come.
    public mutating func endAll() { tracker.endAll() }

    /// Reads a capture to its end. If it is called again, it goes on after the last packet that was read: where the
    /// file has grown, or after an error.
    ///
    /// - Parameters:
    ///   - workers: how many processors may share the work on a large file. The result does not depend on it.
    ///   - report: is called now and then during reading, at least every few milliseconds if packets come. While
    ///     several workers read, their results are not in the analysis yet.
    ///   - isEnough: is asked after each report, if one worker reads, whether to stop reading.
    /// - Throws: ``CaptureError`` if reading fails, or if there is more than can be numbered (``PassLimits``). The
    ///   packets that were read before that are in the analysis.
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

    /// Whether several workers can produce everything that was asked for.
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

    /// Processes fragments of packets that are still incomplete as they are, because no more packets are to come.
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
        // Moved out of `self`, so that no connection can be read while the workers change them.
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

    /// Processes one packet, or all packets that its frame carries, like
    /// ``take(_:number:at:link:originalLength:isRefused:)``.
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
        // Noted at once, because a connection may be let go before the end.
        if tracker.isEvicting { return tracker.note(error) }
        if ownErrors.count < SegmentBatch.mostErrors { ownErrors.append(error) }
    }

    /// Processes a packet in which the decoder found a fragment.
    ///
    /// - Returns: false if this fragment alone shows what the packet is; then its verdict must be counted.
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

    /// Processes a segment that was reassembled from fragments. Fragments come one at a time here.
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

    /// Tracks a segment.
    ///
    /// - Returns: the segment's connection; as `isRefused`, whether the segment is a SYN that its receiver refused, so
    ///   that it belongs to the connection that existed before it and opens no new one.
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
