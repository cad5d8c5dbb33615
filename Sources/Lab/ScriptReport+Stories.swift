import CaptureFile
import LinuxKernel
import PacketScript
import Passes
import Stories
import TCPWire

extension ScriptReport {
    /// The connections as the packets of both directions show them, for a host that does not tell of itself.
    public var stories: [ConnectionStory] {
        // A packet that the host sent may be looked at after the script has sent its next.
        let ordered = packets.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        let recorded = ordered.map {
            RecordedPacket(
                time: Timestamp(nanoseconds: $0.element.time), linkType: .raw, bytes: $0.element.octets,
                originalLength: $0.element.octets.count)
        }
        let analysis = CaptureAnalysis(recorded)
        return (0..<analysis.count).compactMap {
            analysis.stored($0 + 1, renumbered: true).flatMap { ConnectionStory($0) }
        }
    }
}
