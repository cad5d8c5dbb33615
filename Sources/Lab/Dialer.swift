import CaptureFile
import LinuxKernel
import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Makes one connection and records its story. The addresses of a name are tried one after another, as nc does.
public final class Dialer: Sendable {
    private let options: DialOptions
    private let onStep: @Sendable (DialStep) -> Void
    private let waker: WakePipe

    /// - Parameters:
    ///   - options: what to dial.
    ///   - onStep: is called at each step on the dialer's own thread, which waits for it. So the sockets are still in
    ///     the state of this step, and the kernel can be asked about them.
    /// - Throws: if this process has no file descriptors left.
    public init(_ options: DialOptions, onStep: @escaping @Sendable (DialStep) -> Void = { _ in }) throws(SystemError) {
        self.options = options
        self.onStep = onStep
        waker = try WakePipe()
    }

    /// Makes ``dial()`` close and return.
    public func interrupt() { waker.wake() }

    /// Dials on a thread of its own; a cancelled task interrupts it.
    public func dial() async -> DialStory {
        await withTaskCancellationHandler {
            do throws(SystemError) {
                return try await WorkerThread.run { self.dialBlocking() }
            } catch {
                var story = DialStory()
                story.outcome = .local(.other, error)
                return story
            }
        } onCancel: {
            interrupt()
        }
    }

    /// Dials on the calling thread. It can be interrupted, except while it resolves a name.
    public func dialBlocking() -> DialStory {
        var diary = DialDiary(onStep: onStep, keptOctets: options.keptOctets)
        let names: [SocketName]
        do throws(ResolverError) {
            names = try NameResolver.resolve(options.host, port: options.port, family: options.family)
        } catch {
            diary.story.outcome = .nameNotFound(error)
            return diary.story
        }
        diary.note(.resolved(names.map(\.endpoint.address)))
        var outcomes: [DialOutcome] = []
        tries: for name in names {
            diary.story.remote = name.endpoint
            diary.note(.connecting(name.endpoint))
            switch connect(to: name, &diary) {
            case .success(let socket):
                let exchange = DialExchange(socket: socket, options: options, wake: waker.reader)
                let nowhere = Endpoint(address: IPAddress(high: 0, low: 0), port: 0)
                diary.note(.established(local: diary.story.local ?? nowhere, remote: name.endpoint))
                diary.story.outcome = exchange.run(&diary)
                let end = SystemClock.now()
                socket.close()
                diary.note(.closed, at: end)
                return diary.story
            case .failure(let failure):
                outcomes.append(failure.outcome)
                diary.note(.failed(name.endpoint, failure.outcome))
                if failure.outcome == .interrupted { break tries }
            }
        }
        diary.story.outcome = Self.telling(outcomes)
        return diary.story
    }

    /// The most informative outcome: that of the last address that could be tried at all.
    private static func telling(_ outcomes: [DialOutcome]) -> DialOutcome {
        let tried = outcomes.last {
            if case .local = $0 { return false }
            return true
        }
        return tried ?? outcomes.last ?? .nameNotFound(ResolverError(code: 0))
    }

    private struct ConnectFailure: Error {
        var outcome: DialOutcome
    }

    private func connect(to name: SocketName, _ diary: inout DialDiary) -> Result<StreamSocket, ConnectFailure> {
        let socket: StreamSocket
        do throws(SystemError) {
            socket = try StreamSocket.make(family: name.family)
        } catch {
            return .failure(ConnectFailure(outcome: .local(.other, error)))
        }
        if let fault = bindSource(socket, for: name) { return .failure(ConnectFailure(outcome: fault)) }
        ReportedICMP.keep(true, for: socket.descriptor)
        let start = socket.connect(to: name)
        // The local endpoint is known from here on, also if the attempt fails; its packets are found by it.
        diary.story.local = socket.local
        switch start {
        case .done:
            break
        case .failed(let error):
            return .failure(ConnectFailure(outcome: Self.outcome(error, socket, isImmediate: true)))
        case .end, .notNow:
            if let outcome = awaitAnswer(socket) { return .failure(ConnectFailure(outcome: outcome)) }
        }
        ReportedICMP.keep(false, for: socket.descriptor)
        return .success(socket)
    }

