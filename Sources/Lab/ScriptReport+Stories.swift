import CaptureFile
import LinuxKernel
import PacketScript
import Passes
import Stories
import TCPWire

extension ScriptReport {
    /// The script's connections, made from the packets of both directions; for a host that reports nothing about
    /// itself.
    public var stories: [ConnectionStory] {
        // A packet that the host sent may be read only after the script has sent its next one, so the packets are
        // sorted by time.
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
