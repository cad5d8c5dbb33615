import TCPWire

/// A condition on a socket, in ss's terms.
public indirect enum SocketExpression: Hashable, Sendable {
    /// One end of a socket.
    public enum End: Hashable, Sendable { case local, remote }

    /// How the conditions of a list are joined.
    public enum Join: Hashable, Sendable { case and, or }

    /// One more condition of a list.
    public struct Link: Hashable, Sendable {
        /// How it is joined to all that stands left of it.
        public var join: Join
        /// The condition itself.
        public var condition: SocketExpression

        /// A condition as it follows `and` or `or`.
        public init(join: Join, condition: SocketExpression) {
            self.join = join
            self.condition = condition
        }
    }

    /// Conditions from left to right: `a or b and c` is `(a or b) and c`, as ss reads it.
    case list(SocketExpression, [Link])
    case not(SocketExpression)
    case host(End, HostCondition)
    case portAtLeast(End, UInt16)
    case portAtMost(End, UInt16)
    /// The kernel chose the local port.
    case autobound
    /// Bound to the interface of this number.
    case device(UInt32)
    /// SO_MARK, of which the bits of `mask` count.
    case mark(UInt32, mask: UInt32)
    /// In the cgroup (v2) of this number.
    case cgroup(UInt64)

    /// - Parameter ephemeral: the ports that the kernel chooses from (net.ipv4.ip_local_port_range).
    func matches(_ entry: SocketEntry, ephemeral: ClosedRange<UInt16>) -> Bool {
        switch self {
        case .list(let first, let links):
            var isMatch = first.matches(entry, ephemeral: ephemeral)
            for link in links {
                switch link.join {
                case .and: isMatch = isMatch && link.condition.matches(entry, ephemeral: ephemeral)
                case .or: isMatch = isMatch || link.condition.matches(entry, ephemeral: ephemeral)
                }
            }
            return isMatch
        case .not(let condition): return !condition.matches(entry, ephemeral: ephemeral)
        case .host(.local, let host): return host.matches(entry.local, of: entry.family)
        case .host(.remote, let host): return host.matches(entry.remote, of: entry.family)
        case .portAtLeast(let end, let port): return entry.port(end) >= port
        case .portAtMost(let end, let port): return entry.port(end) <= port
        case .autobound: return ephemeral.contains(entry.local.port)
        case .device(let index): return entry.interface == index
        case .mark(let mark, let mask): return (entry.details?.mark ?? 0) & mask == mark
        case .cgroup(let id): return entry.details?.cgroupID == id
        }
    }

    /// Whether it asks for what only some answers of the kernel carry (``SocketDetails``).
    var needsDetails: Bool {
        switch self {
        case .list(let first, let links): first.needsDetails || links.contains { $0.condition.needsDetails }
        case .not(let condition): condition.needsDetails
        case .mark, .cgroup: true
        default: false
        }
    }
}

extension SocketEntry {
    fileprivate func port(_ end: SocketExpression.End) -> UInt16 {
        switch end {
        case .local: local.port
        case .remote: remote.port
        }
    }
}
