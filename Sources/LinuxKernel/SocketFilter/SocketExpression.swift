import TCPWire

/// A condition on a socket, with the meaning that it has in ss.
public indirect enum SocketExpression: Hashable, Sendable {
    /// One end of a socket.
    public enum End: Hashable, Sendable { case local, remote }

    /// The operator that joins a condition to those before it.
    public enum Join: Hashable, Sendable { case and, or }

    /// A further condition of a list.
    public struct Link: Hashable, Sendable {
        /// The operator between this condition and all conditions to its left.
        public var join: Join
        /// The condition itself.
        public var condition: SocketExpression

        /// A condition with the operator before it.
        public init(join: Join, condition: SocketExpression) {
            self.join = join
            self.condition = condition
        }
    }

    /// Conditions that are evaluated from left to right: `a or b and c` means `(a or b) and c`, as in ss.
    case list(SocketExpression, [Link])
    case not(SocketExpression)
    case host(End, HostCondition)
    case portAtLeast(End, UInt16)
    case portAtMost(End, UInt16)
    /// The kernel chose the local port.
    case autobound
    /// The socket is bound to the interface with this index.
    case device(UInt32)
    /// The socket's SO_MARK, in the bits that are set in `mask`, has this value.
    case mark(UInt32, mask: UInt32)
    /// The socket is in the cgroup (v2) with this number.
    case cgroup(UInt64)

    /// Whether a socket meets the condition.
    ///
    /// - Parameter ephemeral: the ports from which the kernel chooses (net.ipv4.ip_local_port_range).
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

    /// Whether the condition needs values that a query must ask for (``SocketDetails``).
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
