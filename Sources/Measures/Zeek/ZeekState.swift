import CaptureFile
import Tracking

/// How Zeek's conn.log names an outcome (its `conn_state`).
public enum ZeekState: String, Sendable, CaseIterable {
    /// A connection attempt, and no reply.
    case attempt = "S0"
    /// Established, not ended.
    case established = "S1"
    /// Normal establishment and termination.
    case finished = "SF"
    case rejected = "REJ"
    /// Established; only the originator closed.
    case originatorClosed = "S2"
    /// Established; only the responder closed.
    case responderClosed = "S3"
    /// Established; the originator aborted.
    case originatorReset = "RSTO"
    case responderReset = "RSTR"
    /// SYN, then RST from the originator; no SYN-ACK.
    case attemptReset = "RSTOS0"
    /// SYN-ACK, then RST from the responder; no SYN.
    case answerReset = "RSTRH"
    /// SYN, then FIN from the originator; no SYN-ACK.
    case attemptClosed = "SH"
    /// SYN-ACK, then FIN from the responder; no SYN.
    case answerClosed = "SHR"
    /// No SYN: partial.
    case other = "OTH"
}

extension ConnectionRecord {
    /// Zeek's name for this outcome. Zeek has one name for several of ours; where it makes a distinction that we do not
    /// make (between an end of which nothing was captured and one of which a part was), the halves decide.
    public var zeekState: ZeekState {
        let outcome = self.outcome
        switch outcome.opening {
        case .unanswered, .portUnreachable, .prohibited, .unreachable, .expired:
            return client.marks.contains(.reset) ? .attemptReset : .attempt
        case .refused: return .rejected
        case .abandoned: return client.marks.contains(.reset) ? .attemptReset : .attemptClosed
        case .handshake, .simultaneous, .halfOpen: return stateOfEstablished
        case .partial: return stateOfPartial
        case .midstream: return stateOfMidstream
        }
    }

    private var stateOfEstablished: ZeekState {
        let fins = (client.marks.contains(.fin), server.marks.contains(.fin))
        // Both ends had sent a FIN: a later RST only ends the connection sooner.
        if fins == (true, true) { return .finished }
        // An RST that its receiver ignored does not count.
        if resetBy == .server { return .responderReset }
        if resetBy == .client { return .originatorReset }
        switch fins {
        case (true, _): return .originatorClosed
        case (_, true): return .responderClosed
        default: return .established
        }
    }

    private var stateOfPartial: ZeekState {
        let isAnswered = server.marks.contains(.synAck)
        if isAnswered, client.segments > 0 { return stateOfEstablished }
        if isAnswered {
            if server.marks.contains(.reset) { return .answerReset }
            return server.marks.contains(.fin) ? .answerClosed : .other
        }
        // The server's half was not captured, or not its beginning.
        let isSilent = server.segments == 0
        if server.marks.contains(.reset) { return .rejected }
        if client.marks.contains(.reset) { return .other }
        if client.marks.contains(.fin) { return server.marks.contains(.fin) ? .finished : .attemptClosed }
        return isSilent ? .attempt : .other
    }

    private var stateOfMidstream: ZeekState {
        switch (client.marks.contains(.fin), server.marks.contains(.fin)) {
        case (true, true): return .finished
        case (_, _) where server.marks.contains(.reset): return .answerReset
        case (_, _) where client.marks.contains(.reset): return .other
        case (true, _): return .attemptClosed
        case (_, true): return .answerClosed
        default: return .other
        }
    }
}

extension ConnectionMeasures {
    /// Zeek's history: one letter for each kind of segment, in the order in which each kind first came, the
    /// originator's in capitals; `^` in front where the first segment came from the responder.
    public func zeekHistory(of record: ConnectionRecord) -> String {
        zeek.history(ofOriginator: record.side(of: .client), isFlipped: beginsWithServer(record))
    }

    /// Octets that Zeek counts as missed: acknowledged in an established connection, and not captured or only in part.
    public var zeekMissedOctets: UInt64 { zeek.missedOctets }

    /// Nanoseconds from the first segment to the one with which both ends had closed; if they had not, to the last one.
    public func zeekDuration(of record: ConnectionRecord) -> Int64 {
        max(0, zeek.lastTime &- record.firstTime.nanoseconds)
    }
}
