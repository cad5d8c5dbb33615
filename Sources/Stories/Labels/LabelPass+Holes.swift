import TCPWire
import Tracking

/// Numbers that are missing where they should be.
extension LabelPass {
    /// A stretch of one end's numbers that was jumped over.
    struct Hole {
        var start: Int64
        let end: Int64
        /// The first segment behind it.
        let index: Int
        /// The first segment that filled it, or part of it, later.
        var filler: Int?
        /// The ACK that shows that what lay here had arrived.
        var proof: Int?

        var isFilled: Bool { filler != nil }
    }

    /// Holes that are looked at when a segment might fill one; a bound for hostile captures.
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

    /// The hole that these numbers lie in, by its place among the end's.
    func hole(of side: Int, from start: Int64, to end: Int64) -> Int? {
        let holes = ends[side].holes
        return holes.indices.suffix(Self.holeLimit).last { holes[$0].start < end && start < holes[$0].end }
    }

    /// Those holes that a new ACK covers: whatever lay there had arrived.
    mutating func noteHoles(of side: Int, acknowledged place: Int64, by index: Int) {
        var position = ends[side].acknowledgedHoles
        while position < ends[side].holes.count, ends[side].holes[position].end <= place {
            ends[side].holes[position].proof = index
            labelHole(position, of: side)
            position += 1
        }
        ends[side].acknowledgedHoles = position
    }

    /// The first segment that fills a hole, or part of it.
    mutating func noteFiller(_ index: Int, of hole: Int, _ side: Int) {
        guard !ends[side].holes[hole].isFilled else { return }
        ends[side].holes[hole].filler = index
        labelHole(hole, of: side)
    }

    /// Says, as far as is known, whether what was missing came later, was acknowledged all the same, or neither.
    private mutating func labelHole(_ place: Int, of side: Int) {
        let hole = ends[side].holes[place]
        remove([.missingBefore, .captureGap], from: hole.index)
        let isGap = !hole.isFilled && hole.proof != nil
        add(
            isGap ? .captureGap : .missingBefore, to: hole.index,
            evidence: (hole.filler ?? hole.proof).map { [$0] } ?? [])
    }
}
