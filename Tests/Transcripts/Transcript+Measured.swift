import CaptureFile
import FlatMemory
import Passes
import TCPWire
import Tracking

extension Transcript {
    /// The transcript as a capture, every connection measured.
    package var measured: CaptureAnalysis {
        var analysis = CaptureAnalysis(keeping: .all(limit: .max), measuring: true)
        for segment in segments {
            var packet = CapturedPacket()
            packet.number = segment.number
            packet.time = segment.time
            packet.linkType = segment.link.rawValue
            packet.capturedLength = segment.frame.count
            packet.originalLength = segment.originalLength
            analysis.take(segment.frame.octets, packet)
        }
        analysis.settle()
        return analysis
    }
}
