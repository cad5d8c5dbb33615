import TCPWire

/// A socket call of a script. Descriptors are the host's own: what ``ScriptResult/value`` of `socket` and `accept` was.
public enum ScriptCall: Hashable, Sendable {
    /// socket(2) of a TCP socket.
    case socket(isIPv6: Bool, isNonBlocking: Bool)
    case bind(Int32, Endpoint)
    case listen(Int32, backlog: Int32)
    /// The result is the new descriptor, and ``ScriptResult/peer`` who came.
    case accept(Int32, isNonBlocking: Bool)
    case connect(Int32, Endpoint)
    /// read(2), recv(2), recvfrom(2) and recvmsg(2): at most `count` octets, and with `wantsControl` what goes with them.
    case receive(Int32, count: Int, flags: MessageFlags, wantsControl: Bool = false)
    /// write(2), send(2), sendto(2) and sendmsg(2). A peer that is gone gives EPIPE, no signal. `destination` is only given
    /// with MSG_FASTOPEN.
    case send(Int32, octets: [UInt8], flags: MessageFlags, destination: Endpoint?)
    case shutdown(Int32, Direction)
    case close(Int32)
    /// fcntl(2) with F_SETFL: only O_NONBLOCK matters to TCP.
    case setNonBlocking(Int32, Bool)
    /// fcntl(2) with F_GETFL: the result is O_RDWR (2), with O_NONBLOCK (0x800) where that is set.
    case statusFlags(Int32)
    case setOption(Int32, SocketOption, SocketOption.Value)
    /// The value is ``ScriptResult/option``.
    case getOption(Int32, SocketOption)
    /// ioctl(2): how many octets wait to be read (SIOCINQ), are not acknowledged (SIOCOUTQ) or not sent (SIOCOUTQNSD), as
    /// ``ScriptResult/option``.
    case queueLength(Int32, Queue)
    /// poll(2); a negative time-out waits for ever. The events that came are ``ScriptResult/events``, in this order.
    case poll([Interest], milliseconds: Int32)
    /// epoll_create(2): the result is the new descriptor.
    case epollCreate
    /// epoll_ctl(2).
    case epollControl(Int32, EpollOperation, Int32, EpollEntry)
    /// epoll_wait(2): what came is ``ScriptResult/occurrences``.
    case epollWait(Int32, limit: Int32, milliseconds: Int32)
    /// A call that reads or writes, with a null pointer where its buffer should be.
    indirect case withoutBuffer(ScriptCall)

    /// A half of a connection.
    public enum Direction: Int32, Hashable, Sendable {
        /// SHUT_RD, SHUT_WR, SHUT_RDWR.
        case reading, writing, both
    }

    /// A queue whose length ioctl(2) tells.
    public enum Queue: Hashable, Sendable {
        case unread, unacknowledged, unsent
    }

    /// A descriptor that poll(2) looks at.
    public struct Interest: Hashable, Sendable {
        /// The host's own number, or one that is not open: poll(2) then tells POLLNVAL.
        public var descriptor: Int32
        /// What is asked for; errors and hang-ups are told anyway.
        public var events: PollEvents

        /// A descriptor with the events asked for.
        public init(descriptor: Int32, events: PollEvents) {
            self.descriptor = descriptor
            self.events = events
        }
    }
}

/// How a socket call ended.
public struct ScriptResult: Hashable, Sendable {
    /// What the call returned; -1 for a failure.
    public var value: Int64
    /// Linux's number of the errno; 0 where the call did not fail. ``ScriptConstants`` has the names.
    public var errno: Int32
    /// When it returned, in nanoseconds of the host's clock.
    public var time: Int64
    /// Who was accepted.
    public var peer: Endpoint?
    /// What `receive` got.
    public var octets: [UInt8] = []
    /// What `getOption` and `queueLength` read.
    public var option: SocketOption.Value?
    /// What `poll` saw, an entry for each descriptor asked for.
    public var events: [PollEvents] = []
    /// What `epollWait` saw.
    public var occurrences: [EpollEntry] = []
    /// What came with a `receive` that wanted it.
    public var control: [ControlMessage] = []
    /// The msg_flags of a `receive`: MSG_OOB, MSG_TRUNC and the like.
    public var messageFlags: MessageFlags = []

    /// A call that returned this.
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
    /// MSG_PEEK: read and leave it there.
    public static let peek = MessageFlags(rawValue: 0x2)
    /// MSG_TRUNC: of TCP, read and throw away.
    public static let truncate = MessageFlags(rawValue: 0x20)
    /// MSG_DONTWAIT: as if O_NONBLOCK were set.
    public static let dontWait = MessageFlags(rawValue: 0x40)
    /// MSG_EOR: no segment may hold octets before and behind this write's end.
    public static let endOfRecord = MessageFlags(rawValue: 0x80)
    /// MSG_WAITALL: block until all octets asked for are there.
    public static let waitAll = MessageFlags(rawValue: 0x100)
    /// MSG_ERRQUEUE: read the error queue.
    public static let errorQueue = MessageFlags(rawValue: 0x2000)
    /// MSG_NOSIGNAL: implied, hosts never raise SIGPIPE.
    public static let noSignal = MessageFlags(rawValue: 0x4000)
    /// MSG_MORE: as if TCP_CORK were set for this write.
    public static let more = MessageFlags(rawValue: 0x8000)
    /// MSG_ZEROCOPY: send from the caller's own memory, and say on the error queue when it is free again.
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
    /// POLLERR: an error waits; always told.
    public static let error = PollEvents(rawValue: 0x8)
    /// POLLHUP: both directions are closed; always told.
    public static let hangUp = PollEvents(rawValue: 0x10)
    /// POLLRDHUP: the peer has closed its side.
    public static let peerClosed = PollEvents(rawValue: 0x2000)
}
