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
            analysis.take(
                segment.frame.octets, number: segment.number, at: segment.time, link: segment.link,
                originalLength: segment.originalLength)
        }
        analysis.settle()
        return analysis
    }
}
