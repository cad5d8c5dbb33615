import CaptureFile
import TCPState
import TCPWire
import Tracking

extension EndWord.Occasion {
    /// The packet number of the segment that the statement is about; `nil` where it is about none.
    var number: Int? {
        switch self {
        case .sent(let number), .arrived(let number, _), .lost(let number, _), .beside(let number): number
        case .moment, .asked, .before, .elsewhere: nil
        }
    }
}

extension ConnectionStory {
    /// Adds a statement to the story.
    ///
    /// - Parameter place: the index of the step that it is about; `nil` where it is about none.
    mutating func hear(_ word: EndWord, of place: Int?) {
        if word.occasion == .asked {
            guard let time = word.time, let end = word.end else { return }
            observations.append(
                StateObservation(time: time, party: word.party, state: end.state, isMini: end.isMini))
            return
        }
        if testimony == nil { testimony = Testimony(by: word.provenance) }
        if testimony?.provenance == .wire { testimony?.provenance = word.provenance }
        noteStates(word)
        if let place {
            var account = steps[place].account ?? Testimony.Account()
            account.take(word, sender: steps[place].sender)
            steps[place].account = account
        }
        let cause: Testimony.Moment.Cause
        switch word.occasion {
        case .arrived(let number, _) where word.provenance != .wire: cause = .segment(number)
        case .moment(let told): cause = told
        default: return
        }
        guard let time = word.time, let end = word.end else { return }
        var moment = Testimony.Moment(
            time: time, party: word.party, cause: cause, reasons: word.reasons, state: end.state, isMini: end.isMini,
            segmentsBefore: steps.count)
        (moment.counts, moment.ran) = (word.counts, word.ran)
        testimony?.moments.append(moment)
    }

    /// Extends an end's path through the states by what a statement reports: the states entered, or the state at the
    /// time.
    private mutating func noteStates(_ word: EndWord) {
        guard word.provenance != .wire else { return }
        func enter(_ entry: StatePath.Entry) {
            guard testimony?.paths[word.party]?.last?.state != entry.state else { return }
            testimony?.paths[word.party, default: []].append(entry)
        }
        if word.provenance == .kernel {
            guard let end = word.end else { return }
            enter(
                StatePath.Entry(
                    seen: end.state, isMini: end.isMini, time: word.time, cause: word.occasion.number))
            return
        }
        if word.occasion == .before, let end = word.end {
            enter(StatePath.Entry(state: end.state, time: nil, cause: nil, reason: nil))
        }
        for entrance in word.entered {
            enter(
                StatePath.Entry(
                    state: entrance.state, time: word.time, cause: entrance.cause, reason: entrance.reason))
        }
    }

    /// Replaces what was concluded from the packets by what the ends themselves report. For an end that reports nothing
    /// the conclusions stay.
    mutating func takeAccounts() {
        guard let testimony else { return }
        for place in steps.indices where steps[place].account != nil { applyAccount(of: place) }
        settleThirdSegment()
        for (party, entries) in testimony.paths {
            guard let first = entries.first else { continue }
            let known = EndState(state: first.state, isMini: first.isMini, provenance: testimony.provenance)
            if party == .client { clientBefore = known } else { serverBefore = known }
        }
    }

    /// Does the same for one step.
    mutating func applyAccount(of place: Int) {
        guard let account = steps[place].account, let testimony else { return }
        // If the sender has stated why it sent the segment, a conclusion could only repeat or contradict that.
        if account.reason != nil || account.original != nil { steps[place].labels = [] }
        if testimony.provenance == .kernel {
            steps[place].labels = steps[place].labels.map { $0.settled(by: account.purpose) }
        }
        // What became of the segment is reported, so these conclusions are not needed.
        steps[place].labels.removeAll { [.lost, .notTaken, .resetNotTaken].contains($0.label) }
        for party in Party.allCases {
            guard let end = party == .client ? account.client : account.server else { continue }
            steps[place].set(party, told: end, by: testimony.provenance)
        }
    }

    /// Of an end's segments with an ACK, the first one to arrive completes the handshake, even if it was not sent
    /// first.
    private mutating func settleThirdSegment() {
        guard let sent = steps.firstIndex(where: { $0.kind == .handshakeAck }) else { return }
        let sender = steps[sent].sender
        let candidates = steps.indices.filter {
            let flags = steps[$0].segment.header.flags
            return steps[$0].sender == sender && flags.contains(.ack) && flags.isDisjoint(with: [.syn, .rst])
                && steps[$0].account?.fate.arrival != nil
        }
        let first = candidates.min {
            guard let one = steps[$0].account?.fate.arrival, let other = steps[$1].account?.fate.arrival else {
                return false
            }
            return one < other
        }
        guard let first, first != sent else { return }
        steps[first].completesHandshake = true
        steps[sent].completesHandshake = false
    }
}

extension Testimony.Account {
    /// Adds what a statement says about the segment.
    fileprivate mutating func take(_ word: EndWord, sender: Party) {
        switch word.occasion {
        case .sent:
            reason = word.reasons.first ?? reason
            purpose = word.purpose ?? purpose
            original = word.original ?? original
            counts = word.counts
            set(word.party, word.end)
        case .arrived(_, let reception):
            if let time = word.time {
                switch reception {
                case .taken: fate = .arrived(at: time)
                case .dropped: fate = .dropped(at: time)
                case .useless: fate = .useless(at: time)
                }
            }
            effects = word.reasons
            set(word.party, word.end)
        case .lost(_, let loss): fate = .lost(loss)
        case .beside:
            // The sender's state while the segment arrived is not its state after sending it.
            if word.party != sender { set(word.party, word.end) }
        case .moment, .asked, .before, .elsewhere: break
        }
    }

    private mutating func set(_ party: Party, _ end: Testimony.End?) {
        guard let end else { return }
        if party == .client { client = end } else { server = end }
    }
}

extension ConnectionStory.Step {
    fileprivate mutating func set(_ party: Party, told end: Testimony.End, by provenance: Provenance) {
        let state = ConnectionStory.EndState(state: end.state, isMini: end.isMini, provenance: provenance)
        switch party {
        case .client:
            (client, clientVariables) = (state, end.variables ?? (provenance == .stack ? nil : clientVariables))
        case .server:
            (server, serverVariables) = (state, end.variables ?? (provenance == .stack ? nil : serverVariables))
        }
    }
}

extension ProvedLabel {
    /// The label with the timer named (time-out or probe), where packets leave that open and the kernel's counters show
    /// it.
    fileprivate func settled(by purpose: Transmission?) -> ProvedLabel {
        guard label == .timerRetransmission || label == .timeoutRetransmission else { return self }
        switch purpose {
        case .lossProbe: return ProvedLabel(.tailLossProbe, evidence: evidence, original: original)
        case .retransmission:
            return ProvedLabel(.timeoutRetransmission, evidence: evidence, original: original, ordinal: ordinal ?? 0)
        default: return self
        }
    }
}
