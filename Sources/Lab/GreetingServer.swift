import CaptureFile
import FlyingSocks
import LinuxKernel
import Synchronization
import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The tutorial's server: one task for each client, which reads what the client sends and answers.
///
///     let server = try GreetingServer(GreetingServer.Options(port: 8080))
///     async let summary = server.run()
///     for await event in server.events { print(event) }
public final class GreetingServer: Sendable {
    /// What a client is sent.
    public enum Mode: Hashable, Sendable {
        /// These octets, after the client has sent something or closed its side.
        case reply([UInt8])
        /// Whatever the client sends, until the client closes.
        case echo
    }

    /// Who closes first after the reply. That side will be in TIME-WAIT.
    public enum Closing: Hashable, Sendable {
        case serverFirst, clientFirst
    }

    /// Where to listen, and what to do with clients.
    public struct Options: Sendable {
        /// The address to listen on; `nil` for all addresses of this host, IPv6 and IPv4.
        public var address: IPAddress?
        /// The port to listen on; 0 for any free one.
        public var port: UInt16
        /// Whether to use the next free port if `port` is taken.
        public var triesNextPorts: Bool
        /// What a client is sent.
        public var mode: Mode
        /// Who closes first after a reply; an echo goes on until the client closes.
        public var closing: Closing
        /// Whether to end after the first client.
        public var servesOne: Bool
        /// Connections that may wait to be accepted (listen(2)).
        public var backlog: Int32
        /// How long a client may be silent; `nil` for no limit.
        public var idleLimit: Duration?

        /// Creates options. By default the server listens on all of this host's addresses, sends its greeting, closes
        /// first, and serves until it is stopped.
        public init(
            address: IPAddress? = nil, port: UInt16, triesNextPorts: Bool = false, mode: Mode = .reply(greeting),
            closing: Closing = .serverFirst, servesOne: Bool = false, backlog: Int32 = SOMAXCONN,
            idleLimit: Duration? = nil
        ) {
            self.address = address
            self.port = port
            self.triesNextPorts = triesNextPorts
            self.mode = mode
            self.closing = closing
            self.servesOne = servesOne
            self.backlog = backlog
            self.idleLimit = idleLimit
        }
    }

    /// `hello, xiao ming.\n`: 18 octets.
    public static let greeting = Array("hello, xiao ming.\n".utf8)
    /// How many octets of what a client sends are in an event.
    public static let shownOctets = 1024
    private static let eventsKept = 8192

    /// Where it listens.
    public let endpoint: Endpoint
    /// The port that was asked for, if it was taken already; else `nil`.
    public let takenPort: UInt16?
    /// The events from ``run()`` on. The stream ends with that, and only one task may read it.
    public let events: AsyncStream<ServerEvent>
    private let options: Options
    private let listener: StreamSocket
    private let log: EventLog
    private let control = Mutex(Control())

    private struct Control {
        var task: Task<Void, Never>?
        var isStopped = false
    }

    /// Starts to listen. From here on clients can connect; they wait in the queue until ``run()``.
    ///
    /// - Throws: the errno of socket, bind or listen: EADDRINUSE, EACCES (a port below 1024), EADDRNOTAVAIL.
    public init(_ options: Options) throws(SystemError) {
        self.options = options
        listener = try Self.listener(options)
        endpoint =
            listener.local ?? Endpoint(address: options.address ?? IPAddress(high: 0, low: 0), port: options.port)
        takenPort = options.port != 0 && endpoint.port != options.port ? options.port : nil
        let (stream, continuation) = AsyncStream.makeStream(
            of: ServerEvent.self, bufferingPolicy: .bufferingOldest(Self.eventsKept))
        events = stream
        log = EventLog(continuation)
    }

    /// Serves clients until ``stop()``, or, if only one is to be served, until that one is done.
    public func run() async -> ServerSummary {
        let task = Task { await serveAll() }
        let isStopped = control.withLock {
            $0.task = task
            return $0.isStopped
        }
        if isStopped { task.cancel() }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        return log.finish()
    }

    /// Ends ``run()``, and all connections that are open.
    public func stop() {
        let task = control.withLock {
            $0.isStopped = true
            return $0.task
        }
        task?.cancel()
    }

