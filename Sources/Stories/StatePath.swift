import CaptureFile
import TCPState
import TCPWire
import Tracking

/// A state that the kernel showed when it was asked for it.
public struct StateObservation: Sendable, Equatable {
    /// When the kernel was asked, which may be long after the state was entered.
    public let time: Timestamp
    /// Whose state it is.
    public let party: Party
    /// The state that it showed.
    public let state: State
    /// Whether the kernel held the connection in a request socket or a timewait socket.
    public let isMini: Bool

    /// Creates an observation from the kernel's answer at that time.
    public init(time: Timestamp, party: Party, state: State, isMini: Bool) {
        self.time = time
        self.party = party
        self.state = state
        self.isMini = isMini
    }
}

/// The states that one end passed through.
public struct StatePath: Sendable {
    /// A state that the end entered, with the time and the reason.
    public struct Entry: Sendable, Equatable {
        /// The state entered.
        public var state: State
        /// When the state was entered according to the packets, or first shown by the kernel; `nil` for the state
        /// before the first segment.
        public var time: Timestamp?
        /// The number of the packet that caused it.
        public var cause: Int?
        /// Whether the kernel held it in a request socket or a timewait socket when it showed it.
        public var isMini: Bool
        /// How the state is known.
        public var provenance: Provenance
        /// When the kernel first showed this state; `nil` if it never did.
        public var observed: Timestamp?
        /// Why the state was entered, if the end itself reports it.
        public var reason: Reason?

        /// When the kernel first showed the state, if that was later than it was entered.
        public var seenLater: Timestamp? { observed == time ? nil : observed }

        init(
            state: State, time: Timestamp?, cause: Int?, isMini: Bool, provenance: Provenance,
            observed: Timestamp? = nil
        ) {
            self.state = state
            self.time = time
            self.cause = cause
            self.isMini = isMini
            self.provenance = provenance
            self.observed = observed
        }

        /// Creates an entry that the end itself reports.
        init(state: State, time: Timestamp?, cause: Int?, reason: Reason?) {
            self.init(state: state, time: time, cause: cause, isMini: false, provenance: .stack)
            self.reason = reason
        }

        /// Creates an entry that the kernel reported at the moment when the state was entered.
        init(seen state: State, isMini: Bool, time: Timestamp?, cause: Int?) {
            self.init(
                state: state, time: time, cause: cause, isMini: isMini, provenance: .kernel, observed: time)
        }
    }

    /// The end that passed through these states.
    public let party: Party
    /// The states, in the order in which they were entered.
    public internal(set) var entries: [Entry]

    init(party: Party, entries: [Entry]) {
        self.party = party
        self.entries = entries
    }

    /// Creates a path from the states that the kernel showed, where there are no packets to compare them with.
    public init(party: Party, observations: [StateObservation]) {
        self.init(party: party, entries: [])
        confirm(observations.filter { $0.party == party })
    }
}

extension ConnectionStory {
    /// The states that one end passed through: as the end itself reports them; or else as the packets show them,
    /// confirmed by the kernel where it was asked.
    public func path(of party: Party) -> StatePath {
        if let told = testimony?.paths[party] { return StatePath(party: party, entries: told) }
        var entries: [StatePath.Entry] = []
        if let state = before(party).state {
            entries.append(
                StatePath.Entry(state: state, time: nil, cause: nil, isMini: false, provenance: .inferred))
        }
        for step in steps {
            guard let state = step.state(of: party).state, state != entries.last?.state else { continue }
            entries.append(
                StatePath.Entry(
                    state: state, time: step.segment.time, cause: step.segment.number, isMini: false,
                    provenance: .inferred))
        }
        var path = StatePath(party: party, entries: entries)
        path.confirm(observations.filter { $0.party == party })
        return path
    }

    /// On each step, marks the states that the kernel showed when it was asked as known from the kernel.
    mutating func confirmStates() {
        guard !observations.isEmpty else { return }
        for party in Party.allCases {
            var entries = path(of: party).entries[...]
            func known(_ entry: StatePath.Entry) -> EndState {
                EndState(
                    state: entry.state, isMini: entry.isMini, provenance: entry.observed == nil ? .inferred : .kernel)
            }
            guard var current = entries.first else { continue }
            if before(party).state == current.state {
                if party == .client { clientBefore = known(current) } else { serverBefore = known(current) }
            }
            for index in steps.indices {
                guard let state = steps[index].state(of: party).state else { continue }
                while state != current.state, let next = entries.dropFirst().first {
                    entries = entries.dropFirst()
                    current = next
                }
                guard state == current.state else { break }
                if party == .client {
                    steps[index].client = known(current)
                } else {
                    steps[index].server = known(current)
                }
            }
        }
    }
}

extension StatePath {
    /// Combines what the kernel showed with what the packets show. Both are in time order, so each observation confirms
    /// the next entry with its state. A state that the packets do not show (TIME-WAIT after the last packet, or one
    /// that they leave open) is inserted.
    mutating func confirm(_ observations: [StateObservation]) {
        var position = entries.startIndex
        for observation in observations {
            if let match = entries[position...].firstIndex(where: { $0.state == observation.state }) {
                position = match
                if entries[match].observed == nil {
                    entries[match].observed = observation.time
                    entries[match].provenance = .kernel
                    entries[match].isMini = observation.isMini
                }
            } else {
                let next = position < entries.endIndex ? position + 1 : position
                entries.insert(
                    Entry(
                        state: observation.state, time: observation.time, cause: nil, isMini: observation.isMini,
                        provenance: .kernel, observed: observation.time), at: next)
                position = next
            }
        }
    }
}
