import CaptureFile
import Narration
import Passes
import Tracking

/// What is so of a whole capture and is told once for it: that packets are cut off, what was left to the network card, what of it
/// was put in order.
enum CaptureNotes {
    /// - Parameter reader: what was read; its first packets are read once more, where they can be.
    static func texts(_ analysis: borrowing CaptureAnalysis, _ reader: borrowing CaptureReader) throws -> [Text] {
        let cut = analysis.counts.cutText(reader.format.interfaces)
        let offloads = try OffloadSigns(startOf: reader)?.texts ?? []
        let doubts = CaptureDoubts.texts(analysis.timeDisorder, unsettled: analysis.unsettled)
        return (cut.map { [$0] } ?? []) + offloads + doubts
    }
}
