import FlatMemory
import TCPWire

// Segments that came in IP fragments are inserted where their last fragment came.
extension SegmentBatch {
    /// A segment that came in fragments.
    private struct Joined {
        let entry: Entry
        let detail: SegmentDetail?
        /// The number of the packet at which it was found. It is inserted after this packet's segments, except those of
        /// later packets in the same frame.
        let position: Int

        func isBefore(_ other: Entry) -> Bool {
            position < other.segment.number
                || position == other.segment.number && entry.segment.number == position
                    && entry.segment.part < other.segment.part
        }
    }

    /// Reassembles the batch's fragments, together with those of the batches before. It must be called for batch after
    /// batch in the capture's order.
    ///
    /// - Parameter before: the number of packets before the first one that the batch's numbers count.
    package mutating func join(_ reassembly: inout Reassembly, after before: Int) {
        guard fragments.entries.count > 0 else { return }
        var joined = Array(repeating: [Joined](), count: Self.mostShards)
        // Moved out of `self` while they are worked on: the closure below changes `self` too.
        var fragments = FragmentBatch()
        var counts = PacketCounts()
        swap(&fragments, &self.fragments)
        swap(&counts, &self.counts)
        var errors: [ReportedError] = []
        reassembly.take(fragments, after: before, &counts, reporting: { errors.append($0) }) { take($0, &joined) }
        swap(&counts, &self.counts)
        swap(&fragments, &self.fragments)
        add(errors)
        merge(joined)
    }

    /// Takes packets that are still incomplete as they are, because no more fragments are to come.
    ///
    /// - Parameter count: the number of packets in the capture.
    package mutating func joinRest(_ reassembly: inout Reassembly, of count: Int) {
        var joined = Array(repeating: [Joined](), count: Self.mostShards)
        var counts = PacketCounts()
        reassembly.end(at: count, &counts) { take($0, &joined) }
        self.counts.add(counts)
        merge(joined)
    }

    private mutating func take(_ found: Reassembly.Segment, _ joined: inout [[Joined]]) {
        let segment = found.tracked
        let (shard, entry) = entry(segment, found.origin.offset)
        joined[shard].append(
            Joined(entry: entry, detail: isMeasured ? found.detail : nil, position: found.position))
        if found.isLate { late.append((shard, segment)) }
    }

    /// Inserts reassembled segments among those that came in one packet.
    private mutating func merge(_ joined: [[Joined]]) {
        for (shard, own) in joined.enumerated() where !own.isEmpty {
            var entries = Entries()
            var details = Details()
            swap(&entries, &shards[shard])
            swap(&details, &self.details[shard])
            var next = 0
            for index in 0...entries.count {
                while next < own.count, index == entries.count || own[next].isBefore(entries[index]) {
                    shards[shard].append(own[next].entry)
                    if let detail = own[next].detail { self.details[shard].append(detail) }
                    next += 1
                }
                guard index < entries.count else { break }
                shards[shard].append(entries[index])
                if index < details.count { self.details[shard].append(details[index]) }
            }
        }
    }
}
