import CaptureFile
import Measures
import Passes
import Settling
import Stories
import TCPState
import TCPWire
import Tracking
import Transcripts

/// The first octet chooses: a whole capture file, or segments in a short language of their own, in which numbers are told
/// relative to what was sent before, so that deep states are near.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: count))
    _ = AskedName(input)
    guard let first = input.first else { return 0 }
    if first & 1 == 0 {
        readCapture(Array(input.dropFirst()))
    } else {
        readSegments(input.dropFirst())
    }
    return 0
}

private func readCapture(_ bytes: [UInt8]) {
    guard var reader = try? CaptureReader(bytes: bytes) else { return }
    var analysis = CaptureAnalysis(keeping: .all(limit: 2000), measuring: true)
    try? analysis.read(&reader)
    compare(analysis, bytes, reader.ending)
    analysis.settle()
    if analysis.leftOut == 0 { compareSettled(analysis, bytes) }
    check(analysis.measures, of: analysis.connections)
    let counts = analysis.counts
    let others =
        counts.quoted + counts.fragments + counts.otherTransport + counts.notIP + counts.otherLinks.values.reduce(0, +)
        + counts.concealed
        + counts.truncated + counts.malformed
    precondition(counts.packets == counts.segments + others)
    let kept = (1...max(1, analysis.count)).reduce(0) { $0 + (analysis.stored($1)?.segments.count ?? 0) }
    precondition(kept + analysis.leftOut == counts.segments)
    check(analysis.connections, segments: counts.segments)
    for number in 1...max(1, min(50, analysis.count)) {
        guard let stored = analysis.stored(number) else { continue }
        guard let story = ConnectionStory(stored) else { preconditionFailure("no story") }
        check(story)
        // The segments alone, so that the record is worked out anew.
        var cursor = ConnectionCursor(standing: stored.standing)
        for segment in stored.segments { _ = cursor.take(segment.tracked, as: segment.verdict) }
        let record = analysis[number - 1]
        var workedOut = cursor.record
        for error in stored.errors { workedOut?.note(error) }
        if analysis.leftOut == 0, stored.endedBy == nil {
            precondition(workedOut?.client.segments == record.client.segments)
            precondition(workedOut?.outcome == record.outcome)
        }
    }
}

/// One packet at a time, by batches, and by parts of the file: all three find the same.
private func compare(_ analysis: borrowing CaptureAnalysis, _ bytes: [UInt8], _ ending: CaptureEnding?) {
    guard var reader = try? CaptureReader(bytes: bytes) else { preconditionFailure("read once, and not again") }
    var batched = CaptureAnalysis(keeping: .places)
    try? batched.read(&reader)
    precondition(batched.counts == analysis.counts && batched.count == analysis.count && reader.ending == ending)
    for partSize in [32, 200, 5000] {
        guard var reader = try? CaptureReader(bytes: bytes) else { preconditionFailure("read once, and not again") }
        guard reader.isSeekable else { break }
        let pass = ParallelPass(workers: 3, partSize: partSize, indexing: true)
        try? pass.read(&reader)
        precondition(pass.counts == analysis.counts && pass.count == analysis.count && reader.ending == ending)
        for index in 0..<pass.count {
            precondition("\(pass.connection(index))" == "\(analysis[index])")
            precondition("\(batched[index])" == "\(analysis[index])")
        }
    }
}

/// What is in doubt is judged alike, whether the segments were kept or are read once more, and by however many workers.
private func compareSettled(_ analysis: borrowing CaptureAnalysis, _ bytes: [UInt8]) {
    for (workers, partSize) in [(1, 1 << 20), (2, 40), (3, 200)] {
        guard var reader = try? CaptureReader(bytes: bytes) else { preconditionFailure("read once, and not again") }
        var again = CaptureAnalysis(keeping: .places, measuring: true)
        again.partSize = partSize
        try? again.read(&reader, workers: workers)
        try? again.settle(from: reader)
        precondition(again.count == analysis.count && again.unsettled == 0)
        for index in 0..<again.count {
            precondition("\(again[index])" == "\(analysis[index])")
            precondition(
                "\(String(describing: again.measures(of: index)))"
                    == "\(String(describing: analysis.measures(of: index)))")
        }
    }
}

/// Six octets each: sender and tuple, flags, how to take the sequence number, how the acknowledgment number, length, the
/// amount that the two may use.
private func readSegments(_ input: ArraySlice<UInt8>) {
    let one = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 4000)
    let peers = [
        Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 80), one,
        Endpoint(address: IPAddress(high: 1 << 61, low: 2), port: 4000),
    ]
    var next: [UInt32] = [0xffff_fff0, 300]
    var stored: [StoredSegment] = []
    var rest = input
    while rest.count >= 6, stored.count < 400 {
        let code = Array(rest.prefix(6))
        rest = rest.dropFirst(6)
        let sender = Int(code[0] & 1)
        let peer = peers[Int(code[0] >> 1) % (code[0] > 200 ? 3 : 1)]
        let amount = UInt32(code[5])
        var header = SegmentHeader()
        (header.source, header.sourcePort) = sender == 0 ? (one.address, one.port) : (peer.address, peer.port)
        (header.destination, header.destinationPort) = sender == 0 ? (peer.address, peer.port) : (one.address, one.port)
        header.flags = TCPFlags(rawValue: UInt16(code[1] & 0x3f))
        header.sequence = number(next[sender], code[2], amount)
        header.acknowledgment = number(next[1 - sender], code[3], amount)
        header.payloadLength = code[4] == 255 ? 65_535 : UInt32(code[4] & 0x0f)
        header.window = UInt16(code[4]) << 4
        if code[2] % 8 == 0 {
            next[sender] = header.sequence &+ header.sequenceLength
        }
        stored.append(
            StoredSegment(
                number: stored.count + 1, time: Timestamp(nanoseconds: Int64(stored.count) * 400_000), header: header,
                frame: [],
                link: .raw, originalLength: 0))
    }
    var generator = SystemRandomNumberGenerator()
    var tracker = ConnectionTracker(seed: HashSeed(&generator))
    var groups: [[StoredSegment]] = []
    for segment in stored {
        let place = tracker.add(segment.tracked).connection
        if place == groups.count { groups.append([]) }
        groups[place].append(segment)
    }
    let records = (0..<tracker.count).map { tracker[$0] }
    check(records, segments: stored.count)
    precondition(groups.count == records.count)
    for segments in groups {
        let lives = StoredConnection.settling(segments)
        precondition(lives.reduce(0) { $0 + $1.segments.count } == segments.count)
        for life in lives {
            guard let story = ConnectionStory(life) else { preconditionFailure("no story") }
            check(story)
        }
    }
}

