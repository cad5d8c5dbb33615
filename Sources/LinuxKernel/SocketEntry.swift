import FlatMemory
import TCPState
import TCPWire

/// One TCP socket as the kernel's tables hold it.
public struct SocketEntry: Hashable, Sendable {
    /// The kind of structure in which the kernel keeps the connection.
    public enum Form: UInt8, Hashable, Sendable {
        /// A full socket.
        case full
        /// A request socket: a SYN was answered, and no full socket exists yet (SYN-RECEIVED).
        case request
        /// A timewait socket, which remains of a closed one: TIME-WAIT, or FIN-WAIT-2 after close.
        case timeWait
    }

    /// The family of the socket; an IPv6 socket may hold an IPv4 connection, whose addresses are then IPv4-mapped.
    public enum Family: UInt8, Hashable, Sendable, CaseIterable {
        case ipv4, ipv6
    }

    /// The timer that is running for a socket (`idiag_timer`).
    public enum TimerKind: Hashable, Sendable {
        case off
        /// The timer of a retransmission, a tail-loss probe or a reordering.
        case retransmission
        case keepAlive
        case timeWait
        /// The timer of a zero-window probe.
        case persist
        /// A number that this code does not know.
        case other(UInt8)
    }

    /// The address family that the socket was created for, whichever family its connection has.
    public var family = Family.ipv4
    /// The connection's state.
    public var state = State.closed
    /// The kind of structure in which the kernel keeps the connection.
    public var form = Form.full
    /// This machine's end; the address is unspecified if the socket listens on all addresses.
    public var local: Endpoint
    /// The other end; of a listener, the unspecified address and port 0.
    public var remote: Endpoint
    /// Octets received and not yet read by the program; of a listener, connections that wait for accept.
    public var receiveQueue: UInt32 = 0
    /// Octets sent or queued and not yet acknowledged; of a listener, its backlog.
    public var sendQueue: UInt32 = 0
    /// The user who owns the socket; 0 if the form is not ``Form/full``.
    public var userID: UInt32 = 0
    /// The socket's inode, by which ``SocketOwners`` finds the process; 0 if no process holds it.
    public var inode: UInt32 = 0
    /// A number that a connection keeps as request socket, full socket and timewait socket, and that no other
    /// connection gets.
    public var cookie: UInt64 = 0
    /// The timer that is running; ``timerExpiry`` says when it fires.
    public var timer = TimerKind.off
    /// Milliseconds until the timer fires.
    public var timerExpiry: UInt32 = 0
    /// How often the segment or probe that the timer belongs to has been sent again so far.
    public var retransmits: UInt8 = 0
    /// The index of the interface that the socket is bound to; 0 for none.
    public var interface: UInt32 = 0
    /// Whether an IPv6 socket does not accept IPv4 connections.
    public var isIPv6Only = false
    /// The directions that are shut down: bit 1 receiving, bit 2 sending.
    public var shutdown: UInt8 = 0
    private var box: DetailsBox?

    /// Creates an entry with these ends in the state CLOSED; nothing else is known of it.
    public init(local: Endpoint, remote: Endpoint) {
        self.local = local
        self.remote = remote
    }
}

extension SocketEntry {
    /// The values that the kernel sends only if a query asks for them; `nil` if it did not.
    ///
    /// They are stored outside of the entry: without them, a list of a hundred thousand sockets is a third as large.
    public var details: SocketDetails? {
        get { box?.details }
        set { box = newValue.map(DetailsBox.init) }
    }

    /// The kernel's measurements; `nil` if the query did not ask for them, or the form is not ``Form/full``.
    public var info: TCPInfo? { box?.details.info }
    /// The name of the congestion control (`cubic`); `nil` if the query did not ask for it.
    public var congestionControl: String? { box?.details.congestionControl }

    private final class DetailsBox: Hashable, Sendable {
        let details: SocketDetails

        init(_ details: SocketDetails) { self.details = details }

        static func == (left: DetailsBox, right: DetailsBox) -> Bool { left.details == right.details }

        func hash(into hasher: inout Hasher) { hasher.combine(details) }
    }
}

/// The values of a socket that the kernel sends only if asked for.
public struct SocketDetails: Hashable, Sendable {
    /// The kernel's measurements; `nil` if the socket is not a ``SocketEntry/Form/full`` one.
    public var info: TCPInfo?
    /// The name of the congestion control (`cubic`).
    public var congestionControl: String?
    /// The memory that the socket holds.
    public var memory: SocketMemory?
    /// The socket's SO_MARK, which the kernel tells only to processes with CAP_NET_ADMIN.
    public var mark: UInt32?
    /// The number of the cgroup (v2) in which the socket was created.
    public var cgroupID: UInt64?

    /// Creates details of which nothing is known.
    public init() {}
}

/// The memory that a socket holds (INET_DIAG_SKMEMINFO, `linux/sock_diag.h`), in octets, including the kernel's
/// overhead.
public struct SocketMemory: Hashable, Sendable {
    /// Memory of segments received and not yet read.
    public var received: UInt32 = 0
    /// The limit of the receive queue's memory.
    public var receiveLimit: UInt32 = 0
    /// Memory passed to the lower layers and not yet freed by them.
    public var sending: UInt32 = 0
    /// The limit of the send queue's memory.
    public var sendLimit: UInt32 = 0
    /// Memory that is reserved and not in use.
    public var reserved: UInt32 = 0
    /// Memory of the send queue.
    public var sendQueue: UInt32 = 0
    /// Memory of options and filters.
    public var options: UInt32 = 0
    /// Memory of segments that arrived while the socket was locked.
    public var backlog: UInt32 = 0
    /// The number of segments dropped for lack of memory.
    public var drops: UInt32 = 0

    /// Creates counts that are all 0.
    public init() {}

    init(bytes: RawSpan) {
        func word(_ index: Int) -> UInt32 { bytes.native(index * 4, as: UInt32.self) ?? 0 }
        (received, receiveLimit, sending, sendLimit) = (word(0), word(1), word(2), word(3))
        (reserved, sendQueue, options, backlog, drops) = (word(4), word(5), word(6), word(7), word(8))
    }
}
