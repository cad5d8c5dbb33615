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
        /// Other octets than were sent with the same numbers before: somebody else's, or an end that does not repeat itself.
        case otherOctets = "other-octets"
        /// It ended by an RST.
        case reset
        /// One end still holds it though the other has given it up.
        case held
        /// A receiver had no room left: how often it closed its window, and for how long.
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
    /// How long it lasted, in nanoseconds; `nil` of what happens at once.
    public let time: Int64?
    /// What the ICMP error said.
    public let report: ErrorVerdict?

    /// Whether the outcome (how the connection opened and ended) already says as much.
    public var isInOutcome: Bool {
        switch kind {
        case .reset, .abandoned: true
        case .unanswered, .refused, .unreachable, .halfOpen: count < 2
        case .held, .otherOctets, .zeroWindow, .retransmitted, .icmp, .outOfOrder: false
        }
    }

    /// Whether it is worse than `other`: by its kind, then by how long it lasted, then by how often it happened.
    public func isWorse(than other: Trouble) -> Bool {
        guard kind == other.kind else { return kind.weight > other.kind.weight }
        return (time ?? 0, count) > (other.time ?? 0, other.count)
    }

    fileprivate init(
        _ kind: Kind, _ count: UInt32 = 1, _ party: Party? = nil, time: Int64? = nil, report: ErrorVerdict? = nil
    ) {
        self.kind = kind
        self.count = count
        self.party = party
        self.time = time
        self.report = report
    }
}

extension Trouble {
    /// The names of their kinds, each once, in their order; `none` where there are none.
    public static func words(_ troubles: [Trouble]) -> [String] {
        guard !troubles.isEmpty else { return ["none"] }
        return troubles.reduce(into: []) { if $0.last != $1.kind.rawValue { $0.append($1.kind.rawValue) } }
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
        // What was retransmitted in an attempt that failed is counted with the attempt, and nothing waits for its window.
        if !found.isEmpty { isOpened = false }
        append(.otherOctets, { UInt32($0.otherTexts) }, to: &found)
        if outcome.ending == .reset { found.append(Trouble(.reset, 1, outcome.endedBy)) }
        if let holder = outcome.heldBy, outcome.opening != .halfOpen { found.append(Trouble(.held, 1, holder)) }
        if isOpened {
            append(.zeroWindow, { UInt32($0.windowClosures) }, lasting: { $0.closedTime }, to: &found)
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

    /// Appends what each end counted, the worse end first.
    ///
    /// - Parameter time: how long it lasted, in nanoseconds; `nil` for what happens at once.
    private func append(
        _ kind: Trouble.Kind, _ count: (HalfConnection) -> UInt32, lasting time: ((HalfConnection) -> Int64)? = nil,
        to found: inout [Trouble]
    ) {
        let (ofClient, ofServer) = (count(client), isReflexive ? 0 : count(server))
        guard ofClient | ofServer > 0 else { return }
        let one = Trouble(kind, ofClient, .client, time: time?(client))
        let other = Trouble(kind, ofServer, .server, time: time?(server))
        let both = other.isWorse(than: one) ? [other, one] : [one, other]
        found += both.filter { $0.count > 0 }
    }
}