private func number(_ next: UInt32, _ code: UInt8, _ amount: UInt32) -> UInt32 {
    switch code % 8 {
    case 0: next
    case 1: next &- amount
    case 2: next &+ amount
    case 3: next &- 1
    case 4: next &+ (amount << 24)
    case 5: next &+ 0x8000_0000
    case 6: next &+ (amount << 8)
    default: amount
    }
}

private func check(_ records: [ConnectionRecord], segments: Int) {
    var total = 0
    for record in records {
        let own = Int(record.client.segments) + Int(record.server.segments)
        precondition(own > 0)
        total += own
        precondition(UInt64(record.client.retransmittedBytes) <= UInt64(own) * 65_535)
        precondition(record.outcome.endedBy == nil || record.outcome.ending != .open)
        precondition(record.client.retransmittedSegments <= record.client.segments)
    }
    precondition(total == segments)
}

/// What is measured agrees with itself and with the records.
private func check(_ measures: [ConnectionMeasures], of records: [ConnectionRecord]) {
    precondition(measures.count == records.count)
    for (record, measure) in zip(records, measures) {
        let directions = Party.allCases.map { measure.sent(by: $0, of: record) }
        let segments = Int(record.client.segments) + Int(record.server.segments)
        precondition(directions[0].segments + directions[1].segments == segments)
        for direction in directions {
            precondition(direction.dataSegments + direction.resets <= direction.segments)
            precondition(direction.retransmittedSegments + direction.outOfOrderSegments <= direction.segments)
            precondition(direction.windowMinimum <= direction.windowMaximum)
            precondition(direction.roundTrips.minimum <= direction.roundTrips.maximum)
            if let median = direction.roundTrips.median { precondition(median <= direction.roundTrips.maximum) }
            precondition(direction.straySegments >= 0)
        }
        precondition(measure.zeekHistory(of: record).utf8.count <= 300)
        _ = measure.vantage(of: record)
        _ = measure.shares(of: record)
    }
}

private func check(_ story: ConnectionStory) {
    check(Conversation(story))
    _ = AskedName(story)
    let numbers = 1...((story.steps.map(\.segment.number) + story.reports.map(\.error.number)).max() ?? 1)
    // Damaged segments, copies and RSTs that nobody took are steps of the story, but not counted.
    precondition(story.steps.count >= Int(story.record.client.segments) + Int(story.record.server.segments))
    // From a segment of another connection on, or an RST that may have been left out, either end may be in a state that is not
    // known.
    var areKnown = true
    for step in story.steps {
        let isArtefact = step.segment.verdict != .taken
        if step.classes.contains(.stray) || step.segment.header.flags.contains(.rst) { areKnown = false }
        if areKnown, !isArtefact { precondition(step.state(of: step.sender).state != nil) }
        for proved in step.labels { precondition(proved.evidence.allSatisfy { numbers ~= $0 }) }
        if let original = step.original { precondition(original != step.segment.number) }
        precondition(!step.covers.syn || step.acknowledgment != nil)
        _ = step.segment.payload.count
    }
    let observations = story.steps.prefix(3).enumerated().map { index, step in
        StateObservation(
            time: step.segment.time, party: index % 2 == 0 ? .client : .server,
            state: State.allCases[step.segment.number % State.allCases.count], isMini: index == 1)
    }
    for party in Party.allCases {
        let entries = story.path(of: party).entries
        precondition(zip(entries, entries.dropFirst()).allSatisfy { $0.state != $1.state })
    }
    checkGrowth(story, observations)
}

/// The story grows to the same one segment by segment as all at once, also where a kernel tells of states that do not fit.
private func checkGrowth(_ story: ConnectionStory, _ asked: [StateObservation]) {
    var observations = story.steps.map { Observation.segment($0.segment) }
    for (place, observation) in asked.enumerated() {
        observations.insert(.word(EndWord(observation)), at: min(observations.count, place * 3))
    }
    var growth = StoryGrowth(of: nil)
    for observation in observations { growth.take(observation) }
    precondition(growth.differences.isEmpty)
}

/// Each end's octets follow each other without overlap, whatever the segments' numbers are.
private func check(_ conversation: Conversation) {
    var ends: [Party: UInt64] = [:]
    for piece in conversation {
        precondition(piece.place == ends[piece.sender, default: 0])
        precondition(piece.octets.isEmpty == (piece.missing > 0))
        ends[piece.sender] = piece.place &+ piece.missing &+ UInt64(piece.octets.count)
    }
}
