import FlatMemory
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

    /// The family the socket was made for, not of what it carries.
    public var family = Family.ipv4
    /// One of the eleven.
    public var state = State.closed
    /// Which of the kernel's structures holds it.
    public var form = Form.full
    /// This machine's end; the address is unspecified where it listens on all.
    public var local: Endpoint
    /// The other end; unspecified, and port 0, of a listener.
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
    /// Which timer runs; ``timerExpiry`` says how long it has to go.
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
    private var box: DetailsBox?

    /// A socket with these ends, in CLOSED, of which nothing else is known.
    public init(local: Endpoint, remote: Endpoint) {
        self.local = local
        self.remote = remote
    }
}

extension SocketEntry {
    /// What only an answer to a wider question holds; `nil` where it was not asked.
    ///
    /// It lies elsewhere: without it a list of a hundred thousand sockets is a third as large.
    public var details: SocketDetails? {
        get { box?.details }
        set { box = newValue.map(DetailsBox.init) }
    }

    /// What the kernel measured; `nil` where it was not asked or the form is not ``Form/full``.
    public var info: TCPInfo? { box?.details.info }
    /// The congestion control's name (`cubic`); `nil` where it was not asked.
    public var congestionControl: String? { box?.details.congestionControl }

    private final class DetailsBox: Hashable, Sendable {
        let details: SocketDetails

        init(_ details: SocketDetails) { self.details = details }

        static func == (left: DetailsBox, right: DetailsBox) -> Bool { left.details == right.details }

        func hash(into hasher: inout Hasher) { hasher.combine(details) }
    }
}

/// What the kernel tells of a socket on demand.
public struct SocketDetails: Hashable, Sendable {
    /// What it measured; only a ``SocketEntry/Form/full`` socket has it.
    public var info: TCPInfo?
    /// The congestion control's name (`cubic`).
    public var congestionControl: String?
    /// The memory that it holds.
    public var memory: SocketMemory?
    /// SO_MARK; told to CAP_NET_ADMIN only.
    public var mark: UInt32?
    /// The number of the cgroup (v2) in which the socket was made.
    public var cgroupID: UInt64?

    /// Nothing is known.
    public init() {}
}

/// The memory that a socket holds (INET_DIAG_SKMEMINFO, `linux/sock_diag.h`), in octets with the kernel's own overhead.
public struct SocketMemory: Hashable, Sendable {
    /// What came and was not read.
    public var received: UInt32 = 0
    /// As many octets as the receive queue may take.
    public var receiveLimit: UInt32 = 0
    /// What was handed to the lower layers and not freed by them.
    public var sending: UInt32 = 0
    /// As many octets as the send queue may take.
    public var sendLimit: UInt32 = 0
    /// Reserved, and not in use.
    public var reserved: UInt32 = 0
    /// What waits in the send queue.
    public var sendQueue: UInt32 = 0
    /// Options and filters.
    public var options: UInt32 = 0
    /// What came while the socket was in use.
    public var backlog: UInt32 = 0
    /// Segments dropped for want of room.
    public var drops: UInt32 = 0

    /// Nothing held, nothing allowed.
    public init() {}

    init(bytes: RawSpan) {
        func word(_ index: Int) -> UInt32 { bytes.native(index * 4, as: UInt32.self) ?? 0 }
        (received, receiveLimit, sending, sendLimit) = (word(0), word(1), word(2), word(3))
        (reserved, sendQueue, options, backlog, drops) = (word(4), word(5), word(6), word(7), word(8))
    }
}
