import TCPWire

/// Why two peers need not do alike what they do. `Docs/differential.md` says more of each.
package enum DifferenceKind: String, Hashable, Sendable, CaseIterable {
    /// Linux sets PSH on every burst that it hands down, ours on what empties the queue.
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
    /// After a SYN that went out twice ours begins with one segment, Linux only after one that went out three times.
    case smallStartAfterSYN
    /// Linux joins small segments when it sends them again.
    case joinedRepetition
    /// Something went out again that was only late.
    case needlessRepetition
    /// Something went out again under other numbers, or once more, and met another fate.
    case otherFate
    /// Linux's ACK of a FIN that filled a gap in FIN-WAIT-1 or FIN-WAIT-2 still has the block that it has just acknowledged.
    case blockLeftOver
    /// Linux takes a duplicate that ends where its window begins for acceptable, and so its timestamp: what was sent before that
    /// and comes later then fails PAWS. For ours it lies outside, and moves nothing.
    case timestampOfDuplicate
    /// The driver, which hears the ACKs of one sooner than of the other, sent something else.
    case otherArrivals
    /// The FINs crossed here and not there.
    case crossedFINs
    /// What follows from text that is cut otherwise.
    case followsText
    /// What follows from other segments that went out again: an ACK more, which finds nobody.
    case followsRepetition
    /// Here the connection was over when something came once more, there it was not yet.
    case overEarlier

    func explains(_ view: Difference.View, _ comparison: TraceComparison) -> Bool {
        let (kernel, own) = (comparison.kernel, comparison.own)
        switch self {
        case .pushInsideWrite:
            guard view == .pushes else { return false }
            let pushes = Set(kernel.content(of: .pushes))
            return comparison.hasSameText && own.content(of: .pushes).allSatisfy { pushes.contains($0) }
        case .windowFilledToEdge:
            guard view == .text, let (segment, other) = comparison.firstCut else { return false }
            return segment.length < other.length && kernel.edge(before: segment) == segment.end
        case .windowFilledLater:
            guard view == .text, let (other, segment) = comparison.firstCut else { return false }
            return segment.length < other.length && own.edge(before: segment) == segment.end
        case .roomForBlocks:
            guard view == .text, let (segment, other) = comparison.firstCut else { return false }
            return segment.length + 8 * segment.sack.count == other.length + 8 * other.sack.count
        case .halfWindowSegments:
            guard view == .text, let (segment, other) = comparison.firstCut else { return false }
            let half = Int(kernel.largestWindow(before: segment) / 2)
            return segment.length == half && other.length > half
        case .smallWindowPieces:
            guard view == .text, let (segment, other) = comparison.firstCut else { return false }
            return segment.length < other.length && kernel.largestWindow(before: segment) < 8 * UInt32(other.length)
        case .resetMeanwhile:
            guard [.text, .pushes, .again].contains(view), kernel.wasReset, own.wasReset else { return false }
            let (one, two) = (kernel.content(of: .text), own.content(of: .text))
            return zip(one, two).allSatisfy { $0 == $1 }
        case .smallStartAfterSYN:
            return [.again, .text].contains(view) && (kernel.openings > 1 || own.openings > 1)
        case .joinedRepetition:
            return view == .again && kernel.repeated == own.repeated
        case .needlessRepetition:
            return view == .again && kernel.needful == own.needful
        case .otherFate: return view == .again && kernel.lost != own.lost
        case .blockLeftOver:
            let (one, two) = (Set(kernel.content(of: .reports)), Set(own.content(of: .reports)))
            return view == .reports && two.isSubset(of: one)
                && one.subtracting(two).isSubset(of: kernel.reports { $0 == "CLOSING" || $0 == PeerSocket.over })
        case .timestampOfDuplicate:
            return view == .reports && kernel.refusesTextInOrder
        case .otherArrivals:
            return [.reports, .resets].contains(view) && kernel.comings != own.comings
        case .crossedFINs:
            return view == .states && kernel.closing != own.closing
                && kernel.statesBeforeClosing == own.statesBeforeClosing
        case .followsText:
            return [.again, .pushes, .reports, .resets].contains(view) && !comparison.hasSameText
        case .followsRepetition:
            return view == .resets && kernel.content(of: .again) != own.content(of: .again)
        case .overEarlier:
            let late = (kernel.resetsWhenOver, own.resetsWhenOver)
            switch view {
            case .resets:
                return late.0 != late.1
                    && Set(kernel.content(of: .resets)).subtracting(late.0)
                        == Set(own.content(of: .resets)).subtracting(late.1)
            case .reports:
                let differing = Set(kernel.content(of: .reports)).symmetricDifference(own.content(of: .reports))
                return late.0 != late.1
                    && differing.isSubset(of: kernel.reports { _ in true }.union(own.reports { _ in true }))
            default: return false
            }
        }
    }
}

extension TraceComparison {
    var hasSameText: Bool { kernel.content(of: .text) == own.content(of: .text) }

    /// The first segments of text that are not cut alike: the kernel's and ours.
    var firstCut: (ExchangeTrace.Sighting, ExchangeTrace.Sighting)? {
        zip(kernel.textSegments, own.textSegments).first { $0.sequence == $1.sequence && $0.textEnd != $1.textEnd }
    }
}

