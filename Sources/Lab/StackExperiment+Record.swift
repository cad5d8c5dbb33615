import CaptureFile
import Stories
import Tracking

extension StackExperiment.Record {
    /// When the first segment was sent.
    package var start: Timestamp { story.steps.first?.segment.time ?? Timestamp(nanoseconds: 0) }
}

extension Experiment.Record {
    /// Converts the record of a run on our own TCP to that of an experiment.
    public init(_ record: StackExperiment.Record) {
        var dial = DialStory()
        dial.steps = record.clientSteps
        self.init(
            place: .stack, refusals: record.refusals, server: record.story.server, takenPort: nil,
            client: record.story.client, dial: dial, serverEvents: record.serverEvents, observations: [], tables: [],
            story: record.story, droppedByKernel: nil, furtherInitialNumbers: record.furtherInitialNumbers,
            unmatched: record.unmatched)
    }
}
