import TCPState
import TCPWire

/// Initial sequence numbers according to RFC 6528: the sum of a clock with ticks of 4 microseconds (MUST-8) and a keyed
/// function of the two endpoints, which nobody without the key can compute (MUST-9, SHLD-1).
public struct ISNGenerator: Hashable, Sendable {
    private let hash: KeyedHash

    /// - Parameter hash: a hash whose key is the host's secret.
    public init(_ hash: KeyedHash) { self.hash = hash }

    /// ISN = M + F(localip, localport, remoteip, remoteport, secretkey).
    public func number(local: Endpoint, remote: Endpoint, now: Instant) -> SequenceNumber {
        let clock = UInt32(truncatingIfNeeded: now.nanoseconds / 4000)
        return SequenceNumber(UInt32(truncatingIfNeeded: hash(local, remote, 1)) &+ clock)
    }

    /// The offset of a connection's timestamps (RFC 7323 5.4). It depends only on the endpoints, so that timestamps
    /// also increase from one connection between them to the next.
    public func timestampOffset(local: Endpoint, remote: Endpoint) -> UInt32 {
        UInt32(truncatingIfNeeded: hash(local, remote, 2))
    }

    /// The offset at which the search for a port begins (RFC 6056 3.3.3).
    func portOffset(local: IPAddress, remote: Endpoint) -> UInt32 {
        UInt32(truncatingIfNeeded: hash(Endpoint(address: local, port: 0), remote, 3))
    }
}
