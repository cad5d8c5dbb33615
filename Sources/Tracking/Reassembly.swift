import CaptureFile
import FlatMemory
import TCPWire

/// Reassembles segments that came in IP fragments, batch after batch in the capture's order, and notes where their
/// packets lie.
package struct Reassembly: Sendable {
    /// A segment that came in fragments.
    package struct Segment {
        /// The segment, with the packet from which it was reassembled.
        package let found: FragmentedSegments.Found
        /// Where the last of its packets comes from: with that one it was complete. The packet number counts as those
        /// of the batch.
        package let origin: FragmentOrigin
        /// The number of the packet at which it was found, which counts in the same way.
        let position: Int

        /// Whether the capture does not hold all of it.
        package var isCutOff: Bool { found.octets.count < found.length }
        /// Whether it is only the beginning of a packet whose rest did not come. It is found late then: after segments
        /// that came later.
        package var isLate: Bool { !found.isWhole }

        /// This segment as the tracker takes it.
        package var tracked: TrackedSegment {
            TrackedSegment(
                found.header, in: found.octets.octets, at: Timestamp(nanoseconds: origin.time), number: origin.number
            ).inPart(Int(origin.part))
        }

        /// The details of this segment that are measured.
        package var detail: SegmentDetail {
            SegmentDetail(found.header, in: found.octets.octets, isCutOff: isCutOff)
        }
    }

    private var fragmented = FragmentedSegments()
    /// Where the packets of each segment lie, if that was asked for.
    package private(set) var places: FragmentPlaces

    private let takesBeginnings: Bool

    /// - Parameters:
    ///   - isIndexed: whether ``places`` is kept.
    ///   - takesBeginnings: whether the beginning of a packet whose rest did not come is reported as a segment, which
    ///     comes late then.
    package init(isIndexed: Bool, takesBeginnings: Bool = true) {
        places = FragmentPlaces(isKept: isIndexed)
        self.takesBeginnings = takesBeginnings
    }

    /// Processes a batch's fragments.
    ///
    /// - Parameters:
    ///   - before: the number of packets before the first one that the batch's numbers count.
    ///   - counts: the counts of the batch's packets, which are corrected.
    ///   - report: is called with each ICMP error about a segment that is found; its packet number counts as those of
    ///     the batch.
    ///   - body: is called with each segment that is found.
    package mutating func take(
        _ batch: borrowing FragmentBatch, after before: Int, _ counts: inout PacketCounts,
        reporting report: (ReportedError) -> Void = { _ in }, _ body: (Segment) -> Void
    ) {
        for index in 0..<batch.entries.count {
            let entry = batch.entries[index]
            let (own, number) = (entry.origin, entry.origin.number)
            let origin = FragmentOrigin(
                number: before &+ number, offset: own.offset, time: own.time, part: own.part)
            fragmented.take(
                batch.octets.octets.extracting(entry.start..<entry.start &+ entry.count), at: entry.place,
                isDecided: entry.isDecided, from: origin)
            handOut(at: number, after: before, &counts, report, body)
        }
    }

    /// Gives up packets that are still incomplete, because no more fragments are to come.
    package mutating func end(at position: Int, _ counts: inout PacketCounts, _ body: (Segment) -> Void) {
        fragmented.end()
        // An ICMP error whose rest did not come is not reported.
        handOut(at: position, after: 0, &counts, { _ in }, body)
    }

    private mutating func handOut(
        at position: Int, after before: Int, _ counts: inout PacketCounts, _ report: (ReportedError) -> Void,
        _ body: (Segment) -> Void
    ) {
        counts.add(fragmented.takeTally())
        for found in fragmented.takeFound() {
            guard found.isWhole || takesBeginnings else {
                counts.loneFragments &+= found.origins.count
                continue
            }
            counts.addAssembled(found.verdict)
            guard let last = found.origins.max(by: { ($0.number, $0.part) < ($1.number, $1.part) }) else { continue }
            let origin = FragmentOrigin(
                number: last.number &- before, offset: last.offset, time: last.time, part: last.part)
            if found.verdict == .quotedSegment, let error = ReportedError(found, at: origin) { report(error) }
            guard found.verdict == .segment else { continue }
            places.note(found.origins, of: last)
            body(Segment(found: found, origin: origin, position: position))
        }
    }
}

extension ReportedError {
    /// An ICMP error that came in fragments.
    fileprivate init?(_ found: FragmentedSegments.Found, at origin: FragmentOrigin) {
        var error = ICMPError()
        guard
            PacketDecoder.decodeQuoted(
                found.octets.octets, link: .raw, originalLength: found.length, into: &error)
        else { return nil }
        self.init(error, number: origin.number, time: Timestamp(nanoseconds: origin.time))
    }
}

/// Where the packets of segments that came in several packets lie: 24 octets for each packet and 16 for each segment.
package struct FragmentPlaces: Sendable {
    private struct Entry: Sendable {
        /// ``PacketPlace/key`` of the segment's last packet.
        let key: Int
        let start: Int
    }

    private let isKept: Bool
    private var entries: [Entry] = []
    private var places: [PacketPlace] = []

    /// Creates an empty list. If `isKept` is false, nothing is ever noted: for passes after which no packet is fetched
    /// again.
    package init(isKept: Bool) { self.isKept = isKept }

    /// Notes the packets of a segment, among them its last one.
    mutating func note(_ packets: [FragmentOrigin], of last: FragmentOrigin) {
        guard isKept else { return }
        entries.append(Entry(key: PacketPlace(last).key, start: places.count))
        places += packets.map { PacketPlace($0) }
    }

    /// Where the packets of segments lie, by the segments' keys; without those that came in a single packet.
    package func packets(of segments: [PacketPlace]) -> [Int: [PacketPlace]] {
        guard !entries.isEmpty else { return [:] }
        let wanted = Set(segments.map(\.key))
        var found: [Int: [PacketPlace]] = [:]
        for (index, entry) in entries.enumerated() where wanted.contains(entry.key) {
            let end = index + 1 < entries.count ? entries[index + 1].start : places.count
            found[entry.key] = Array(places[entry.start..<end])
        }
        return found
    }
}

extension PacketPlace {
    /// Creates the place of a packet that holds a fragment.
    package init(_ origin: FragmentOrigin) {
        self.init(offset: origin.offset, number: origin.number, part: Int(origin.part))
    }
}
