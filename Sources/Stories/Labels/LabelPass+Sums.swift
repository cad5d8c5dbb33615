import FlatMemory
import TCPWire

/// Checksums that nobody had filled in when the packets were captured.
extension LabelPass {
    /// What is known of one end's checksums.
    struct Sums {
        /// Segments that could be checked, and those of them whose checksum is wrong.
        var known = 0
        var wrong = 0
        /// Wrong ones of segments that were taken all the same.
        var taken: [Int] = []
        /// Whether those have the label that says why, and how many there were when that was decided.
        var areLabelled = true
        var decided = 0

        /// Where this many checksums of one end are wrong, it is no damage: they were not filled in yet when the packets were
        /// captured (transmit checksum offload), or the capture was changed afterwards.
        var areUnfilled: Bool { wrong * 2 >= known }
    }

    /// Counts a segment's checksum.
    mutating func noteSum(_ index: Int) {
        let fact = facts[index]
        guard fact.checksum != .cannotVerify else { return }
        ends[fact.side].sums.known += 1
        if fact.checksum.isWrong { ends[fact.side].sums.wrong += 1 }
        // A handful is looked at again at once; of many, only when there are twice as many.
        let (count, decided) = (ends[fact.side].sums.taken.count, ends[fact.side].sums.decided)
        if count <= Self.handful || count >= 2 * decided { relabelSums(of: fact.side) }
    }

    private static let handful = 16

    /// Says of a segment that is taken why its checksum is not right.
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

    /// Where an end's wrong checksums turn out to be too many for damage, or too few for anything else.
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
