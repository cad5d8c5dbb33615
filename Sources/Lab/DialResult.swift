import CaptureFile
import FlatMemory
import LinuxKernel
import Passes
import Stories
import Synchronization
import TCPState
import TCPWire
import Tracking

/// What a dial left behind: its steps, and, where they could be had, its packets and what the kernel said of our end.
public struct DialResult: Sendable {
    public let dial: DialStory
    public let observations: [StateObservation]
    public let info: TCPInfo?
    /// `nil` where packets could not be captured, or none of them was of this connection.
    public let story: ConnectionStory?
    public let wasCaptured: Bool
    /// ICMP errors about it.
    public let complaints: [ICMPError]

    public init(dial: DialStory, recording: Recording?, observations: [StateObservation], info: TCPInfo?) {
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