    private func serveAll() async {
        log.add(.listening(endpoint, taken: takenPort))
        let pool = ReadinessPool()
        do {
            try await pool.prepare()
        } catch {
            log.add(.failed(client: nil, SystemError(call: "epoll_create", code: EMFILE)))
            return
        }
        await withDiscardingTaskGroup { group in
            group.addTask { try? await pool.run() }
            await withDiscardingTaskGroup { clients in
                await acceptAll(pool) { [options, log] client, number in
                    clients.addTask {
                        await ClientSession(number: number, socket: client, pool: pool, options: options, log: log)
                            .run()
                    }
                }
                // Clients that come now are to be refused, and not to wait in the queue.
                await pool.close(listener)
            }
            group.cancelAll()
        }
    }

    /// Accepts clients and passes them on. Returns when it is cancelled, after the first client if only one is served,
    /// or if accepting fails for good.
    private func acceptAll(_ pool: ReadinessPool, _ serve: (StreamSocket, Int) -> Void) async {
        var number = 0
        var isStarved = false
        while !Task.isCancelled {
            switch listener.accept() {
            case .done(let client):
                isStarved = false
                number += 1
                serve(client, number)
                if options.servesOne { return }
            case .notNow, .end:
                guard await pool.wait(for: .read, on: listener) != .cancelled else { return }
            case .failed(let error):
                switch error.code {
                case ECONNABORTED, EPROTO, EPERM:
                    continue
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    // The client stays in the queue, and the listener stays readable: without a pause this loop would
                    // spin.
                    if !isStarved { log.add(.failed(client: nil, error)) }
                    isStarved = true
                    try? await Task.sleep(for: .milliseconds(50))
                default:
                    log.add(.failed(client: nil, error))
                    return
                }
            }
        }
    }

    private static func listener(_ options: Options) throws(SystemError) -> StreamSocket {
        guard options.triesNextPorts else { return try listener(options, port: options.port) }
        return try FreePort.first(from: options.port) { port throws(SystemError) in try listener(options, port: port) }
    }

    private static func listener(_ options: Options, port: UInt16) throws(SystemError) -> StreamSocket {
        if let address = options.address {
            return try listener(on: Endpoint(address: address, port: port), options)
        }
        do throws(SystemError) {
            return try listener(on: Endpoint(address: IPAddress(high: 0, low: 0), port: port), options)
        } catch {
            // This host has no IPv6.
            guard error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL else { throw error }
            return try listener(on: Endpoint(address: IPAddress(ipv4: 0), port: port), options)
        }
    }

    private static func listener(on endpoint: Endpoint, _ options: Options) throws(SystemError) -> StreamSocket {
        let name = SocketName(endpoint)
        let socket = try StreamSocket.make(family: name.family)
        // Without this option, connections in TIME-WAIT prevent a server from starting again for a minute.
        socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
        if name.family == AF_INET6 { socket.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, options.address == nil ? 0 : 1) }
        try socket.bind(to: name)
        try socket.listen(backlog: options.backlog)
        return socket
    }
}

/// Collects the sessions' events, and counts them.
final class EventLog: Sendable {
    private let continuation: AsyncStream<ServerEvent>.Continuation
    private let summary = Mutex(ServerSummary())

    init(_ continuation: AsyncStream<ServerEvent>.Continuation) { self.continuation = continuation }

    func add(_ kind: ServerEvent.Kind, at time: Timestamp = SystemClock.now()) {
        summary.withLock { summary in
            switch kind {
            case .accepted: summary.clients += 1
            case .received(_, let octets, _): summary.octetsReceived += octets
            case .replied(_, let octets): summary.octetsSent += octets
            case .closed(_, .reset), .closed(_, .failed): summary.failures += 1
            case .listening, .halfClosed, .closed, .failed, .stopped: break
            }
        }
        let result = continuation.yield(ServerEvent(time: time, kind: kind))
        if case .dropped = result { summary.withLock { $0.eventsDropped += 1 } }
    }

    func finish() -> ServerSummary {
        let sums = summary.withLock { $0 }
        continuation.yield(ServerEvent(time: SystemClock.now(), kind: .stopped(sums)))
        continuation.finish()
        return sums
    }
}
