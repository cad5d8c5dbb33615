import FlatMemory
import TCPWire

/// Labels for checksums that were not filled in yet when the packets were captured.
extension LabelPass {
    /// What is known of one end's checksums.
    struct Sums {
        /// How many segments could be checked, and how many of them have a wrong checksum.
        var known = 0
        var wrong = 0
        /// Segments with wrong checksums that were accepted nevertheless.
        var taken: [Int] = []
        /// Whether these have the label that explains it, and how many there were when this was decided.
        var areLabelled = true
        var decided = 0

        /// Whether so many checksums of the end are wrong that the segments are not damaged: the checksums were not
        /// filled in yet when the packets were captured (transmit checksum offload), or the capture was changed
        /// afterwards.
        var areUnfilled: Bool { wrong * 2 >= known }
    }

    /// Notes a segment's checksum.
    mutating func noteSum(_ index: Int) {
        let fact = facts[index]
        guard fact.checksum != .cannotVerify else { return }
        ends[fact.side].sums.known += 1
        if fact.checksum.isWrong { ends[fact.side].sums.wrong += 1 }
        // With few such segments the decision is made again at once, with many only when their number has doubled.
        let (count, decided) = (ends[fact.side].sums.taken.count, ends[fact.side].sums.decided)
        if count <= Self.handful || count >= 2 * decided { relabelSums(of: fact.side) }
    }

    private static let handful = 16

    /// Labels an accepted segment with the reason why its checksum is not correct.
    mutating func labelSum(_ index: Int) {
        let fact = facts[index]
        switch fact.checksum {
        case .partial, .zero: add(.checksumOffload, to: index)
        case .wrong:
            ends[fact.side].sums.taken.append(index)
            if ends[fact.side].sums.areLabelled { add(.checksumOffload, to: index) }
        case .correct, .cannotVerify: break
        }
    }

    /// Changes the labels, where an end's wrong checksums turn out to be too many for damage, or too few for anything
    /// else.
    mutating func relabelSums(of side: Int) {
        let sums = ends[side].sums
        guard sums.areUnfilled != sums.areLabelled else { return }
        ends[side].sums.areLabelled = sums.areUnfilled
        ends[side].sums.decided = sums.taken.count
        for index in sums.taken {
            if sums.areUnfilled { add(.checksumOffload, to: index) } else { remove([.checksumOffload], from: index) }
        }
    }
}

extension ChecksumVerdict {
    fileprivate var isWrong: Bool { if case .wrong = self { true } else { false } }
}
