import TCPState

/// The part of ss's command line after the flags: states, then one expression.
///
///     [ state NAME | exclude NAME ]... [ EXPRESSION ]
///
/// Several states form a union. The parts of the expression may be separated by spaces or not (`( sport = :80 )`,
/// `(sport=:80)`).
public struct SocketFilter: Hashable, Sendable {
    /// The states named; `nil` if none were.
    public var states: Set<State>?
    /// The expression; `nil` if there is none.
    public var expression: SocketExpression?
    /// The address family that a prefix `inet:` or `inet6:` of an address selects; `nil` if there is none.
    public var family: SocketEntry.Family?

    /// Creates a filter that every socket passes.
    public init() {}

    /// Parses a filter.
    ///
    /// - Parameters:
    ///   - words: the words of the command line; one argument may hold several.
    ///   - services: the names of ports.
    ///   - surroundings: finds interfaces and cgroups by name.
    public init(
        _ words: [String], services: @escaping @autoclosure () -> ServiceNames = .ofThisMachine,
        surroundings: SocketFilterSurroundings = .thisMachine
    ) throws(SocketFilterError) {
        let pieces = words.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        guard pieces.count <= 4096 else { throw .tooLong }
        var rest = pieces[...]
        var (chosen, namesClosed) = (Set<State>?.none, false)
        while let word = rest.first, word == "state" || word == "exclude" || word == "excl" {
            rest.removeFirst()
            let named = try Self.states(rest.popFirst(), after: word)
            if word == "state" {
                chosen = (chosen ?? []).union(named)
                namesClosed = namesClosed || named == [.closed]
            } else {
                chosen = (chosen ?? Self.every).subtracting(named)
                namesClosed = namesClosed && !named.contains(.closed)
            }
        }
        if let chosen {
            // To ss, an empty set of states means that none were named. But 'exclude connected exclude listening'
            // leaves CLOSED, which counts as a state, although no socket in the kernel's table has it.
            states = chosen.isEmpty ? Self.connections : namesClosed ? chosen : chosen.subtracting([.closed])
        }
        if states != nil, let word = rest.first, ["and", "&", "&&"].contains(word) { rest.removeFirst() }
        guard !rest.isEmpty else { return }
        // The names of ports are read only if the filter uses one.
        var parser = SocketFilterParser(Array(rest), services: services, surroundings: surroundings)
        expression = try parser.whole()
        family = parser.family
    }

    // MARK: States

    /// The states that ss distinguishes: CLOSED is among "all" and "big", but not among "connected".
    private static let every = Set(State.allCases)

    /// The states that sockets in the kernel's table have, without CLOSED, which stands for bound but unconnected
    /// sockets and is listed only if it is named.
    public static let all = every.subtracting([.closed])

    /// The states that are listed if the filter names none: connections that a program has or had.
    public static let connections = all.subtracting([.listen, .timeWait, .synReceived])

    private static let groups: [String: Set<State>] = [
        "all": every, "connected": all.subtracting([.listen]), "synchronized": all.subtracting([.listen, .synSent]),
        "bucket": [.synReceived, .timeWait], "big": every.subtracting([.synReceived, .timeWait]),
        "syn-recv": [.synReceived], "syn-rcv": [.synReceived], "listening": [.listen], "estab": [.established],
        "close": [.closed], "unconnected": [.closed], "bound-inactive": [.closed],
    ]

    /// The names that may follow `state`.
    public static let stateNames = groups.keys.sorted() + State.allCases.map { $0.name.lowercased() }

    private static func states(_ word: String?, after keyword: String) throws(SocketFilterError) -> Set<State> {
        guard let word else { throw .valueMissing(after: keyword) }
        let name = word.lowercased().replacing("_", with: "-")
        if let group = groups[name] { return group }
        guard let state = State.allCases.first(where: { $0.name.lowercased() == name }) else {
            throw .unknownState(word)
        }
        return [state]
    }
}

/// Why a filter cannot be parsed.
public enum SocketFilterError: Error, Hashable, Sendable {
    /// The filter has more than 4,096 words, or parentheses nested deeper than 200.
    case tooLong
    case valueMissing(after: String)
    case unknownState(String)
    /// `state` or `exclude` comes after an expression.
    case stateTooLate(String)
    case notAPort(String, after: String)
    case notAnAddress(String, after: String)
    /// The filter has `unix:`, `link:` or the like, which select sockets other than TCP's.
    case notTCP(String)
    /// `<` or a similar operator comes before a value that has no order.
    case noOrder(String, after: String)
    case noSuchDevice(String)
    case notAMark(String)
    case noSuchCgroup(String)
    case unexpected(String)
    case unclosed
}

/// Finds the interfaces and cgroups that a filter names.
public struct SocketFilterSurroundings: Sendable {
    /// The index of the interface with this name; `nil` if there is none.
    public var device: @Sendable (String) -> UInt32?
    /// The number of the cgroup with this path; `nil` if there is none.
    public var cgroup: @Sendable (String) -> UInt64?

    /// Creates look-ups by name; each must return `nil` for a name that it does not find.
    public init(device: @escaping @Sendable (String) -> UInt32?, cgroup: @escaping @Sendable (String) -> UInt64?) {
        self.device = device
        self.cgroup = cgroup
    }
}
