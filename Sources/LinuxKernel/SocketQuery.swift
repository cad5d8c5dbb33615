import TCPState

/// Which sockets to list, and what to ask of them.
public struct SocketQuery: Sendable {
    /// What costs the kernel more to tell.
    public struct Details: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// ``SocketDetails/info`` and ``SocketDetails/congestionControl`` (a fifth more time).
        public static let measures = Details(rawValue: 1)
        /// ``SocketDetails/memory``.
        public static let memory = Details(rawValue: 2)
        /// ``SocketDetails/cgroupID`` and ``SocketDetails/mark``, which come unasked.
        public static let identity = Details(rawValue: 4)
    }

    /// Only sockets in one of these states.
    public var states: Set<State>
    /// Only sockets of these families; one of IPv6 that carries IPv4 counts as IPv6.
    public var families: Set<SocketEntry.Family>
    /// What must hold besides; the kernel looks first, and what it lets through is looked at here once more.
    public var expression: SocketExpression?
    /// What else to tell of each; it costs time.
    public var details: Details

    /// Every socket but the closed ones, without details, where nothing else is given.
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