    private func bindSource(_ socket: StreamSocket, for name: SocketName) -> DialOutcome? {
        guard options.source != nil || options.sourcePort != 0 else { return nil }
        let any = name.family == AF_INET ? IPAddress(ipv4: 0) : IPAddress(high: 0, low: 0)
        let source = SocketName(Endpoint(address: options.source ?? any, port: options.sourcePort))
        guard source.family == name.family else {
            return .local(.address, SystemError(call: "bind", code: EAFNOSUPPORT))
        }
        do throws(SystemError) {
            try socket.bind(to: source)
            return nil
        } catch {
            return .local(error.code == EADDRNOTAVAIL ? .address : error.code == EADDRINUSE ? .port : .other, error)
        }
    }

    /// Waits until a connection attempt ends. Returns how it failed, or `nil` if it succeeded.
    private func awaitAnswer(_ socket: StreamSocket) -> DialOutcome? {
        let wait = DialWait(limit: options.connectLimit, wake: waker.reader)
        switch wait.until(socket.descriptor, canRead: false, canWrite: true) {
        case .interrupted: return .interrupted
        case .late: return .timedOut
        case .ready: break
        }
        let code = socket.pendingError()
        guard code != 0 else { return nil }
        return Self.outcome(SystemError(call: "connect", code: code), socket, isImmediate: false)
    }

    /// What an errno means. If it comes at once, it is from this host's own routes and rules, later from the network.
    private static func outcome(_ error: SystemError, _ socket: StreamSocket, isImmediate: Bool) -> DialOutcome {
        let message = ReportedICMP.last(of: socket.descriptor)
        let isLocal = isImmediate && message == nil
        switch error.code {
        case ECONNREFUSED: return .refused(message)
        case ETIMEDOUT: return .timedOut
        case ECONNRESET: return .resetAfterEstablished
        case EADDRNOTAVAIL, EADDRINUSE: return .local(.port, error)
        case EAFNOSUPPORT: return .local(.address, error)
        // ip-route(8): a blackhole route answers EINVAL.
        case EINVAL: return .local(isImmediate ? .route : .address, error)
        case EHOSTUNREACH, ENETUNREACH, EACCES, EPERM, EHOSTDOWN, ENETDOWN:
            return isLocal ? .local(.route, error) : .unreachable(unreachable(error.code, message), error, message)
        default:
            return isLocal ? .local(.other, error) : .unreachable(.other, error, message)
        }
    }

    private static func unreachable(_ code: Int32, _ message: ReportedICMP?) -> DialOutcome.Unreachable {
        // RFC 792 and RFC 1812 5.2.7.1: codes 9, 10 and 13 of type 3 are prohibitions, which the kernel turns into
        // EHOSTUNREACH or ENETUNREACH; RFC 4443 3.1: code 1 of type 1.
        if let message {
            if !message.isICMPv6, message.type == 3, [9, 10, 13].contains(message.code) { return .prohibited }
            if message.isICMPv6, message.type == 1, [1, 5, 6].contains(message.code) { return .prohibited }
        }
        switch code {
        case EHOSTUNREACH, EHOSTDOWN: return .host
        case ENETUNREACH, ENETDOWN: return .network
        case EACCES, EPERM: return .prohibited
        default: return .other
        }
    }
}

/// Collects a dial's story, and passes each step on as it comes.
struct DialDiary {
    var story = DialStory()
    private let onStep: @Sendable (DialStep) -> Void
    private let keptOctets: Int
    /// How many steps the story keeps. A long transfer has as many steps as reads.
    private static let keptSteps = 1000

    init(onStep: @escaping @Sendable (DialStep) -> Void, keptOctets: Int) {
        self.onStep = onStep
        self.keptOctets = keptOctets
    }

    mutating func note(_ kind: DialStep.Kind, at time: Timestamp = SystemClock.now()) {
        let step = DialStep(time: time, kind: kind)
        if case .received(let bytes) = kind {
            story.octetsReceived += bytes.count
            story.answer.append(contentsOf: bytes.prefix(max(0, keptOctets - story.answer.count)))
        }
        if case .sent(let octets) = kind { story.octetsSent += octets }
        if story.steps.count < Self.keptSteps { story.steps.append(step) }
        onStep(step)
    }
}
