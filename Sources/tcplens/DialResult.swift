import CaptureFile
import FlatMemory
import Lab
import LinuxKernel
import Passes
import Stories
import Synchronization
import TCPState
import TCPWire
import Tracking

/// What a dial left behind: its steps, and, where they could be had, its packets and what the kernel said of our end.
struct DialResult {
    private(set) var dial: DialStory
    let observations: [StateObservation]
    let info: TCPInfo?
    /// `nil` where packets could not be captured, or none of them was of this connection.
    let story: ConnectionStory?
    let wasCaptured: Bool
    /// ICMP errors about it.
    private(set) var complaints: [ICMPError]
    /// What answered for an address of the link, where nobody did.
    private(set) var isNeighbourSilent = false
    /// This machine's own listener of the address and port dialled, where it is one of this machine's.
    private(set) var listener: SocketEntry?
    /// Whether what came was shown as it came.
    let wasConversation: Bool

    init(
        dial: DialStory, recording: Recording?, observations: [StateObservation], info: TCPInfo?,
        wasConversation: Bool = false
    ) {
        self.dial = dial
        self.wasConversation = wasConversation
        self.observations = observations
        self.info = info
        wasCaptured = recording != nil
        let packets = recording?.packets ?? []
        let analysis = CaptureAnalysis(packets)
        let records = analysis.connections
        let index = records.lastIndex { $0.clientEndpoint == dial.local && $0.serverEndpoint == dial.remote }
        var story = index.flatMap { analysis.stored($0 + 1, renumbered: true) }.flatMap { ConnectionStory($0) }
        story?.confirm(by: observations)
        self.story = story
        complaints = packets.compactMap { packet in
            var error = ICMPError()
            let isQuote = PacketDecoder.decodeQuoted(
                packet.bytes.octets, link: packet.linkType, originalLength: packet.originalLength, into: &error)
            guard isQuote, error.source == dial.local, error.destination == dial.remote else { return nil }
            return error
        }
        lookAround()
    }

    /// Looks at what this machine itself knows of a peer that did not answer.
    private mutating func lookAround() {
        guard let remote = dial.remote else { return }
        switch dial.outcome {
        case .timedOut, .unreachable(.host, _, nil): break
        case .unreachable(.host, _, let message?) where message.sender == dial.local?.address: break
        default: return
        }
        // An ICMP error from our own address is what the kernel makes of an address that nobody on the link answers for.
        let own = complaints.filter { $0.reporter == dial.local?.address }
        if !own.isEmpty || Neighbours.isSilent(remote.address) {
            isNeighbourSilent = true
            complaints.removeAll { $0.reporter == dial.local?.address }
            dial.outcome = .unreachable(.host, .hostUnreachable, nil)
        } else if remote.address.isLoopback || remote.address == dial.local?.address {
            listener = try? SocketTable().listener(on: remote)
        }
    }
}

/// Asks the kernel for our end at each step of a dial, while it stands still there.
final class Witness: Sendable {
    private struct Notes {
        var observations: [StateObservation] = []
        var info: TCPInfo?
        var ends: (local: Endpoint, remote: Endpoint)?
    }

    private let notes = Mutex(Notes())
    private let table = try? SocketTable()

    var observations: [StateObservation] { notes.withLock { $0.observations } }
    var info: TCPInfo? { notes.withLock { $0.info } }

    func look(at step: DialStep) {
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
