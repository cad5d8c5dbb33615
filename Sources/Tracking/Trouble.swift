/// Something that went wrong with a connection, as far as its record tells.
public struct Trouble: Sendable, Equatable {
    /// What it was, the worst first.
    public enum Kind: String, Sendable, CaseIterable {
        /// SYNs that nobody answered.
        case unanswered
        /// The SYN was answered with an RST.
        case refused
        /// The SYN was answered with an ICMP error.
        case unreachable
        /// SYN-ACKs that the client did not acknowledge.
        case halfOpen = "half-open"
        /// It ended by an RST.
        case reset
        /// One end still holds it though the other has given it up.
        case held
        /// A receiver had no room left.
        case zeroWindow = "zero-window"
        /// Segments whose numbers were sent before.
        case retransmitted
        /// An ICMP error about one of its segments, once it was open.
        case icmp
        /// The client gave up before it was answered.
        case abandoned
        /// Segments that others overtook.
        case outOfOrder = "out-of-order"
    }

    /// What kind of trouble it is.
    public let kind: Kind
    /// How often it happened: the attempts, if the connection did not open, else the segments.
    public let count: UInt32
    /// The end that did it, or to which it happened; `nil` if it was neither end in particular.
    public let party: Party?
    /// What the ICMP error said.
    public let report: ErrorVerdict?

    /// Whether the outcome (how the connection opened and ended) already says as much.
    public var isInOutcome: Bool {
        switch kind {
        case .reset, .abandoned: true
        case .unanswered, .refused, .unreachable, .halfOpen: count < 2
        case .held, .zeroWindow, .retransmitted, .icmp, .outOfOrder: false
        }
    }

    /// Whether it is worse than `other`: by its kind, then by how often it happened.
    public func isWorse(than other: Trouble) -> Bool {
        kind.weight == other.kind.weight ? count > other.count : kind.weight > other.kind.weight
    }

    fileprivate init(_ kind: Kind, _ count: UInt32 = 1, _ party: Party? = nil, report: ErrorVerdict? = nil) {
        self.kind = kind
        self.count = count
        self.party = party
        self.report = report
    }
}

extension Trouble.Kind {
    /// The kinds with a larger weight are worse.
    fileprivate var weight: Int { Self.allCases.count - (Self.allCases.firstIndex(of: self) ?? 0) }
}

extension ConnectionRecord {
    /// What went wrong, the worst first.
    ///
    /// - Parameter outcome: the record's own, where it is already known.
    public func troubles(_ outcome: Outcome? = nil) -> [Trouble] {
        let outcome = outcome ?? self.outcome
        var found: [Trouble] = []
        var isOpened = true
        switch outcome.opening {
        case .unanswered: found.append(Trouble(.unanswered, client.segments))
        case .refused: found.append(Trouble(.refused, server.segments, .server))
        case .portUnreachable, .prohibited, .unreachable, .expired:
            found.append(Trouble(.unreachable, client.segments, report: reported))
        case .halfOpen: found.append(Trouble(.halfOpen, server.segments, .server))
        case .abandoned: found.append(Trouble(.abandoned, 1, .client))
        case .handshake, .simultaneous, .partial, .midstream: break
        }
        // What was retransmitted in an attempt that failed is counted with the attempt.
        if !found.isEmpty { isOpened = false }
        if outcome.ending == .reset { found.append(Trouble(.reset, 1, outcome.endedBy)) }
        if let holder = outcome.heldBy, outcome.opening != .halfOpen { found.append(Trouble(.held, 1, holder)) }
        append(.zeroWindow, { UInt32($0.zeroWindows) }, to: &found)
        if isOpened {
            append(.retransmitted, { $0.retransmittedSegments }, to: &found)
            switch reported {
            case .refused, .prohibited, .unreachable, .expired, .tooBig, .unreadable:
                found.append(Trouble(.icmp, 1, report: reported))
            case .other, .damaged, nil: break
            }
        }
        append(.outOfOrder, { $0.outOfOrderSegments }, to: &found)
        return found
    }

    /// Appends what each end counted, the end with the higher count first.
    private func append(_ kind: Trouble.Kind, _ count: (HalfConnection) -> UInt32, to found: inout [Trouble]) {
        let (ofClient, ofServer) = (count(client), isReflexive ? 0 : count(server))
        guard ofClient | ofServer > 0 else { return }
        let both: [(UInt32, Party)] =
            ofServer > ofClient
            ? [(ofServer, .server), (ofClient, .client)] : [(ofClient, .client), (ofServer, .server)]
        for (count, party) in both where count > 0 { found.append(Trouble(kind, count, party)) }
    }
}
