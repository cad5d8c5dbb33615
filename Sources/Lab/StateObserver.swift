import CaptureFile
import LinuxKernel
import Stories
import Synchronization
import TCPState
import TCPWire
import Tracking

/// Asks the kernel for both ends of one connection again and again, and notes each change of state. A look-up costs a
/// few microseconds, so every state is seen that lasts longer than the pause between two look-ups.
public final class StateObserver: Sendable {
    private struct Notes {
        var observations: [StateObservation] = []
        var current: [Party: State] = [:]
        /// The quickest look-up so far, in nanoseconds.
        var quickest = Int64.max
        /// When something last happened (``SystemClock/ticks()``).
        var lastNews = SystemClock.ticks()
        var isStopped = false
        var hasEnded = false
    }

    /// The longest that a look at the socket table may take, in nanoseconds, for the state that it found to be placed
    /// among the packets by its time. On a machine where every look takes longer, the limit is twice the time that the
    /// quickest one took.
    private static let longestLook: Int64 = 30_000

    /// As long after the last news it looks as often as it can; nanoseconds. After that a connection may stand for hours.
    private static let liveliness: Int64 = 200_000_000
    /// Microseconds between two looks, while there is news, and else.
    private static let pauses: (lively: Int, quiet: Int) = (30, 5_000)

    private let table: SocketTable
    private let client: Endpoint
    private let server: Endpoint
    private let notes = Mutex(Notes())
    /// One looks at a time: an answer must not be noted behind a later one.
    private let turn = Mutex(())

    /// Creates an observer. Both ends must be sockets of this network namespace.
    public init(client: Endpoint, server: Endpoint) throws(SocketTableError) {
        self.client = client
        self.server = server
        table = try SocketTable()
    }

    /// Starts to observe, on a thread of its own.
    public func start() throws(SystemError) {
        look()
        try WorkerThread.start { [self] in
            while !notes.withLock({ $0.isStopped }) {
                look()
                let silence = SystemClock.ticks() &- notes.withLock { $0.lastNews }
                SystemClock.sleep(
                    microseconds: silence < Self.liveliness ? Self.pauses.lively : Self.pauses.quiet)
            }
            notes.withLock { $0.hasEnded = true }
        }
    }

    /// Blocks until both ends have been seen in these states, or `limit` milliseconds have passed.
    public func wait(client: State?, server: State?, limit: Int = 2000) {
        let deadline = SystemClock.ticks() &+ Int64(limit) &* 1_000_000
        while SystemClock.ticks() < deadline {
            let current = notes.withLock { $0.current }
            if current[.client] == client, current[.server] == server { return }
            SystemClock.sleep(microseconds: 30)
        }
    }

    /// Asks for both ends at once, since something has happened to them, and often for a while.
    public func lookNow() {
        notes.withLock { $0.lastNews = SystemClock.ticks() }
        look()
    }

    /// What was seen since the first `known` changes, in time order.
    public func observations(after known: Int) -> [StateObservation] {
        notes.withLock { Array($0.observations.dropFirst(known)) }
    }

    /// Whether an end was seen, and is not there any more.
    public func isGone(_ party: Party) -> Bool {
        notes.withLock { notes in
            notes.current[party] == nil && notes.observations.contains { $0.party == party }
        }
    }

    /// Stops, and returns what was seen, in time order.
    public func stop() -> [StateObservation] {
        notes.withLock { $0.isStopped = true }
        while !notes.withLock({ $0.hasEnded }) { SystemClock.sleep(microseconds: 100) }
        return notes.withLock { $0.observations }
    }

    private func look() {
        turn.withLock { _ in
            note(.client, local: client, remote: server)
            note(.server, local: server, remote: client)
        }
    }

    private func note(_ party: Party, local: Endpoint, remote: Endpoint) {
        let asked = SystemClock.now()
        // An end that the kernel no longer lists is closed. If the kernel does not answer, the end's state stays as it
        // was.
        let found: SocketEntry?
        do {
            found = try table.lookUp(local: local, remote: remote)
        } catch {
            return
        }
        guard let entry = found else {
            notes.withLock { $0.current[party] = nil }
            return
        }
        let answered = SystemClock.now()
        // This thread may have had to wait for a processor; then it is not known when the answer was true.
        let took = answered.nanoseconds(since: asked)
        notes.withLock { notes in
            notes.quickest = min(notes.quickest, took)
            guard took < max(Self.longestLook, notes.quickest &* 2) else { return }
            guard notes.current[party] != entry.state else { return }
            notes.current[party] = entry.state
            notes.lastNews = SystemClock.ticks()
            notes.observations.append(
                StateObservation(time: answered, party: party, state: entry.state, isMini: entry.form != .full))
        }
    }
}
