import TCPWire

/// What went out again, what came, and what was said of it.
extension ExchangeTrace {
    /// Whether either end reset the connection.
    var wasReset: Bool { (sent + arrived).contains { $0.flags.contains(.rst) } }

    /// The peer's state when the driver's FIN was reached, all before it being there, and whether its own had been acknowledged
    /// before, or was by this.
    var closing: [String] {
        var (state, number, isAcknowledged): (String, UInt32, Bool) = ("", .max, false)
        var (received, finish): (NumberSet, UInt32?) = (NumberSet(), nil)
        for (_, moment) in moments {
            switch moment {
            case .state(let name): state = name
            case .sent(let sighting, _): if sighting.flags.contains(.fin) { number = sighting.end }
            case .arrived(let sighting):
                if sighting.flags.contains(.fin) { finish = sighting.textEnd }
                received.insert(sighting.sequence..<sighting.end)
                let isAnswer = sighting.acknowledgment == number
                if let finish, received.contains(0..<finish) { return [state, "\(isAcknowledged)", "\(isAnswer)"] }
                if isAnswer { isAcknowledged = true }
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
                // A program that has let go of its socket shows no state any more.
                if sighting.flags.contains([.rst, .ack]) { isOver = true }
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

extension TraceComparison {
    /// Numbers that went out again because all before was lost, on one side more often than on the other.
    var otherRepairs: Set<UInt32> {
        let (one, other) = (kernel.needful, own.needful)
        return Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }
    }

    /// Whether each report that only one side makes is right for what came to it, but for a block that Linux leaves over.
    ///
    /// - Parameter forgetting: whether the kernel may tell of a part of a stretch.
    func areReportsRight(forgetting: Bool = false) -> Bool {
        let other = Set(own.content(of: .reports))
        let one = Set(kernel.content(of: .reports)).subtracting(kernel.leftOver)
        return kernel.wrongReports(forgetting: forgetting).isDisjoint(with: one.subtracting(other))
            && own.wrongReports().isDisjoint(with: other.subtracting(kernel.content(of: .reports)))
    }
}

extension ExchangeTrace {
    /// What was lost and had not gone out again in the end.
    var missing: Set<UInt32> {
        let through = fates.reduce(into: NumberSet()) { set, entry in
            if entry.1 != .isLost { set.insert(entry.0.sequence..<entry.0.end) }
        }
        return Set(lost.keys.filter { !through.contains($0..<($0 + 1)) })
    }

    /// The text that came before the RST that ended the connection, and what the peer had acknowledged.
    var heardBeforeReset: [String] {
        var heard: [String] = []
        for (_, moment) in moments {
            switch moment {
            case .arrived(let sighting) where sighting.flags.contains(.rst): heard.append("RST \(sighting.sequence)")
            case .arrived(let sighting) where sighting.length > 0: heard.append("\(sighting.sequence)")
            case .state(PeerSocket.over): return heard
            default: break
            }
        }
        return []
    }

    /// Reports in the ACK of a FIN of what this acknowledges.
    var leftOver: Set<String> { reports { $0 == "CLOSING" || $0 == PeerSocket.over } }

    /// Reports with a block that is neither a whole stretch of what has come nor, where it is the first, something that came
    /// twice (RFC 2018 4, RFC 2883 4). What has an older timestamp than something before it may have been dropped (PAWS).
    func wrongReports(forgetting: Bool = false) -> Set<String> {
        var (received, certain, twice): (NumberSet, NumberSet, NumberSet) = (NumberSet(), NumberSet(), NumberSet())
        var newest: UInt32?
        var wrong: Set<String> = []
        for (_, moment) in moments {
            switch moment {
            case .arrived(let sighting):
                let numbers = sighting.sequence..<sighting.end
                for part in received.overlap(numbers) { twice.insert(part) }
                received.insert(numbers)
                if let newest, let stamp = sighting.stamp, Int32(bitPattern: stamp &- newest) < 0 { continue }
                newest = sighting.stamp
                certain.insert(numbers)
            case .sent(let sighting, _):
                for (place, block) in sighting.sack.enumerated() {
                    guard block.left < block.right else { continue }
                    let numbers = block.left..<block.right
                    let isStretch =
                        block.left > sighting.acknowledgment && received.contains(numbers)
                        && (forgetting || !certain.holds(block.left - 1) && !certain.holds(block.right))
                    if !isStretch, !(place == 0 && twice.contains(numbers)) { wrong.insert(sighting.report) }
                }
            case .state: break
            }
        }
        return wrong
    }

    /// Whether each RST has the number that RFC 9293 3.10.7.1 gives an answer to what came for nobody, or is the next of the
    /// stream and so an abort.
    var areResetsRight: Bool {
        var (asked, next): (Set<UInt32>, UInt32) = ([], 0)
        for (_, moment) in moments {
            switch moment {
            case .arrived(let sighting): asked.insert(sighting.acknowledgment)
            case .sent(let sighting, _):
                if sighting.flags.contains(.rst) {
                    let isRight =
                        sighting.flags.contains(.ack)
                        ? [0, next].contains(sighting.sequence) : asked.contains(sighting.sequence)
                    if !isRight { return false }
                }
                next = max(next, sighting.end)
            case .state: break
            }
        }
        return true
    }
}

/// A set of numbers, kept as stretches in order.
struct NumberSet {
    private(set) var stretches: [Range<UInt32>] = []

    mutating func insert(_ numbers: Range<UInt32>) {
        guard !numbers.isEmpty else { return }
        let touching = stretches.filter { $0.lowerBound <= numbers.upperBound && numbers.lowerBound <= $0.upperBound }
        let lower = min(numbers.lowerBound, touching.first?.lowerBound ?? .max)
        let upper = max(numbers.upperBound, touching.last?.upperBound ?? 0)
        stretches.removeAll { lower <= $0.lowerBound && $0.upperBound <= upper }
        stretches.insert(lower..<upper, at: stretches.firstIndex { $0.lowerBound > lower } ?? stretches.endIndex)
    }

    func contains(_ numbers: Range<UInt32>) -> Bool {
        stretches.contains { $0.lowerBound <= numbers.lowerBound && numbers.upperBound <= $0.upperBound }
    }

    func holds(_ number: UInt32) -> Bool { stretches.contains { $0.contains(number) } }

    func overlap(_ numbers: Range<UInt32>) -> [Range<UInt32>] {
        stretches.map { $0.clamped(to: numbers) }.filter { !$0.isEmpty }
    }
}
