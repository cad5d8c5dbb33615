import CaptureFile
import Stories
import Tracking

/// The events of a connection in order: its segments in the order of the capture, and between them what its ends
/// report.
struct StoryEvents {
    /// The source of one row.
    enum Event {
        /// The index of one of the story's steps.
        case step(Int)
        /// The index of one of the moments in the story's testimony.
        case told(Int)
        /// The index of one of the story's ICMP errors.
        case report(Int)
        /// The index of one of the moments that the caller adds to the story.
        case moment(Int)
    }

    struct Entry {
        var event: Event
        /// Nanoseconds since the scene's start, never less than in the entry before: the packets of one connection keep
        /// the order of the capture, whatever their timestamps say.
        var time: Int64
        /// The number of the last packet up to this entry.
        var number: Int
    }

    private(set) var entries: [Entry] = []

    init(_ story: ConnectionStory, start: Timestamp, moments: [Scene.Moment] = []) {
        let told = story.testimony?.moments ?? []
        entries.reserveCapacity(story.steps.count + told.count + moments.count)
        var nextTold = 0
        var nextMoment = 0
        var nextReport = 0
        /// Appends the ICMP errors that the capture has before the step at `index`.
        func addReports(before index: Int) {
            while nextReport < story.reports.count, story.reports[nextReport].stepsBefore <= index {
                let error = story.reports[nextReport].error
                append(.report(nextReport), at: error.time.nanoseconds(since: start), number: error.number)
                nextReport += 1
            }
        }
        /// Appends the moments up to the time `limit`; of the testimony's moments, only those before which at most
        /// `segments` segments had been sent.
        func add(until limit: Int64, segments: Int) {
            while true {
                let isDue = nextTold < told.count && told[nextTold].segmentsBefore <= segments
                let toldTime = isDue ? told[nextTold].time.nanoseconds(since: start) : .max
                let momentTime = nextMoment < moments.count ? moments[nextMoment].time ?? .min : .max
                guard min(toldTime, momentTime) <= limit, min(toldTime, momentTime) < .max else { return }
                if toldTime <= momentTime {
                    append(.told(nextTold), at: toldTime)
                    nextTold += 1
                } else {
                    append(.moment(nextMoment), at: momentTime)
                    nextMoment += 1
                }
            }
        }
        for index in story.steps.indices {
            let time = story.steps[index].segment.time.nanoseconds(since: start)
            addReports(before: index)
            add(until: time, segments: index)
            append(.step(index), at: time, number: story.steps[index].segment.number)
        }
        addReports(before: .max)
        add(until: .max, segments: .max)
    }

    private mutating func append(_ event: Event, at time: Int64, number: Int? = nil) {
        let last = entries.last
        entries.append(
            Entry(
                event: event, time: max(time, last?.time ?? .min), number: number ?? last?.number ?? 0))
    }

    /// The events of several stories in the order of time, each with the index of its story.
    static func merged(_ stories: [ConnectionStory], start: Timestamp) -> [(story: Int, event: Event)] {
        var all: [(story: Int, place: Int, entry: Entry)] = []
        for (index, story) in stories.enumerated() {
            let entries = StoryEvents(story, start: start).entries
            all += entries.enumerated().map { (index, $0, $1) }
        }
        all.sort {
            ($0.entry.time, $0.entry.number, $0.story, $0.place) < ($1.entry.time, $1.entry.number, $1.story, $1.place)
        }
        return all.map { ($0.story, $0.entry.event) }
    }
}
