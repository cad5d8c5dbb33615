import TCPWire
import Tracking

/// Labels for numbers that are missing.
extension LabelPass {
    /// A range of one end's numbers that was skipped.
    struct Hole {
        var start: Int64
        let end: Int64
        /// The first segment after it.
        let index: Int
        /// The first segment that filled it, or a part of it, later.
        var filler: Int?
        /// The ACK that shows that the missing numbers had arrived.
        var proof: Int?

        var isFilled: Bool { filler != nil }
    }

    /// How many holes are compared with a segment that might fill one; a limit for hostile captures.
    private static let holeLimit = 64

    mutating func labelHole(_ index: Int, at start: Int64) {
        let side = facts[index].side
        guard let next = ends[side].next, start > next else { return }
        ends[side].holes.append(Hole(start: next, end: start, index: index))
        labelHole(ends[side].holes.count - 1, of: side)
        if let acknowledged = ends[side].acknowledged {
            noteHoles(of: side, acknowledged: acknowledged.place, by: acknowledged.index)
        }
    }

    /// The index of the end's last hole that overlaps these numbers.
    func hole(of side: Int, from start: Int64, to end: Int64) -> Int? {
        let holes = ends[side].holes
        return holes.indices.suffix(Self.holeLimit).last { holes[$0].start < end && start < holes[$0].end }
    }

    /// Notes which holes a new ACK covers: the missing numbers had arrived.
    mutating func noteHoles(of side: Int, acknowledged place: Int64, by index: Int) {
        var position = ends[side].acknowledgedHoles
        while position < ends[side].holes.count, ends[side].holes[position].end <= place {
            ends[side].holes[position].proof = index
            labelHole(position, of: side)
            position += 1
        }
        ends[side].acknowledgedHoles = position
    }

    /// Notes the first segment that fills a hole, or a part of it.
    mutating func noteFiller(_ index: Int, of hole: Int, _ side: Int) {
        guard !ends[side].holes[hole].isFilled else { return }
        ends[side].holes[hole].filler = index
        labelHole(hole, of: side)
    }

    /// Labels the segment after a hole, as far as is known: whether the missing numbers came later, were acknowledged
    /// without being captured, or neither.
    private mutating func labelHole(_ place: Int, of side: Int) {
        let hole = ends[side].holes[place]
        remove([.missingBefore, .captureGap], from: hole.index)
        let isGap = !hole.isFilled && hole.proof != nil
        add(
            isGap ? .captureGap : .missingBefore, to: hole.index,
            evidence: (hole.filler ?? hole.proof).map { [$0] } ?? [])
    }
}
