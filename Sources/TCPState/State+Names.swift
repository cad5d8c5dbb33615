extension State {
    /// The state with this name: RFC 9293's, ss's or netstat's, in any case, with hyphens, underscores, spaces or
    /// nothing between the words (`FIN-WAIT-1`, `fin_wait1`, `estab`, `SYN_RECV`); `nil` for any other word.
    public init?(named name: some StringProtocol) {
        // The longest name, SYN-RECEIVED, has twelve characters.
        guard name.utf8.count <= 16 else { return nil }
        let word = name.uppercased().filter { !"-_ ".contains($0) }
        guard let state = Self.byName[word] else { return nil }
        self = state
    }

    private static let byName: [String: State] = {
        var names: [String: State] = [
            "CLOSE": .closed, "LISTENING": .listen, "SYNRECV": .synReceived, "SYNRCV": .synReceived,
            "SYNRCVD": .synReceived, "ESTAB": .established,
        ]
        for state in allCases { names[state.name.filter { $0 != "-" }] = state }
        return names
    }()
}
