import TCPState

/// Which sockets to list, and which values of them to ask for.
public struct SocketQuery: Sendable {
    /// Values that the kernel sends only if asked for.
    public struct Details: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// ``SocketDetails/info`` and ``SocketDetails/congestionControl``; the kernel takes a fifth longer for them.
        public static let measures = Details(rawValue: 1)
        /// ``SocketDetails/memory``.
        public static let memory = Details(rawValue: 2)
        /// ``SocketDetails/cgroupID`` and ``SocketDetails/mark``, which the kernel sends unasked.
        public static let identity = Details(rawValue: 4)
    }

    /// The states of the sockets to list.
    public var states: Set<State>
    /// The address families of the sockets to list; an IPv6 socket with an IPv4 connection counts as IPv6.
    public var families: Set<SocketEntry.Family>
    /// A further condition on the sockets; `nil` for none. The kernel checks it first, and what the kernel lets through
    /// is checked here again.
    public var expression: SocketExpression?
    /// The values to ask for beyond the usual ones; they take the kernel longer.
    public var details: Details

    /// Creates a query; by default for every socket that is not in CLOSED, without details.
    public init(
        states: Set<State> = Set(State.allCases).subtracting([.closed]),
        families: Set<SocketEntry.Family> = [.ipv4, .ipv6], expression: SocketExpression? = nil, details: Details = []
    ) {
        self.states = states
        self.families = families
        self.expression = expression
        self.details = details
    }
}
