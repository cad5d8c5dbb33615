import LinuxKernel
import Stories
import Synchronization
import TCPState
import TCPWire
import Tracking

/// Asks the kernel for the state of our end at each step of a dial, while the dialer waits.
public final class DialWitness: Sendable {
    private struct Notes {
        var observations: [StateObservation] = []
        var info: TCPInfo?
        var ends: (local: Endpoint, remote: Endpoint)?
    }

    private let notes = Mutex(Notes())
    private let table = try? SocketTable()

    /// Creates a witness. If the kernel's socket table is not available, it never sees anything.
    public init() {}

    /// The states of our end that it has seen, each change once, in order.
    public var observations: [StateObservation] { notes.withLock { $0.observations } }
    /// The kernel's measurements at the last answer; `nil` before the first, and where the kernel gives none.
    public var info: TCPInfo? { notes.withLock { $0.info } }

    /// Asks the kernel once, at this step.
    public func look(at step: DialStep) {
        if case .established(let local, let remote) = step.kind { notes.withLock { $0.ends = (local, remote) } }
        guard let ends = notes.withLock({ $0.ends }),
            let entry = try? table?.lookUp(local: ends.local, remote: ends.remote)
        else { return }
        notes.withLock { notes in
            if let info = entry.info { notes.info = info }
            guard notes.observations.last?.state != entry.state else { return }
            notes.observations.append(
                StateObservation(
                    time: SystemClock.now(), party: .client, state: entry.state, isMini: entry.form != .full))
        }
    }
}
