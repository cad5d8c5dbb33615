import CaptureFile
import FlatMemory
import TCPWire

/// Puts the segments together that came in IP fragments, batch after batch in the capture's order, and remembers where their
/// packets lie.
package struct Reassembly: Sendable {
    /// A segment that came in fragments.
    package struct Segment {
        /// The segment, with the packet that it was put together to.
        package let found: FragmentedSegments.Found
        /// Of the last of its packets: with that it was whole. Numbered as the batch's packets are.
        package let origin: FragmentOrigin
        /// The packet at which it was found, numbered so too.
        let position: Int

        /// Whether the capture does not hold all of it.
        package var isCutOff: Bool { found.octets.count < found.length }
        /// Whether it is the beginning of a packet whose rest did not come, so that it comes behind what it stood before.
        package var isLate: Bool { !found.isWhole }

        /// The same for the tracker.
        package var tracked: TrackedSegment {
            TrackedSegment(
                found.header, in: found.octets.octets, at: Timestamp(nanoseconds: origin.time), number: origin.number
            ).inPart(Int(origin.part))
        }

        /// What is measured of it.
        package var detail: SegmentDetail {
            SegmentDetail(found.header, in: found.octets.octets, isCutOff: isCutOff)
        }
    }

    private var fragmented = FragmentedSegments()
    /// Where the packets of each segment lie, where somebody will ask.
    package private(set) var places: FragmentPlaces

    private let takesBeginnings: Bool

    /// - Parameters:
    ///   - isIndexed: whether somebody will ask for ``places``.
    ///   - takesBeginnings: whether a packet whose rest did not come is told of by its beginning, which then comes late.
    package init(isIndexed: Bool, takesBeginnings: Bool = true) {
        places = FragmentPlaces(isKept: isIndexed)
        self.takesBeginnings = takesBeginnings
    }

    /// Takes a batch's fragments.
    ///
    /// - Parameters:
    ///   - before: packets that came before those that the batch's numbers count from.
    ///   - counts: how the batch's packets were counted, put right.
    ///   - report: gets each ICMP error about a segment that is found, numbered as the batch's packets are.
    ///   - body: gets each segment that is found, numbered so too.
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

    /// Gives up what waits for its rest: nothing more is to come.
    package mutating func end(at position: Int, _ counts: inout PacketCounts, _ body: (Segment) -> Void) {
        fragmented.end()
        // An error whose rest did not come is none that was found.
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

/// Where the packets lie of the segments that came in several: 24 octets a packet and 16 a segment.
package struct FragmentPlaces: Sendable {
    private struct Entry: Sendable {
        /// ``PacketPlace/key``, of the segment's last packet.
        let key: Int
        let start: Int
    }

    private let isKept: Bool
    private var entries: [Entry] = []
    private var places: [PacketPlace] = []

    /// Empty. Where the places are not kept, nothing is ever noted: for passes after which nothing is fetched again.
    package init(isKept: Bool) { self.isKept = isKept }

    /// Takes the packets of a segment, of which one is the last.
    mutating func note(_ packets: [FragmentOrigin], of last: FragmentOrigin) {
        guard isKept else { return }
        entries.append(Entry(key: PacketPlace(last).key, start: places.count))
        places += packets.map { PacketPlace($0) }
    }

    /// By the keys of segments, where their packets lie; only of those that came in several.
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
    /// The place of a fragment's packet.
    package init(_ origin: FragmentOrigin) {
        self.init(offset: origin.offset, number: origin.number, part: Int(origin.part))
    }
}
