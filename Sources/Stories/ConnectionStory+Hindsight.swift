import CaptureFile
import FlatMemory
import TCPState
import TCPWire
import Tracking

/// Hindsight: what happens next in a connection shows which segments had arrived before, and so the states at that
/// time.
extension ConnectionStory {
    /// Settles the states that could not be decided when the segments came.
    mutating func askHindsight() {
        settleOpening()
        settleRepeatedSyns()
        settleRepeatedSynAcks()
        settleCrossedFins()
        settleRepeatedFins()
        settleLostFins()
        if record.isReflexive { mirrorClient() }
    }

    // MARK: Opening

    /// Settles both ends' states before they have sent anything, by the first segment of each. A SYN-ACK comes from a
    /// listener, and proves that an earlier SYN had arrived; an RST comes where nobody listens.
    private mutating func settleOpening() {
        guard let first = steps.first(where: \.isReal) else { return }
        let opener = first.sender
        guard first.isSYN, !first.isACK else { return }
        set(before: opener, .closed)
        // An ACK of another connection is no answer: the end that sends it still holds that other connection.
        let isAnswer = { (step: Step) in step.sender == opener.other && step.isReal && !step.classes.contains(.stray) }
        guard let answer = steps.firstIndex(where: isAnswer) else { return }
        let holdsAnother = steps[..<answer].contains { $0.sender == opener.other && $0.isReal }
        if steps[answer].isRST {
            set(before: opener.other, .closed)
            for index in 0..<answer { set(index, opener.other, .closed) }
        } else if steps[answer].isSYN, steps[answer].isACK {
            if !holdsAnother { set(before: opener.other, .listen) }
            let arrived = answeredSyn(before: answer)
            for index in 0..<arrived where !holdsAnother {
                set(index, opener.other, .listen)
                guard steps[index].isSYN, steps[index].isReal, !steps[index].isACK else { continue }
                note(.lost, index, evidence: [answer, arrived])
            }
            for index in arrived..<answer { set(index, opener.other, .synReceived) }
        } else if steps[answer].isSYN {
            set(before: opener.other, .closed)
            for index in 0..<answer { set(index, opener.other, .closed) }
        }
    }

    /// The SYN that a SYN-ACK answers: the one whose timestamp it echoes, else the last one before it.
    private func answeredSyn(before answer: Int) -> Int {
        let isSyn = { (step: Step) in step.isReal && step.isSYN && !step.isACK }
        if let echo = steps[answer].timestamps?.echoReply,
            let match = steps[..<answer].firstIndex(where: { isSyn($0) && $0.timestamps?.value == echo })
        {
            return match
        }
        return steps[..<answer].lastIndex(where: isSyn) ?? 0
    }

    /// A client that repeats its SYN had not received the SYN-ACK that was captured before: that was lost, or still on
    /// its way.
    private mutating func settleRepeatedSyns() {
        // Flags are tested first: where no SYN is set, this costs one look at each header.
        for index in steps.indices
        where steps[index].segment.header.flags.contains(.syn) && steps[index].has(.synRetry) {
            let sender = steps[index].sender
            guard steps[index].state(of: sender).state == .established else { continue }
            var earlier = index - 1
            while earlier >= 0, steps[earlier].state(of: sender).state == .established {
                guard steps[earlier].sender != sender || !steps[earlier].isReal else { break }
                set(earlier, sender, .synSent)
                if steps[earlier].isSYN, steps[earlier].isReal, !wasEchoed(earlier) {
                    note(.notTaken, earlier, evidence: [index])
                }
                earlier -= 1
            }
            var later = index
            while later < steps.count, later == index || !tellsOpening(later, to: sender) {
                set(later, sender, .synSent)
                later += 1
            }
        }
    }

    /// Whether this segment moves an end in SYN-SENT to another state, or shows that the end has left SYN-SENT.
    private func tellsOpening(_ index: Int, to party: Party) -> Bool {
        guard steps[index].isReal else { return false }
        if steps[index].isRST { return true }
        return steps[index].sender == party ? !steps[index].isSYN : steps[index].isSYN && steps[index].isACK
    }

    /// How many segments ahead an echo of a timestamp is looked for; a limit for hostile captures.
    static let echoReach = 64

    /// Whether the receiver later echoed this segment's own timestamp.
    private func wasEchoed(_ index: Int) -> Bool {
        guard let stamp = steps[index].timestamps?.value else { return false }
        return steps[(index + 1)...].prefix(Self.echoReach).contains {
            $0.sender != steps[index].sender && $0.timestamps?.echoReply == stamp
        }
    }

    /// A server that repeats its SYN-ACK had not accepted the ACK that seemed to complete the handshake.
    private mutating func settleRepeatedSynAcks() {
        for index in steps.indices.dropFirst() where steps[index].isSYN && steps[index].isACK {
            let step = steps[index]
            guard step.isReal, step.state(of: step.sender).state == .synReceived else { continue }
            var earlier = index - 1
            while earlier >= 0, let state = steps[earlier].state(of: step.sender).state,
                state == .established || state == .closeWait
            {
                // The client's ACK was still on its way.
                if steps[earlier].sender == step.sender.other, wasUnderWay(earlier, at: index) { break }
                set(earlier, step.sender, .synReceived)
                if steps[earlier].sender == step.sender.other, steps[earlier].isReal {
                    note(.notTaken, earlier, evidence: [index])
                }
                earlier -= 1
            }
        }
    }

    // MARK: Closing

