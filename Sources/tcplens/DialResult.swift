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
    let dial: DialStory
    let observations: [StateObservation]
    let info: TCPInfo?
    /// `nil` where packets could not be captured, or none of them was of this connection.
    let story: ConnectionStory?
    let wasCaptured: Bool
    /// ICMP errors about it.
    let complaints: [ICMPError]

    init(dial: DialStory, recording: Recording?, observations: [StateObservation], info: TCPInfo?) {
        self.dial = dial
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
