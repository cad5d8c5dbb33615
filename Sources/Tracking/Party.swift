/// One of a connection's two ends.
public enum Party: String, Sendable, CaseIterable {
    case client, server

    public var other: Party { self == .client ? .server : .client }
}
