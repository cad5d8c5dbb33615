import TCPWire

/// Why two peers need not do alike what they do. `Docs/differential.md` says more of each.
///
/// Each explains as little as its reason allows: what it does not speak of has to be the same, or right for what came.
package enum DifferenceKind: String, Hashable, Sendable, CaseIterable {
    /// Linux sets PSH on the last segment of every burst that it hands down, of every write and of pieces that it makes of one,
    /// ours on what empties the queue.
    case pushInsideWrite
    /// Linux fills a small window to its edge with what fits, ours waits until a segment fits, or half the largest window.
    case windowFilledToEdge
    /// Either fills a small window in the end, ours at the override time-out; when is a matter of time.
    case windowFilledLater
    /// SACK blocks take room from the text that goes with them, and how many there are when it goes is a matter of time.
    case roomForBlocks
    /// Linux sends no segment larger than half of the largest window it was ever offered, ours one as large as the window.
    case halfWindowSegments
    /// Linux divides what is written by the half of a small window already when it is written, and does not join it again.
    case smallWindowPieces
    /// How much went out before the RST came.
    case resetMeanwhile
    /// The RST came before text that was late, or after it.
    case resetOvertakesText
    /// Linux joins small segments when it sends them again.
    case joinedRepetition
    /// Something went out again that was only late.
    case needlessRepetition
    /// What was lost on one side, and so went out again, was not lost on the other.
    case otherFate
    /// Linux's ACK of a FIN that filled a gap in FIN-WAIT-1 or FIN-WAIT-2 still has the block that it has just acknowledged.
    case blockLeftOver
    /// Linux takes a duplicate that ends where its window begins for acceptable, and so its timestamp: what was sent before that
    /// and comes later then fails PAWS. For ours it lies outside, and moves nothing.
    case timestampOfDuplicate
    /// The driver, which hears the ACKs of one sooner than of the other, sent something else; each peer reports rightly what
    /// came to it.
    case otherArrivals
    /// Linux remembers four stretches of what came early; of one that it forgot meanwhile it tells a part.
    case stretchForgotten
    /// The FINs crossed here and not there.
    case crossedFINs
    /// What follows from text that is cut otherwise.
    case followsText
    /// Here the connection was over when something came once more, there it was not yet.
    case overEarlier

    func explains(_ view: Difference.View, _ comparison: TraceComparison) -> Bool {
        let (kernel, own) = (comparison.kernel, comparison.own)
        switch self {
        case .pushInsideWrite: return view == .pushes && comparison.hasSameText && comparison.arePushesRight
        case .windowFilledToEdge:
            guard view == .text, let (segment, other) = comparison.firstCut else { return false }
            return segment.length < other.length && kernel.edge(before: segment) == segment.end
        case .windowFilledLater:
            guard view == .text, let (other, segment) = comparison.firstCut else { return false }
            return segment.length < other.length && own.edge(before: segment) == segment.end
        case .roomForBlocks:
            guard view == .text, let (segment, other) = comparison.firstCut else { return false }
            return segment.sack.count != other.sack.count && segment.room == other.room
        case .halfWindowSegments:
            guard view == .text, let (segment, other) = comparison.firstCut else { return false }
            let half = Int(kernel.largestWindow(before: segment) / 2)
            return segment.length == half && other.length > half
        case .smallWindowPieces:
            guard view == .text, let (segment, other) = comparison.firstCut else { return false }
            return segment.length < other.length && kernel.pieceEnds.contains(segment.end)
        case .resetMeanwhile:
            guard kernel.wasReset, own.wasReset else { return false }
            switch view {
            case .text: return comparison.isTextPrefix
            case .pushes: return comparison.isTextPrefix && comparison.arePushesRight
            case .again: return comparison.otherRepairs.isSubset(of: kernel.missing.union(own.missing))
            default: return false
            }
        case .resetOvertakesText:
            return [.endings, .acknowledged].contains(view) && kernel.heardBeforeReset != own.heardBeforeReset
                && kernel.driverEnding == own.driverEnding && kernel.driverRead == own.driverRead
        case .joinedRepetition: return view == .again && kernel.repeated == own.repeated
        case .needlessRepetition: return view == .again && comparison.otherRepairs.isEmpty
        case .otherFate: return view == .again && comparison.otherRepairs.allSatisfy { kernel.lost[$0] != own.lost[$0] }
        case .blockLeftOver:
            let (one, two) = (Set(kernel.content(of: .reports)), Set(own.content(of: .reports)))
            return view == .reports && two.isSubset(of: one)
                && one.subtracting(two).isSubset(of: kernel.leftOver)
        case .timestampOfDuplicate:
            return view == .reports && kernel.refusesTextInOrder && !own.refusesTextInOrder
        case .otherArrivals:
            guard kernel.comings != own.comings else { return false }
            switch view {
            case .reports: return comparison.areReportsRight()
            case .resets: return kernel.areResetsRight && own.areResetsRight
            default: return false
            }
        case .stretchForgotten:
            return view == .reports && !comparison.areReportsRight() && comparison.areReportsRight(forgetting: true)
        case .crossedFINs:
            return view == .states && kernel.closing != own.closing
                && kernel.statesBeforeClosing == own.statesBeforeClosing
        case .followsText:
            guard !comparison.hasSameText else { return false }
            switch view {
            case .pushes: return comparison.arePushesRight
            case .reports: return comparison.areReportsRight()
            case .resets: return kernel.areResetsRight && own.areResetsRight
            default: return false
            }
        case .overEarlier:
            let late = (kernel.resetsWhenOver, own.resetsWhenOver)
            guard late.0 != late.1 else { return false }
            switch view {
            case .resets:
                return Set(kernel.content(of: .resets)).subtracting(late.0)
                    == Set(own.content(of: .resets)).subtracting(late.1)
            case .reports:
                let differing = Set(kernel.content(of: .reports)).symmetricDifference(own.content(of: .reports))
                return differing.isSubset(of: kernel.reports { _ in true }.union(own.reports { _ in true }))
            case .endings:
                // The driver had a question left, and the answer of nobody came or was lost.
                return kernel.peerEnding == own.peerEnding && kernel.peerRead == own.peerRead
                    && kernel.isGarbled == own.isGarbled
            default: return false
            }
        }
    }
}
