import Tracking
import CaptureFile
import Stories

extension StackExperiment.Record {
    /// When the first segment was sent.
    package var start: Timestamp { story.steps.first?.segment.time ?? Timestamp(nanoseconds: 0) }

    /// The numbers among these that no packet of the connection has.
    package func neverSent(of numbers: Set<Int>) -> [Int] {
        numbers.subtracting(story.steps.map(\.segment.number)).sorted()
    }
}
