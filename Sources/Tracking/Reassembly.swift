import CaptureFile
import FlatMemory
import TCPWire

/// Puts the segments together that came in IP fragments, batch after batch in the capture's order, and remembers where their
/// packets lie.
package struct Reassembly: Sendable {
    /// A segment that came in fragments: what a batch takes it by.
    struct Segment {
        let header: SegmentHeader
        let octets: [UInt8]
        /// Whether the capture does not hold all of it.
        let isCutOff: Bool
        /// Of the last of its packets: with that it was whole.
        let origin: FragmentOrigin
        /// The packet at which it was found, counted from the same number.
        let position: Int
        /// Whether it is the beginning of a packet whose rest did not come, so that it comes behind what it stood before.
        let isLate: Bool
    }

    private var fragmented = FragmentedSegments<FragmentOrigin>()
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
    mutating func take(
        _ batch: borrowing FragmentBatch, after before: Int, _ counts: inout PacketCounts, _ body: (Segment) -> Void
    ) {
        for index in 0..<batch.entries.count {
            let entry = batch.entries[index]
            let origin = FragmentOrigin(
                place: PacketPlace(offset: entry.offset, number: before &+ entry.number), time: entry.time)
            fragmented.take(
                batch.octets.octets.extracting(entry.start..<entry.start &+ entry.count), at: entry.place,
                isDecided: entry.isDecided, from: origin, at: entry.time.nanoseconds)
            report(at: entry.number, after: before, &counts, body)
        }
    }

    /// Gives up what waits for its rest: nothing more is to come.
    mutating func end(at position: Int, _ counts: inout PacketCounts, _ body: (Segment) -> Void) {
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
            guard found.verdict == .segment, let last = found.origins.max(by: { $0.place.number < $1.place.number })
            else { continue }
            places.note(found.origins.map(\.place), of: last.place.number)
            body(
                Segment(
                    header: found.header, octets: found.octets, isCutOff: found.octets.count < found.length,
                    origin: FragmentOrigin(
                        place: PacketPlace(offset: last.place.offset, number: last.place.number &- before),
                        time: last.time), position: position, isLate: !found.isWhole))
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
    mutating func note(_ packets: [PacketPlace], of number: Int) {
        guard isKept else { return }
        entries.append(Entry(number: number, start: places.count))
        places += packets
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
