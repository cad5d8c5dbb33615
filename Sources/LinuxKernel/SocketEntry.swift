import TCPState
import TCPWire

/// One TCP socket as the kernel's tables hold it.
public struct SocketEntry: Hashable, Sendable {
    /// What stands behind it in the kernel.
    public enum Form: UInt8, Hashable, Sendable {
        /// A socket.
        case full
        /// A SYN that was answered: SYN-RECEIVED before there is a socket.
        case request
        /// What is left of a closed socket: TIME-WAIT, or FIN-WAIT-2 after close.
        case timeWait
    }

    /// The family of the socket; an IPv6 socket may hold an IPv4 connection, whose addresses are then IPv4-mapped.
    public enum Family: UInt8, Hashable, Sendable, CaseIterable {
        case ipv4, ipv6
    }

    /// The timer that runs for a socket (`idiag_timer`).
    public enum TimerKind: Hashable, Sendable {
        case off
        /// Retransmission, tail-loss probe or reordering.
        case retransmission
        case keepAlive
        case timeWait
        /// Probe of a zero window.
        case persist
        /// A number that this code does not know.
        case other(UInt8)
    }

    public var family = Family.ipv4
    public var state = State.closed
    public var form = Form.full
    public var local: Endpoint
    public var remote: Endpoint
    /// Octets that came and were not yet read. Of a listener: connections that wait for accept.
    public var receiveQueue: UInt32 = 0
    /// Octets not yet acknowledged. Of a listener: its backlog.
    public var sendQueue: UInt32 = 0
    /// Whose it is; 0 where the form is not ``Form/full``.
    public var userID: UInt32 = 0
    /// The socket's inode, by which ``SocketOwners`` finds the process; 0 where no process holds it.
    public var inode: UInt32 = 0
    /// The number that stays with a connection through request, socket and TIME-WAIT, and that no other gets.
    public var cookie: UInt64 = 0
    public var timer = TimerKind.off
    /// Milliseconds until the timer fires.
    public var timerExpiry: UInt32 = 0
    /// Retransmissions or probes so far, of what the timer waits for.
    public var retransmits: UInt8 = 0
    /// The interface that the socket is bound to; 0 for none.
    public var interface: UInt32 = 0
    /// Whether an IPv6 socket refuses IPv4.
    public var isIPv6Only = false
    /// Which directions are shut: 1 receiving, 2 sending.
    public var shutdown: UInt8 = 0
    /// What the kernel measured; `nil` where it was not asked or the form is not ``Form/full``.
    public var info: TCPInfo?
    /// The congestion control's name (`cubic`); `nil` where it was not asked.
    public var congestionControl: String?

    public init(local: Endpoint, remote: Endpoint) {
        self.local = local
        self.remote = remote
    }
}
