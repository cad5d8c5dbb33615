import TCPWire

/// A socket call of a script. Its descriptors are the host's: those that ``ScriptResult/value`` gave for `socket` and
/// `accept`.
public enum ScriptCall: Hashable, Sendable {
    /// socket(2) for a TCP socket.
    case socket(isIPv6: Bool, isNonBlocking: Bool)
    case bind(Int32, Endpoint)
    case listen(Int32, backlog: Int32)
    /// The result is the new descriptor; ``ScriptResult/peer`` is the endpoint that connected.
    case accept(Int32, isNonBlocking: Bool)
    case connect(Int32, Endpoint)
    /// read(2), recv(2), recvfrom(2) and recvmsg(2): at most `count` octets, and their control messages if
    /// `wantsControl` is set.
    case receive(Int32, count: Int, flags: MessageFlags, wantsControl: Bool = false)
    /// write(2), send(2), sendto(2) and sendmsg(2). If the peer is gone it fails with EPIPE, and raises no signal.
    /// `destination` is given only with MSG_FASTOPEN.
    case send(Int32, octets: [UInt8], flags: MessageFlags, destination: Endpoint?)
    case shutdown(Int32, Direction)
    case close(Int32)
    /// fcntl(2) with F_SETFL, of whose flags only O_NONBLOCK matters to TCP.
    case setNonBlocking(Int32, Bool)
    /// fcntl(2) with F_GETFL: the result is O_RDWR (2), with O_NONBLOCK (0x800) where that is set.
    case statusFlags(Int32)
    case setOption(Int32, SocketOption, SocketOption.Value)
    /// getsockopt(2): the value is ``ScriptResult/option``.
    case getOption(Int32, SocketOption)
    /// ioctl(2): how many octets wait to be read (SIOCINQ), are not acknowledged (SIOCOUTQ) or not sent (SIOCOUTQNSD);
    /// the number is ``ScriptResult/option``.
    case queueLength(Int32, Queue)
    /// poll(2), where a negative timeout waits forever. The events that occurred are ``ScriptResult/events``, in the
    /// order of the descriptors here.
    case poll([Interest], milliseconds: Int32)
    /// epoll_create(2): the result is the new descriptor.
    case epollCreate
    /// epoll_ctl(2).
    case epollControl(Int32, EpollOperation, Int32, EpollEntry)
    /// epoll_wait(2): the events that occurred are ``ScriptResult/occurrences``.
    case epollWait(Int32, limit: Int32, milliseconds: Int32)
    /// A call that reads or writes, with a null pointer where its buffer should be.
    indirect case withoutBuffer(ScriptCall)

    /// A half of a connection.
    public enum Direction: Int32, Hashable, Sendable {
        /// SHUT_RD, SHUT_WR, SHUT_RDWR.
        case reading, writing, both
    }

    /// A queue of a socket whose length ioctl(2) returns.
    public enum Queue: Hashable, Sendable {
        case unread, unacknowledged, unsent
    }

    /// A descriptor for poll(2), with the events to wait for.
    public struct Interest: Hashable, Sendable {
        /// The host's own descriptor; for one that is not open, poll(2) reports POLLNVAL.
        public var descriptor: Int32
        /// The events to wait for; errors and hang-ups are always reported.
        public var events: PollEvents

        /// A descriptor and the events to wait for.
        public init(descriptor: Int32, events: PollEvents) {
            self.descriptor = descriptor
            self.events = events
        }
    }
}

/// The outcome of a socket call.
public struct ScriptResult: Hashable, Sendable {
    /// The call's return value; -1 where it failed.
    public var value: Int64
    /// The errno, with Linux's numbers; 0 where the call did not fail. ``ScriptConstants`` has the names.
    public var errno: Int32
    /// When the call returned, in nanoseconds by the host's clock.
    public var time: Int64
    /// The endpoint whose connection was accepted.
    public var peer: Endpoint?
    /// The octets that `receive` returned.
    public var octets: [UInt8] = []
    /// The value that `getOption` or `queueLength` read.
    public var option: SocketOption.Value?
    /// The events that `poll` reported, one entry for each descriptor.
    public var events: [PollEvents] = []
    /// The events that `epollWait` reported.
    public var occurrences: [EpollEntry] = []
    /// The control messages of a `receive` that asked for them.
    public var control: [ControlMessage] = []
    /// The msg_flags of a `receive`: MSG_OOB, MSG_TRUNC and the like.
    public var messageFlags: MessageFlags = []

    /// A call that returned `value`.
    public init(_ value: Int64, at time: Int64) {
        self.value = value
        self.time = time
        errno = 0
    }

    /// A call that failed.
    public init(failed errno: Int32, at time: Int64) {
        value = -1
        self.errno = errno
        self.time = time
    }
}

/// The flags of send(2) and recv(2), with Linux's numbers.
public struct MessageFlags: OptionSet, Hashable, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// MSG_OOB: urgent data.
    public static let outOfBand = MessageFlags(rawValue: 0x1)
    /// MSG_PEEK: read without removing what is read.
    public static let peek = MessageFlags(rawValue: 0x2)
    /// MSG_TRUNC: with TCP, read and discard.
    public static let truncate = MessageFlags(rawValue: 0x20)
    /// MSG_DONTWAIT: as if O_NONBLOCK were set.
    public static let dontWait = MessageFlags(rawValue: 0x40)
    /// MSG_EOR: no segment may hold octets from both before and after this write's end.
    public static let endOfRecord = MessageFlags(rawValue: 0x80)
    /// MSG_WAITALL: block until all requested octets have arrived.
    public static let waitAll = MessageFlags(rawValue: 0x100)
    /// MSG_ERRQUEUE: read the error queue.
    public static let errorQueue = MessageFlags(rawValue: 0x2000)
    /// MSG_NOSIGNAL: has no effect, since hosts never raise SIGPIPE.
    public static let noSignal = MessageFlags(rawValue: 0x4000)
    /// MSG_MORE: as if TCP_CORK were set for this write.
    public static let more = MessageFlags(rawValue: 0x8000)
    /// MSG_ZEROCOPY: send from the caller's own memory, and report on the error queue when it may be reused.
    public static let zeroCopy = MessageFlags(rawValue: 0x400_0000)
    /// MSG_FASTOPEN: connect with data in the SYN (RFC 7413).
    public static let fastOpen = MessageFlags(rawValue: 0x2000_0000)
}

/// The events of poll(2), with Linux's numbers.
public struct PollEvents: OptionSet, Hashable, Sendable {
    public let rawValue: Int16
    public init(rawValue: Int16) { self.rawValue = rawValue }

    /// POLLIN: a read would not block.
    public static let readable = PollEvents(rawValue: 0x1)
    /// POLLPRI: urgent data.
    public static let urgent = PollEvents(rawValue: 0x2)
    /// POLLOUT: a write would not block.
    public static let writable = PollEvents(rawValue: 0x4)
    /// POLLERR: an error is pending; always reported.
    public static let error = PollEvents(rawValue: 0x8)
    /// POLLHUP: both directions are closed; always reported.
    public static let hangUp = PollEvents(rawValue: 0x10)
    /// POLLRDHUP: the peer has closed its side.
    public static let peerClosed = PollEvents(rawValue: 0x2000)
}
