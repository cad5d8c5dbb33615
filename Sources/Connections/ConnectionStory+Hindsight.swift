import TCPState
import TCPWire

/// What happened next tells what had arrived before.
extension ConnectionStory {
    /// Settles the states that the first reading had to leave open.
    mutating func settle() {
        settleOpening()
        settleRepeatedSynAcks()
        settleCrossedFins()
        if record.isReflexive { mirrorClient() }
    }

    /// Before an end has sent anything, its first segment tells what it was: a SYN-ACK comes from a listener, and proves
    /// that the last SYN before it had arrived; an RST comes where nobody listens.
    private mutating func settleOpening() {
        guard let first = steps.first else { return }
        let opener = first.sender
        guard first.segment.header.flags.contains(.syn), !first.segment.header.flags.contains(.ack) else { return }
        set(before: opener, .closed)
        guard let answer = steps.firstIndex(where: { $0.sender == opener.other }) else { return }
        let flags = steps[answer].segment.header.flags
        if flags.contains(.rst) {
            set(before: opener.other, .closed)
            for index in 0..<answer { set(index, opener.other, .closed) }
        } else if flags.contains(.syn), flags.contains(.ack) {
            set(before: opener.other, .listen)
            let arrived = steps[..<answer].lastIndex { $0.segment.header.flags.contains(.syn) } ?? 0
            for index in 0..<arrived { set(index, opener.other, .listen) }
            for index in arrived..<answer { set(index, opener.other, .synReceived) }
        } else if flags.contains(.syn) {
            set(before: opener.other, .closed)
            for index in 0..<answer { set(index, opener.other, .closed) }
        }
    }

    /// A server that repeats its SYN-ACK had not taken the ACK that seemed to complete the handshake.
    private mutating func settleRepeatedSynAcks() {
        for index in steps.indices.dropFirst() {
            let step = steps[index]
            let flags = step.segment.header.flags
            guard flags.contains(.syn), flags.contains(.ack), step.state(of: step.sender).state == .synReceived
            else { continue }
            var earlier = index - 1
            while earlier >= 0, let state = steps[earlier].state(of: step.sender).state,
                state == .established || state == .closeWait
            {
                set(earlier, step.sender, .synReceived)
                if steps[earlier].sender == step.sender.other { steps[earlier].isLost = true }
                earlier -= 1
            }
        }
    }

    /// An end that still sends without acknowledging the other's FIN had not got it: until then it was ESTABLISHED.
    private mutating func settleCrossedFins() {
        for index in steps.indices.dropFirst() {
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

    /// Both ends of a connection of a socket with itself are in its one state.
    private mutating func mirrorClient() {
        serverBefore = clientBefore
        for index in steps.indices { steps[index].server = steps[index].client }
    }

    private mutating func set(before party: Party, _ state: State) {
        let known = EndState(state: state, provenance: .inferred)
        if party == .client { clientBefore = known } else { serverBefore = known }
    }

    private mutating func set(_ index: Int, _ party: Party, _ state: State) {
        if party == .client { steps[index].client.state = state } else { steps[index].server.state = state }
    }
}
