import TCPState
import TCPWire

/// Initial sequence numbers by RFC 6528: a clock of 4 microseconds (MUST-8) and a keyed function of the two endpoints, which
/// nobody outside can compute (MUST-9, SHLD-1).
public struct ISNGenerator: Hashable, Sendable {
    private let hash: KeyedHash

    /// - Parameter hash: keyed by the host's secret.
    public init(_ hash: KeyedHash) { self.hash = hash }

    /// ISN = M + F(localip, localport, remoteip, remoteport, secretkey).
    public func number(local: Endpoint, remote: Endpoint, now: Instant) -> SequenceNumber {
        let clock = UInt32(truncatingIfNeeded: now.nanoseconds / 4000)
        return SequenceNumber(UInt32(truncatingIfNeeded: hash(local, remote, 1)) &+ clock)
    }

    /// Where the timestamps of a connection begin (RFC 7323 5.4): by endpoints, so that they rise over connections too.
    public func timestampOffset(local: Endpoint, remote: Endpoint) -> UInt32 {
        UInt32(truncatingIfNeeded: hash(local, remote, 2))
    }

    /// Where to begin the search for a port (RFC 6056 3.3.3).
    func portOffset(local: IPAddress, remote: Endpoint) -> UInt32 {
        UInt32(truncatingIfNeeded: hash(Endpoint(address: local, port: 0), remote, 3))
    }
}