    /// An end that still sends without acknowledging the other's FIN had not received it: until then it was
    /// ESTABLISHED.
    private mutating func settleCrossedFins() {
        guard
            let first = steps.indices.first(where: {
                steps[$0].client.state == .closeWait || steps[$0].server.state == .closeWait
            })
        else { return }
        for index in steps.indices.dropFirst(first + 1) where steps[index].isReal {
            let sender = steps[index].sender
            let state = steps[index].state(of: sender).state
            guard state == .established || state == .finWait1 else { continue }
            var earlier = index - 1
            while earlier >= 0, steps[earlier].state(of: sender).state == .closeWait {
                set(earlier, sender, .established)
                earlier -= 1
            }
        }
    }

    /// An end that repeats its FIN had not received the ACK of it that was captured before: that was lost, or still on
    /// its way.
    private mutating func settleRepeatedFins() {
        var firstFin: [Party: Int] = [:]
        for index in steps.indices where steps[index].isFIN && steps[index].isReal {
            let sender = steps[index].sender
            guard let first = firstFin[sender] else {
                firstFin[sender] = index
                continue
            }
            guard let now = waiting(steps[index].state(of: sender).state, as: index) else { continue }
            var earlier = index - 1
            var hadLeft = false
            while earlier >= first, let state = waiting(steps[earlier].state(of: sender).state, as: index) {
                set(earlier, sender, state)
                let changes = earlier == 0 || waiting(steps[earlier - 1].state(of: sender).state, as: index) == nil
                if changes, steps[earlier].sender != sender {
                    hadLeft = wasUnderWay(earlier, at: index)
                    if !hadLeft { note(.notTaken, earlier, evidence: [index]) }
                }
                earlier -= 1
            }
            // The ACK and the repeated FIN crossed: the ACK arrives after all, at the latest with the next segment.
            if hadLeft {
                if index + 1 < steps.count { set(index, sender, now) }
                continue
            }
            var later = index
            while later < steps.count, later == index || !acknowledgesFin(later, of: first) {
                guard steps[later].state(of: sender).state != .closed || now == .lastAck else { break }
                set(later, sender, now)
                later += 1
            }
        }
    }

    /// Whether an ACK, which should have made a repetition unnecessary, may still have been on its way when that was
    /// sent.
    private func wasUnderWay(_ earlier: Int, at index: Int) -> Bool {
        let gap = steps[index].segment.time.nanoseconds(since: steps[earlier].segment.time)
        return !steps[earlier].isReal || wasEchoed(earlier) || gap < record.handshakeDelay
    }

    /// The state of an end that still waits for the ACK of its FIN, although the first reading says that it has the
    /// ACK; `nil` where that reading may be right.
    private func waiting(_ state: State?, as index: Int) -> State? {
        switch state {
        case .closed: .lastAck
        case .finWait2: .finWait1
        case .timeWait: acknowledgesPeersFin(index) ? .closing : .finWait1
        default: nil
        }
    }

    private func acknowledgesPeersFin(_ index: Int) -> Bool {
        let half = steps[index].sender == .client ? record.server : record.client
        return half.marks.contains(.fin)
            && SequenceNumber(steps[index].segment.header.acknowledgment).isAfter(half.finSequence)
    }

    private func acknowledgesFin(_ index: Int, of fin: Int) -> Bool {
        guard steps[index].isReal else { return false }
        if steps[index].isRST { return true }
        let header = steps[fin].segment.header
        let behind = SequenceNumber(header.sequence) + header.sequenceLength
        return steps[index].sender != steps[fin].sender && steps[index].isACK
            && SequenceNumber(steps[index].segment.header.acknowledgment).isAtOrAfter(behind)
    }

    /// A FIN that is proved lost, or that was dropped according to an ICMP error, changed no state; its retransmission
    /// did. The ICMP error may be wrong: an ACK of the FIN shows that it had arrived.
    mutating func settleLostFins() {
        for index in steps.indices
        where steps[index].isFIN && (steps[index].has(.lost) || steps[index].has(.reportedDropped)) {
            let other = steps[index].sender.other
            var later = index
            while later < steps.count,
                later == index
                    || !(steps[later].isFIN && steps[later].sender == other.other && steps[later].isReal)
                        && !acknowledgesFin(later, of: index)
            {
                switch steps[later].state(of: other).state {
                case .closeWait: set(later, other, .established)
                case .timeWait: set(later, other, .finWait2)
                case .closing: set(later, other, .finWait1)
                default: break
                }
                later += 1
            }
        }
    }

    /// In a connection of a socket with itself both ends are in the same state.
    private mutating func mirrorClient() {
        serverBefore = clientBefore
        for index in steps.indices { steps[index].server = steps[index].client }
    }

    // MARK: Changing states and labels

    private mutating func set(before party: Party, _ state: State) {
        let known = EndState(state: state, provenance: .inferred)
        if party == .client { clientBefore = known } else { serverBefore = known }
    }

    private mutating func set(_ index: Int, _ party: Party, _ state: State) { steps[index].set(party, state) }

    /// Puts a label about a segment's fate before its other labels, because it matters most.
    private mutating func note(_ label: SegmentLabel, _ index: Int, evidence: [Int]) {
        guard !steps[index].has(label) else { return }
        note(.besides(ProvedLabel(label, evidence: evidence.map { steps[$0].segment.number })), of: index)
    }
}

extension ConnectionStory.Step {
    fileprivate var isSYN: Bool { segment.header.flags.contains(.syn) }
    fileprivate var isACK: Bool { segment.header.flags.contains(.ack) }
    fileprivate var isFIN: Bool { segment.header.flags.contains(.fin) }
    fileprivate var isRST: Bool { segment.header.flags.contains(.rst) }
    fileprivate var timestamps: TCPTimestamps? { segment.header.timestamps(in: segment.frame.octets) }
}
