import CaptureFile
import Dispatch
import FlatMemory
import Settling
import TCPWire
import Tracking

/// The second reading of a capture, for the tuples that are in doubt: gathers their segments and has them judged.
struct SecondPass {
    /// By shard.
    let tuples: [DoubtfulTuples?]
    let isMeasured: Bool
    let keepsPlaces: Bool
    /// Nothing behind the packet of this number was seen by the first pass.
    let lastNumber: Int

    var isNeeded: Bool { tuples.contains { $0 != nil } }

    /// Whether a connection of the pass is among those that are judged.
    func isJudged(_ record: Int, of shard: Int) -> Bool {
        guard let own = tuples[shard] else { return false }
        let tuple = own.number(of: record)
        return tuple > 0 && own.sizes[tuple - 1].segments <= Gathering.limit
    }

    /// By shard, tuples that are gathered in one reading.
    private typealias Round = [Range<Int>]

    /// Divides the tuples so that what is gathered at once fits into memory; one that alone does not is left out.
    private func rounds(_ settlement: Settlement) -> [Round] {
        var rounds: [Round] = []
        var held = 0
        for (shard, own) in tuples.enumerated() {
            for (place, size) in (own?.sizes ?? []).enumerated() {
                guard size.segments <= Gathering.limit else {
                    settlement.leaveOut(size.lives)
                    continue
                }
                if rounds.isEmpty || held + size.segments > Gathering.limit {
                    rounds.append(tuples.map { _ in 0..<0 })
                    held = 0
                }
                held += size.segments
                let known = rounds[rounds.count - 1][shard]
                rounds[rounds.count - 1][shard] = (known.isEmpty ? place + 1 : known.lowerBound)..<(place + 2)
            }
        }
        return rounds
    }

    /// Reads the capture once more from its start.
    ///
    /// - Parameter find: the last connection of a segment's tuple, by its shard.
    func run(
        over reader: borrowing CaptureReader, find: (TrackedSegment) -> (shard: Int, own: Int)?
    ) throws(CaptureError) -> Settlement {
        let settlement = Settlement()
        for round in rounds(settlement) {
            var gathered: [Gathering] = round.map { _ in Gathering(measured: isMeasured) }
            guard var source = try reader.again() else {
                settlement.leaveOut(tuples.reduce(0) { $0 + ($1?.sizes.reduce(0) { $0 + $1.lives } ?? 0) })
                return settlement
            }
            var packets = PacketBatch()
            var isOver = false
            while !isOver, try source.next(&packets) {
                isOver = gather(&packets, of: source, find, round, gathered)
                source.finish(&packets)
            }
            judge(gathered, round, into: settlement)
            gathered.removeAll()
        }
        return settlement
    }

    /// The same over segments that were kept; a member's place is then its own among them.
    func run(over kept: [StoredSegment], find: (TrackedSegment) -> Int?) -> Settlement {
        let settlement = Settlement()
        guard let own = tuples[0] else { return settlement }
        let gathering = Gathering(measured: isMeasured)
        for (place, segment) in kept.enumerated() {
            let tuple = find(segment.tracked).map { own.number(of: $0) } ?? 0
            if tuple > 0 { gathering.add(segment, at: place, tuple: tuple) }
        }
        judge([gathering], [1..<(own.count + 1)], into: settlement)
        return settlement
    }

    /// - Returns: whether the first pass read no further.
    private func gather(
        _ packets: inout PacketBatch, of reader: borrowing CaptureReader,
        _ find: (TrackedSegment) -> (shard: Int, own: Int)?, _ round: Round, _ gathered: [Gathering]
    ) -> Bool {
        let bytes = reader.bytes
        while let packet = packets.next(in: bytes) {
            guard packet.number <= lastNumber else { return true }
            let frame = bytes.extracting(packet.offset..<packet.offset &+ packet.capturedLength)
            gather(frame, packet, find, round, gathered)
        }
        return false
    }

    @inline(__always)
    private func gather(
        _ frame: RawSpan, _ packet: CapturedPacket, _ find: (TrackedSegment) -> (shard: Int, own: Int)?, _ round: Round,
        _ gathered: [Gathering]
    ) {
        var header = SegmentHeader()
        let verdict = PacketDecoder.decode(
            frame, link: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength, into: &header)
        guard verdict == .segment else { return }
        let segment = TrackedSegment(header, of: packet, in: frame)
        guard let (shard, record) = find(segment), let own = tuples[shard] else { return }
        let tuple = own.number(of: record)
        guard tuple > 0, round[shard].contains(tuple), own.sizes[tuple - 1].segments <= Gathering.limit else { return }
        gathered[shard].add(header, frame, packet, segment, tuple: tuple)
    }

    /// Each shard by itself, on as many processors as there are shards.
    private func judge(_ gathered: [Gathering], _ round: Round, into settlement: Settlement) {
        let judged = gathered.map { _ in Settlement() }
        let keepsPlaces = keepsPlaces
        DispatchQueue.concurrentPerform(iterations: gathered.count) { shard in
            gathered[shard].judge(tuples: round[shard], into: judged[shard], keepsPlaces: keepsPlaces)
        }
        for own in judged { settlement.add(own) }
    }
}
