import FlyingSocks

/// Lets tasks wait for sockets without blocking a thread. It uses FlyingSocks's pool, but leaves errors to the next
/// system call on the socket.
struct ReadinessPool: Sendable {
    enum Readiness: Hashable, Sendable {
        /// The socket is ready or broken; the next system call on it shows which.
        case ready
        case late
        case cancelled
    }

    #if os(Linux)
        private let pool = SocketPool<ePoll>.ePoll(maxEvents: 256)
    #else
        private let pool = SocketPool<kQueue>.kQueue(maxEvents: 256)
    #endif

    func prepare() async throws { try await pool.prepare() }

    /// Runs until it is cancelled. Tasks that wait then are cancelled too.
    func run() async throws { try await pool.run() }

    /// Suspends until a socket is ready.
    func wait(for event: Socket.Event, on socket: StreamSocket) async -> Readiness {
        let file = Socket(file: Socket.FileDescriptor(rawValue: socket.descriptor))
        do {
            try await pool.suspendSocket(file, untilReadyFor: [event])
            return .ready
        } catch SocketError.disconnected {
            return .ready
        } catch {
            return .cancelled
        }
    }

    /// Suspends until a socket is ready, but no longer than `limit`.
    func wait(for event: Socket.Event, on socket: StreamSocket, atMost limit: Duration?) async -> Readiness {
        guard let limit else { return await wait(for: event, on: socket) }
        return await withTaskGroup(of: Readiness.self) { group in
            group.addTask { await wait(for: event, on: socket) }
            group.addTask {
                do {
                    try await Task.sleep(for: limit)
                    return .late
                } catch {
                    return .cancelled
                }
            }
            let first = await group.next() ?? .cancelled
            group.cancelAll()
            return first
        }
    }

    /// Closes a socket for which a task has waited.
    ///
    /// The pool wakes a task before it removes the descriptor from its list. If the descriptor were closed in between
    /// and its number given to another socket, that socket would count as watched already, and its task would never be
    /// woken. Waiting for one turn of the pool's actor prevents this.
    func close(_ socket: StreamSocket) async {
        await pool.takeTurn()
        socket.close()
    }
}

extension SocketPool {
    /// Returns when the actor has finished what it was doing.
    fileprivate func takeTurn() {}
}
