import TCPState

/// How a connection came to be, as far as the capture shows.
public enum Opening: String, Sendable, CaseIterable {
    /// SYN, SYN-ACK, ACK, each acknowledging the other's ISN + 1.
    case handshake
    /// Both ends sent a SYN (RFC 9293 3.5, Figure 7).
    case simultaneous
    /// SYNs, and no answer of any kind.
    case unanswered
    /// The SYN was answered with an RST.
    case refused
    /// The SYN was answered with an ICMP error: port unreachable, prohibited, no route, or time exceeded.
    case portUnreachable = "port-unreachable"
    case prohibited
    case unreachable
    case expired = "time-exceeded"
    /// The client gave up (RST or FIN) before it was answered.
    case abandoned
    /// A SYN-ACK that the client did not acknowledge, or answered with an RST, or whose ACK the server did not accept.
    case halfOpen = "half-open"
    /// Part of a handshake: the rest was not captured.
    case partial
    /// No SYN: the capture starts in the middle.
    case midstream
}

/// How a connection ended.
public enum Ending: String, Sendable, CaseIterable {
    /// It never opened, so there was nothing to end.
    case none
    /// Neither FIN nor RST: still open where the capture ends.
    case open
    /// Both FINs, both acknowledged.
    case closed
    /// Both FINs, not both acknowledged.
    case closing
    /// One FIN: the other direction is still open.
    case halfClosed = "half-closed"
    /// An RST.
    case reset
}

/// Which end waits in TIME-WAIT where the capture ends (RFC 9293 3.4.3): the one that closed first, unless both did.
public enum TimeWait: String, Sendable, CaseIterable {
    case none, client, server, both
}

/// How a connection started and ended, and who ended it.
public struct Outcome: Sendable, Equatable {
    /// How the connection opened.
    public let opening: Opening
    /// How the connection ended; ``Ending/none`` where it never opened.
    public let ending: Ending
    /// Who sent the first FIN, or the RST; `nil` where nobody ended it.
    public let endedBy: Party?
    /// Which end waits in TIME-WAIT.
    public internal(set) var timeWait = TimeWait.none
    /// Who still holds the connection though the other end has given it up: half-open (RFC 9293 3.5.1). `nil` where
    /// nobody does.
    public internal(set) var heldBy: Party?

    init(opening: Opening, ending: Ending, endedBy: Party?) {
        self.opening = opening
        self.ending = ending
        self.endedBy = endedBy
    }
}

extension ConnectionRecord {
    /// How the connection started and ended, as far as its record tells.
    public var outcome: Outcome {
        var outcome = settled
        let client = halves[side(of: .client)].state
        let server = halves[side(of: .server)].state
        switch (client == .timeWait, server == .timeWait) {
        case (true, true): outcome.timeWait = isReflexive ? .client : .both
        case (true, false): outcome.timeWait = .client
        case (false, true): outcome.timeWait = .server
        case (false, false): outcome.timeWait = .none
        }
        if Self.holds(client), server == .closed { outcome.heldBy = .client }
        if Self.holds(server), client == .closed { outcome.heldBy = .server }
        return outcome
    }

    /// Whether an end in this state assumes that the other end still has the connection.
    private static func holds(_ state: State?) -> Bool {
        switch state {
        case .synReceived, .established, .finWait1, .finWait2, .closeWait: true
        default: false
        }
    }

    private var settled: Outcome {
        let opening = self.opening
        switch opening {
        case .unanswered, .portUnreachable, .prohibited, .unreachable, .expired:
            return Outcome(opening: opening, ending: .none, endedBy: nil)
        case .refused: return Outcome(opening: opening, ending: .none, endedBy: .server)
        case .abandoned: return Outcome(opening: opening, ending: .none, endedBy: .client)
        default: break
        }
        let client = halves[side(of: .client)].marks
        let server = halves[side(of: .server)].marks
        let closer = self.closer.map(party)
        let bothFins = client.contains(.fin) && server.contains(.fin)
        let bothAcknowledged = client.contains(.finAcknowledged) && server.contains(.finAcknowledged)
        if bothFins && bothAcknowledged { return Outcome(opening: opening, ending: .closed, endedBy: closer) }
        if let resetter { return Outcome(opening: opening, ending: .reset, endedBy: party(resetter)) }
        if bothFins { return Outcome(opening: opening, ending: .closing, endedBy: closer) }
        if let closer { return Outcome(opening: opening, ending: .halfClosed, endedBy: closer) }
        return Outcome(opening: opening, ending: opening == .halfOpen ? .none : .open, endedBy: nil)
    }

    private var opening: Opening {
        let client = halves[side(of: .client)]
        let server = halves[side(of: .server)]
        if isMidstream { return .midstream }
        if simultaneousOpen { return .simultaneous }
        if handshakeProved { return server.state == .synReceived ? .halfOpen : .handshake }
        guard client.marks.contains(.syn) else { return .partial }
        if server.marks.contains(.synAck) {
            // The ACK that completes the handshake was not sent, or not captured.
            let hasAnswered = client.streamBytes > 0 || client.marks.contains(.fin)
            return hasAnswered || server.marks.contains(.synAcknowledged) ? .partial : .halfOpen
        }
        // An ACK from the client answers a SYN-ACK, and a segment from the server that is no RST shows that it accepted
        // the SYN: neither that SYN-ACK nor that acceptance was captured.
        if client.marks.contains(.acknowledged) || server.marks.contains(.numbered) { return .partial }
        if server.marks.contains(.resetAcceptable) { return .refused }
        // The client gives up by an RST, but not by one that does not count, or that belongs to the connection before
        // (RFC 9293 3.5, Figure 9).
        guard resetBy != .client, !client.marks.contains(.fin) else { return .abandoned }
        return switch reported {
        case .refused: .portUnreachable
        case .prohibited: .prohibited
        case .unreachable: .unreachable
        case .expired: .expired
        case .tooBig, .unreadable, .other, .damaged, nil: .unanswered
        }
    }
}