extension ExchangeTrace {
    /// The number behind the window that the driver had offered before the peer sent this.
    func edge(before sighting: Sighting) -> UInt32 {
        offers(before: sighting).map { $0.acknowledgment &+ $0.window }.max() ?? 0
    }

    func largestWindow(before sighting: Sighting) -> UInt32 { offers(before: sighting).map(\.window).max() ?? 0 }

    private func offers(before sighting: Sighting) -> [(acknowledgment: UInt32, window: UInt32)] {
        var offers: [(UInt32, UInt32)] = []
        for (_, moment) in moments {
            switch moment {
            case .sent(let sent, _): if sent == sighting { return offers }
            case .arrived(let arrived):
                let shift = arrived.flags.contains(.syn) ? 0 : UInt32(driverScale)
                offers.append((arrived.acknowledgment, UInt32(arrived.window) << shift))
            case .state: break
            }
        }
        return offers
    }

    /// Whether either end reset the connection.
    var wasReset: Bool { (sent + arrived).contains { $0.flags.contains(.rst) } }

    /// The peer's state when the driver's FIN came, and whether its own had been acknowledged before, or was by this.
    var closing: [String] {
        var (state, number, isAcknowledged): (String, UInt32, Bool) = ("", .max, false)
        for (_, moment) in moments {
            switch moment {
            case .state(let name): state = name
            case .sent(let sighting, _): if sighting.flags.contains(.fin) { number = sighting.end }
            case .arrived(let sighting):
                if sighting.flags.contains(.fin) {
                    return [state, "\(isAcknowledged)", "\(sighting.acknowledgment == number)"]
                }
                if sighting.acknowledgment == number { isAcknowledged = true }
            }
        }
        return [state]
    }

    var statesBeforeClosing: [String] {
        states.filter { !["FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "CLOSE-WAIT", "LAST-ACK"].contains($0) }
    }

    /// How often the peer's SYN went out.
    var openings: Int { sent.filter { $0.flags.contains(.syn) }.count }

    /// Each number that went out again, and how often.
    var repeated: [UInt32: Int] {
        var times: [UInt32: Int] = [:]
        for sighting in repetitions {
            for number in sighting.sequence..<sighting.end { times[number, default: 0] += 1 }
        }
        return times
    }

    /// Numbers that went out again when all that had gone out before was lost, and how often; and how many segments went out again
    /// without such a number in them.
    private var repeatedWork: (needful: [UInt32: Int], needless: Int) {
        var (times, needless): ([UInt32: Int], Int) = ([:], 0)
        var (lost, through): (Set<UInt32>, Set<UInt32>) = ([], [])
        for (sighting, fate) in fates where sighting.end > sighting.sequence {
            let numbers = sighting.sequence..<sighting.end
            let missing = numbers.filter { lost.contains($0) && !through.contains($0) }
            for number in missing { times[number, default: 0] += 1 }
            if missing.isEmpty, numbers.allSatisfy({ through.contains($0) }) { needless += 1 }
            if fate == .isLost { lost.formUnion(numbers) } else { through.formUnion(numbers) }
        }
        return (times, needless)
    }

    var needful: [UInt32: Int] { repeatedWork.needful }
    var needlessRepetitions: Int { repeatedWork.needless }

    /// What was lost, and how often.
    var lost: [UInt32: Int] {
        var times: [UInt32: Int] = [:]
        for (sighting, fate) in fates where fate == .isLost && sighting.end > sighting.sequence {
            for number in sighting.sequence..<sighting.end { times[number, default: 0] += 1 }
        }
        return times
    }

    /// RSTs that answer what came when the connection was over.
    var resetsWhenOver: Set<String> {
        var (isOver, resets): (Bool, Set<String>) = (false, [])
        for (_, moment) in moments {
            switch moment {
            case .state(let name): isOver = name == PeerSocket.over
            case .sent(let sighting, _):
                if isOver, sighting.flags.contains(.rst) {
                    resets.insert("\(sighting.flags) \(sighting.sequence) \(sighting.acknowledgment)")
                }
            case .arrived: break
            }
        }
        return resets
    }

    /// Whether the very text that was waited for came, with a timestamp, and the next ACK did not acknowledge it.
    var refusesTextInOrder: Bool {
        guard sent.first?.options.contains("TS") == true else { return false }
        var acknowledged: UInt32 = 0
        var awaited: UInt32?
        for (_, moment) in moments {
            switch moment {
            case .arrived(let sighting):
                awaited = sighting.length > 0 && sighting.sequence == acknowledged ? acknowledged : nil
            case .sent(let sighting, _):
                if awaited == sighting.acknowledgment, !sighting.sack.isEmpty { return true }
                awaited = nil
                acknowledged = max(acknowledged, sighting.acknowledgment)
            case .state: break
            }
        }
        return false
    }

    /// Reports of what is acknowledged, that went out in certain states.
    func reports(_ isOne: (String) -> Bool) -> Set<String> {
        var (state, reports): (String, Set<String>) = ("", [])
        for (_, moment) in moments {
            switch moment {
            case .state(let name): state = name
            case .sent(let sighting, _):
                if isOne(state), let first = sighting.sack.first, first.right <= sighting.acknowledgment {
                    reports.insert(sighting.report)
                }
            case .arrived: break
            }
        }
        return reports
    }
}
