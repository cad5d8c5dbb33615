import CaptureFile
import FlatMemory
import LinuxKernel
import Passes
import Stories
import Synchronization
import TCPState
import TCPWire
import Tracking

/// The result of a dial: its steps and, if they could be obtained, its packets and what the kernel reported about our
/// end.
public struct DialResult: Sendable {
    /// The steps of the dial and its outcome. If no neighbor answered, the outcome is taken from the kernel's own
    /// tables.
    public private(set) var dial: DialStory
    /// The states that the kernel showed for our end, each once, in order; empty where the kernel could not be asked.
    public let observations: [StateObservation]
    /// The kernel's measurements when it was last asked; `nil` where it could not be asked.
    public let info: TCPInfo?
    /// The connection's story; `nil` where packets could not be captured, or none of them was of this connection.
    public let story: ConnectionStory?
    /// Whether packets were captured at all, of this connection or not.
    public let wasCaptured: Bool
    /// ICMP errors about the connection.
    public private(set) var complaints: [ICMPError]
    /// Whether nobody on the link answered for the address (ARP or neighbor discovery).
    public private(set) var isNeighbourSilent = false
    /// The listening socket of the dialed address and port, if the address is one of this machine's.
    public private(set) var listener: SocketEntry?
    /// Whether a person at a keyboard did the talking, and has seen the answer already.
    public let wasConversation: Bool

    /// Creates a result: finds the connection's packets in the recording and, if the peer did not answer, what this
    /// machine knows about it.
    public init(
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
        story = index.flatMap { analysis.stored($0 + 1, renumbered: true) }.flatMap {
            ConnectionStory($0, asked: observations)
        }
        complaints = packets.compactMap { packet in
            var error = ICMPError()
            let isQuote = PacketDecoder.decodeQuoted(
                packet.bytes.octets, link: packet.linkType, originalLength: packet.originalLength, into: &error)
            guard isQuote, error.source == dial.local, error.destination == dial.remote else { return nil }
            return error
        }
        lookAround()
    }

    /// If a peer did not answer, finds out what this machine itself knows about it.
    private mutating func lookAround() {
        guard let remote = dial.remote else { return }
        switch dial.outcome {
        case .timedOut, .unreachable(.host, _, nil): break
        case .unreachable(.host, _, let message?) where message.sender == dial.local?.address: break
        default: return
        }
        // The kernel creates an ICMP error from our own address if nobody on the link answers for an address.
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
