import CaptureFile
import Narration
import Passes
import Tracking

/// Notes that concern a whole capture and are written once: that packets are cut off, that work was left to the network
/// card (offloading), and what is doubtful about its clock and the order of its packets.
enum CaptureNotes {
    /// - Parameter reader: the reader of the capture; its first packets are read again, where that is possible.
    static func texts(_ analysis: borrowing CaptureAnalysis, _ reader: borrowing CaptureReader) throws -> [Text] {
        let cut = analysis.counts.cutText(reader.format.interfaces)
        let offloads = try OffloadSigns(startOf: reader)?.texts ?? []
        let doubts = CaptureDoubts.texts(analysis.timeDisorder, unsettled: analysis.unsettled)
        return (cut.map { [$0] } ?? []) + offloads + doubts
    }
}
