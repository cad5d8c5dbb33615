import TCPState

/// What ss takes after its flags: words for states, then one expression.
///
///     [ state NAME | exclude NAME ]... [ EXPRESSION ]
///
/// Several states are a union. The expression's parts stand apart or close together (`( sport = :80 )`, `(sport=:80)`).
public struct SocketFilter: Hashable, Sendable {
    /// The states named; `nil` where none were.
    public var states: Set<State>?
    /// What sockets must meet besides; `nil` where every one does.
    public var expression: SocketExpression?
    /// The family that `inet:` or `inet6:` before an address asks for.
    public var family: SocketEntry.Family?

    /// Every socket.
    public init() {}

    /// - Parameters:
    ///   - words: as the command line gives them; a word may hold several.
    ///   - services: names of ports.
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
            // To ss no state at all is the same as none named. CLOSED alone is left of 'exclude connected exclude
            // listening', though: a state, which no socket in the kernel's table has.
            states = chosen.isEmpty ? Self.connections : namesClosed ? chosen : chosen.subtracting([.closed])
        }
        if states != nil, let word = rest.first, ["and", "&", "&&"].contains(word) { rest.removeFirst() }
        guard !rest.isEmpty else { return }
        // Read only where a name is used.
        var parser = SocketFilterParser(Array(rest), services: services, surroundings: surroundings)
        expression = try parser.whole()
        family = parser.family
    }

    // MARK: States

    /// What ss counts with: CLOSED is among "all" and "big", but not among "connected".
    private static let every = Set(State.allCases)

    /// What the kernel's table can hold, but for sockets that are bound and idle, which only their own name asks for.
    public static let all = every.subtracting([.closed])

    /// What is shown where no state is named: connections that a program holds or held.
    public static let connections = all.subtracting([.listen, .timeWait, .synReceived])

    private static let groups: [String: Set<State>] = [
        "all": every, "connected": all.subtracting([.listen]), "synchronized": all.subtracting([.listen, .synSent]),
        "bucket": [.synReceived, .timeWait], "big": every.subtracting([.synReceived, .timeWait]),
        "syn-recv": [.synReceived], "syn-rcv": [.synReceived], "listening": [.listen], "estab": [.established],
        "close": [.closed], "unconnected": [.closed], "bound-inactive": [.closed],
    ]

    /// The names that `state` takes.
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

/// Why a filter cannot be understood.
public enum SocketFilterError: Error, Hashable, Sendable {
    /// More than 4,096 words, or parentheses 200 deep.
    case tooLong
    case valueMissing(after: String)
    case unknownState(String)
    /// `state` or `exclude` behind an expression.
    case stateTooLate(String)
    case notAPort(String, after: String)
    case notAnAddress(String, after: String)
    /// `unix:`, `link:` and the like: sockets that are not TCP's.
    case notTCP(String)
    /// `<` and its kin before what has no order.
    case noOrder(String, after: String)
    case noSuchDevice(String)
    case notAMark(String)
    case noSuchCgroup(String)
    case unexpected(String)
    case unclosed
}

/// Where names in a filter are looked up.
public struct SocketFilterSurroundings: Sendable {
    /// An interface's number.
    public var device: @Sendable (String) -> UInt32?
    /// A cgroup's number.
    public var cgroup: @Sendable (String) -> UInt64?

    /// Look-ups by name, each `nil` for a name that means nothing here.
    public init(device: @escaping @Sendable (String) -> UInt32?, cgroup: @escaping @Sendable (String) -> UInt64?) {
        self.device = device
        self.cgroup = cgroup
    }
}
