import TCPWire
import Tracking

/// Where along the way the capture was taken, and how that is known.
public struct Vantage: Sendable, Equatable {
    /// A place along the way.
    public enum Place: String, Sendable, CaseIterable {
        /// On the client's machine, or on its link.
        case client
        case server
        /// Somewhere on the way.
        case between
        /// Both ends are this machine.
        case loopback
        case unknown
    }

    /// What the place is concluded from.
    public enum Reason: Sendable, Equatable {
        case loopbackAddress
        /// Routers that the segments of client and server had passed, by their TTL.
        case hops(client: Int, server: Int)
        /// Nanoseconds: how long the answers of the two took, seen from here.
        case delays(toClient: Int64, toServer: Int64)
        /// Neither end's TTL nor the handshake tells.
        case nothing
    }

    /// Where along the way.
    public let place: Place
    /// What that is concluded from.
    public let reason: Reason
}

extension ConnectionMeasures {
    /// How many times longer the way to one end must be for the other end to be here.
    private static let clearly: Int64 = 8

    /// Where the capture was taken, as far as this connection shows; `record` is its record after all its segments.
    public func vantage(of record: ConnectionRecord) -> Vantage {
        let client = sent(by: .client, of: record)
        let server = sent(by: .server, of: record)
        if record.clientEndpoint.address.isLoopback || record.serverEndpoint.address.isLoopback {
            return Vantage(place: .loopback, reason: .loopbackAddress)
        }
        let shares = shares(of: record)
        if let clientHops = client.hops, let serverHops = server.hops {
            let reason = Vantage.Reason.hops(client: clientHops, server: serverHops)
            switch (clientHops, serverHops) {
            // Both ends are on this link: only the delays can tell.
            case (0, 0): break
            case (0, _): return Vantage(place: .client, reason: reason)
            case (_, 0): return Vantage(place: .server, reason: reason)
            default: return Vantage(place: .between, reason: reason)
            }
        }
        guard let toClient = shares.toClient, let toServer = shares.toServer else {
            return Vantage(place: .unknown, reason: .nothing)
        }
        let reason = Vantage.Reason.delays(toClient: toClient, toServer: toServer)
        if toServer / Self.clearly > toClient { return Vantage(place: .client, reason: reason) }
        if toClient / Self.clearly > toServer { return Vantage(place: .server, reason: reason) }
        return Vantage(place: .between, reason: reason)
    }
}
