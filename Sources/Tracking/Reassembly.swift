import CaptureFile
import FlatMemory
import TCPWire

/// Puts the segments together that came in IP fragments, batch after batch in the capture's order, and remembers where their
/// packets lie.
package struct Reassembly: Sendable {
    /// A segment that came in fragments.
    package struct Segment {
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
                found.header, in: found.octets.octets, at: Timestamp(nanoseconds: origin.time), number: origin.number)
        }

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
    ///   - body: gets each segment that is found, numbered as the batch's packets are.
    package mutating func take(
        _ batch: borrowing FragmentBatch, after before: Int, _ counts: inout PacketCounts, _ body: (Segment) -> Void
    ) {
        for index in 0..<batch.entries.count {
            let entry = batch.entries[index]
            let (own, number) = (entry.origin, entry.origin.number)
            let origin = FragmentOrigin(number: before &+ number, offset: own.offset, time: own.time)
            fragmented.take(
                batch.octets.octets.extracting(entry.start..<entry.start &+ entry.count), at: entry.place,
                isDecided: entry.isDecided, from: origin)
            report(at: number, after: before, &counts, body)
        }
    }

    /// Gives up what waits for its rest: nothing more is to come.
    package mutating func end(at position: Int, _ counts: inout PacketCounts, _ body: (Segment) -> Void) {
        fragmented.end()
        report(at: position, after: 0, &counts, body)
    }

    private mutating func report(
        at position: Int, after before: Int, _ counts: inout PacketCounts, _ body: (Segment) -> Void
    ) {
        counts.add(fragmented.takeTally())
        for found in fragmented.takeFound() {
            guard found.isWhole || takesBeginnings else {
                counts.loneFragments &+= found.origins.count
                continue
            }
            counts.addAssembled(found.verdict)
            guard found.verdict == .segment, let last = found.origins.max(by: { $0.number < $1.number })
            else { continue }
            places.note(found.origins, of: last.number)
            body(
                Segment(
                    found: found,
                    origin: FragmentOrigin(number: last.number &- before, offset: last.offset, time: last.time),
                    position: position))
        }
    }
}

/// Where the packets lie of the segments that came in several: 16 octets a packet and as many a segment.
package struct FragmentPlaces: Sendable {
    private struct Entry: Sendable {
        let number: Int
        let start: Int
    }

    private let isKept: Bool
    private var entries: [Entry] = []
    private var places: [PacketPlace] = []

    package init(isKept: Bool) { self.isKept = isKept }

    /// Takes the packets of a segment.
    ///
    /// - Parameter number: the segment's.
    mutating func note(_ packets: [FragmentOrigin], of number: Int) {
        guard isKept else { return }
        entries.append(Entry(number: number, start: places.count))
        places += packets.map { PacketPlace(offset: $0.offset, number: $0.number) }
    }

    /// By the numbers of segments, where their packets lie; only of those that came in several.
    package func packets(of segments: [PacketPlace]) -> [Int: [PacketPlace]] {
        guard !entries.isEmpty else { return [:] }
        let wanted = Set(segments.map(\.number))
        var found: [Int: [PacketPlace]] = [:]
        for (index, entry) in entries.enumerated() where wanted.contains(entry.number) {
            let end = index + 1 < entries.count ? entries[index + 1].start : places.count
            found[entry.number] = Array(places[entry.start..<end])
        }
        return found
    }
}
