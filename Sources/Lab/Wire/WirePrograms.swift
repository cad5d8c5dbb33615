#if os(Linux)
    import CaptureFile
    import Glibc
    import LinuxKernel
    import Stories
    import TCPWire
    import Tracking

    /// The two programs of the experiment on a wire: the client that greets, and the server that answers and closes.
    /// They never block: each makes the next call that is possible now.
    struct WirePrograms {
        /// A call that was made and had an effect.
        struct Call {
            /// The call; `nil` for reading and writing, which the segments show.
            let cause: Testimony.Moment.Cause?
            let party: Party
            let time: Timestamp
        }

        private enum ClientPhase { case connecting, silent, reading, ended, closed }
        private enum ServerPhase { case listening, reading, answered, closing, closed }

        private let server: Endpoint
        private let listener: StreamSocket
        private let socket: StreamSocket
        private var session: StreamSocket?
        private var clientPhase = ClientPhase.connecting
        private var serverPhase = ServerPhase.listening
        private let silence: Int64
        /// When the client sends its greeting; later, when it closes at the latest.
        private(set) var wake: Int64?
        private(set) var client: Endpoint?
        private(set) var dial = DialStory()
        private(set) var serverEvents: [ServerEvent] = []

        /// For how many nanoseconds the client delays its close, so that FIN-WAIT-2 can be seen. It is longer than an
        /// ACK can be delayed.
        private static let patience: Int64 = 300_000_000
        private static let readSize = 4096

        /// Creates the programs. It must be called in the client's namespace.
        init(_ listener: StreamSocket, server: Endpoint, silence: Int64) throws {
            self.listener = listener
            self.server = server
            self.silence = silence
            socket = try StreamSocket.make(family: SocketName(server).family)
        }

        var isDone: Bool { clientPhase == .closed && (serverPhase == .closed || serverPhase == .listening) }

        mutating func listens() { note(.listening(server, taken: nil), at: SystemClock.now()) }

        /// Starts to connect.
        mutating func connect() -> Call? {
            let time = SystemClock.now()
            note(.connecting(server), at: time)
            if case .failed(let error) = socket.connect(to: SocketName(server)) {
                fail(.local(.other, error), at: time)
                return nil
            }
            client = socket.local
            return Call(cause: .call("connect"), party: .client, time: time)
        }

        /// Makes the next call that is possible.
        ///
        /// - Parameter isServerWaiting: whether the server's end is in FIN-WAIT-2.
        mutating func next(isServerWaiting: Bool) -> Call? {
            nextOfServer() ?? nextOfClient(isServerWaiting)
        }

        // MARK: The client

        private mutating func nextOfClient(_ isServerWaiting: Bool) -> Call? {
            switch clientPhase {
            case .connecting: return finishConnecting()
            case .silent:
                guard let wake, SystemClock.ticks() >= wake else { return nil }
                self.wake = nil
                return say()
            case .reading: return read()
            case .ended:
                guard isServerWaiting || wake.map({ SystemClock.ticks() >= $0 }) ?? true else { return nil }
                wake = nil
                let time = SystemClock.now()
                socket.close()
                note(.closed, at: time)
                clientPhase = .closed
                return Call(cause: .call("close"), party: .client, time: time)
            case .closed: return nil
            }
        }

        private mutating func finishConnecting() -> Call? {
            let time = SystemClock.now()
            let code = socket.pendingError()
            guard code == 0 else {
                fail(code == ECONNREFUSED ? .refused(nil) : .timedOut, at: time)
                return nil
            }
            guard let remote = socket.remote, let local = socket.local else { return nil }
            dial.outcome = .established
            dial.local = local
            note(.established(local: local, remote: remote), at: time)
            clientPhase = .silent
            wake = SystemClock.ticks() &+ silence
            return Call(cause: .returned("connect"), party: .client, time: time)
        }

        private mutating func say() -> Call? {
            let time = SystemClock.now()
            guard case .done(let count) = socket.send(Experiment.clientGreeting[...]) else { return nil }
            note(.sent(octets: count), at: time)
            dial.octetsSent += count
            clientPhase = .reading
            return Call(cause: nil, party: .client, time: time)
        }

        private mutating func read() -> Call? {
            let result = socket.receive(atMost: Self.readSize)
            let time = SystemClock.now()
            switch result {
            case .done(let octets):
                note(.received(octets), at: time)
                dial.octetsReceived += octets.count
                dial.answer += octets
                return Call(cause: nil, party: .client, time: time)
            case .end:
                note(.peerClosed, at: time)
                dial.peerClosedFirst = true
                clientPhase = .ended
                wake = SystemClock.ticks() &+ Self.patience
                return Call(cause: nil, party: .client, time: time)
            case .notNow: return nil
            case .failed:
                fail(.resetAfterEstablished, at: time)
                return nil
            }
        }

        private mutating func fail(_ outcome: DialOutcome, at time: Timestamp) {
            dial.outcome = outcome
            note(.failed(server, outcome), at: time)
            socket.close()
            clientPhase = .closed
        }

        // MARK: The server

        private mutating func nextOfServer() -> Call? {
            switch serverPhase {
            case .listening:
                guard case .done(let accepted) = listener.accept() else { return nil }
                let time = SystemClock.now()
                session = accepted
                serverPhase = .reading
                if let client { note(.accepted(client: 1, peer: client, local: server), at: time) }
                return Call(cause: .returned("accept"), party: .server, time: time)
            case .reading: return answer()
            case .answered:
                guard let session else { return nil }
                // The server closes when its answer has been acknowledged.
                guard session.unacknowledged == 0 else {
                    if case .failed = session.receive(atMost: Self.readSize) {
                        session.close()
                        serverPhase = .closed
                    }
                    return nil
                }
                let time = SystemClock.now()
                session.shutdownSending()
                note(.halfClosed(client: 1), at: time)
                serverPhase = .closing
                return Call(cause: .call("shutdown"), party: .server, time: time)
            case .closing:
                guard let session else { return nil }
                switch session.receive(atMost: Self.readSize) {
                case .done, .notNow: return nil
                case .end, .failed:
                    session.close()
                    serverPhase = .closed
                    return nil
                }
            case .closed: return nil
            }
        }

        private mutating func answer() -> Call? {
            guard let session else { return nil }
            switch session.receive(atMost: Self.readSize) {
            case .done(let octets):
                note(.received(client: 1, octets: octets.count, first: octets), at: SystemClock.now())
                let time = SystemClock.now()
                guard case .done(let count) = session.send(GreetingServer.greeting[...]) else { return nil }
                note(.replied(client: 1, octets: count), at: time)
                serverPhase = .answered
                return Call(cause: nil, party: .server, time: time)
            case .notNow: return nil
            case .end, .failed:
                session.close()
                serverPhase = .closed
                return nil
            }
        }

        private mutating func note(_ kind: DialStep.Kind, at time: Timestamp) {
            dial.steps.append(DialStep(time: time, kind: kind))
        }

        private mutating func note(_ kind: ServerEvent.Kind, at time: Timestamp) {
            serverEvents.append(ServerEvent(time: time, kind: kind))
        }
    }
#endif
