import LinuxKernel
import Synchronization
import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A TCP socket that never blocks and returns the errno of every failure. It is open from `init` to ``close()`` or
/// `deinit`.
final class StreamSocket: Sendable {
    /// The result of a call on the socket.
    enum Result<Value> {
        case done(Value)
        /// The peer has closed its side.
        case end
        case notNow
        case failed(SystemError)
    }

    let descriptor: Int32
    private let isOpen = Atomic(true)

    private init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        #if !os(Linux)
            // Linux has a flag for each send (MSG_NOSIGNAL) instead.
            var value: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &value, 4)
        #endif
    }

    /// - Parameter family: AF_INET or AF_INET6.
    static func make(family: Int32) throws(SystemError) -> StreamSocket {
        #if os(Linux)
            let made = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let made = socket(family, SOCK_STREAM, 0)
        #endif
        guard made >= 0 else { throw .last("socket") }
        prepare(made)
        return StreamSocket(adopting: made)
    }

    deinit { close() }

    func close() {
        guard isOpen.exchange(false, ordering: .acquiringAndReleasing) else { return }
        _ = system_close(descriptor)
    }

    func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(descriptor, level, option, &value, 4)
    }

    func bind(to name: SocketName) throws(SystemError) {
        guard unsafe name.withAddress({ unsafe system_bind(descriptor, $0, $1) }) == 0 else { throw .last("bind") }
    }

    func listen(backlog: Int32) throws(SystemError) {
        guard system_listen(descriptor, backlog) == 0 else { throw .last("listen") }
    }

    /// Accepts the next connection in the queue.
    func accept() -> Result<StreamSocket> {
        let found = system_accept(descriptor, nil, nil)
        guard found >= 0 else { return Self.failure("accept") }
        Self.prepare(found)
        return .done(StreamSocket(adopting: found))
    }

    /// Starts to connect. The result is `done` if the connection was established at once.
    func connect(to name: SocketName) -> Result<Void> {
        guard unsafe name.withAddress({ unsafe system_connect(descriptor, $0, $1) }) != 0 else { return .done(()) }
        return errno == EINPROGRESS ? .notNow : .failed(.last("connect"))
    }

    /// After poll(2) has reported the end of a connection attempt: 0 if it succeeded, or its errno.
    func pendingError() -> Int32 {
        var error: Int32 = 0
        var length = socklen_t(4)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 else { return errno }
        return error
    }

    func receive(atMost limit: Int) -> Result<[UInt8]> {
        var count = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            count = unsafe recv(descriptor, buffer.baseAddress, limit, 0)
            filled = max(0, count)
        }
        if count == 0 { return .end }
        return count > 0 ? .done(bytes) : Self.failure("recv")
    }

    /// Sends as much as fits, and returns how much that was.
    func send(_ bytes: ArraySlice<UInt8>) -> Result<Int> {
        #if os(Linux)
            let flags = Int32(MSG_NOSIGNAL)
        #else
            let flags: Int32 = 0
        #endif
        let count = unsafe bytes.withUnsafeBytes { unsafe system_send(descriptor, $0.baseAddress, $0.count, flags) }
        return count >= 0 ? .done(count) : Self.failure("send")
    }

    #if os(Linux)
        /// How many octets were sent that the peer has not acknowledged yet.
        var unacknowledged: Int32 {
            let request: UInt = 0x5411  // SIOCOUTQ
            var count: Int32 = 0
            return unsafe ioctl(descriptor, request, &count) == 0 ? count : 0
        }
    #endif

    /// Sends a FIN after what is queued.
    func shutdownSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    var local: Endpoint? { unsafe SocketName.written { unsafe getsockname(descriptor, $0, $1) }?.endpoint }
    var remote: Endpoint? { unsafe SocketName.written { unsafe getpeername(descriptor, $0, $1) }?.endpoint }

    private static func failure<Value>(_ call: String) -> Result<Value> {
        let error = SystemError.last(call)
        return [EAGAIN, EWOULDBLOCK, EINTR].contains(error.code) ? .notNow : .failed(error)
    }

    private static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
}

// The system calls, which have the same names as methods above.
private let system_accept = unsafe accept
private let system_close = close
private let system_bind = unsafe bind
private let system_listen = listen
private let system_connect = unsafe connect
private let system_send = unsafe send
