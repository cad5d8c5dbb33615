import TCPWire
import Tracking

/// At which point of the path the capture was taken, and how that is known.
public struct Vantage: Sendable, Equatable {
    /// A point of the path.
    public enum Place: String, Sendable, CaseIterable {
        /// On the client's machine, or on its link.
        case client
        case server
        /// Somewhere between the two ends' links.
        case between
        /// Both ends are this machine.
        case loopback
        case unknown
    }

    /// What the place is concluded from.
    public enum Reason: Sendable, Equatable {
        case loopbackAddress
        /// How many routers the segments of client and server had passed before the capture, concluded from their TTL.
        case hops(client: Int, server: Int)
        /// Nanoseconds that the answers of the two ends took in the handshake, as seen at the capture point.
        case delays(toClient: Int64, toServer: Int64)
        /// Neither the TTLs nor the handshake show it.
        case nothing
    }

    /// The point of the path.
    public let place: Place
    /// What the place is concluded from.
    public let reason: Reason
}

extension ConnectionMeasures {
    /// How many times longer the round trip to one end must be than to the other, for the capture to count as taken at
    /// the other end.
    private static let clearly: Int64 = 8

    /// Where the capture was taken, as far as this connection shows. `record` must be its record after all its
    /// segments.
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
            // No router lies between the capture and either end: only the delays can tell.
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
