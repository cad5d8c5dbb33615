import CaptureFile
import Narration
import Stories
import TCPState
import TCPWire
import Tracking

/// The rows of one connection that goes on, made as its story grows: each once, as it is known when it is made. What turns out
/// otherwise afterwards is a row of its own, where it matters.
///
/// Nothing is kept but how each step was shown: a story that goes on for long is not copied with it.
public struct GrowingScene: Sendable {
    /// How a step was shown.
    private struct Shown {
        var fate: Scene.Fate
        var client: State?
        var server: State?

        subscript(party: Party) -> State? {
            get { party == .client ? client : server }
            set { if party == .client { client = newValue } else { server = newValue } }
        }
    }

    private let keepsPayload: Bool
    private var shown: [Shown] = []
    /// The ICMP errors that have rows, by number.
    private var reported: Set<Int> = []

    /// - Parameter keepsPayload: whether what the segments carry may be shown.
    public init(keepsPayload: Bool = false) { self.keepsPayload = keepsPayload }

    /// The two ends.
    public static func lanes(of story: ConnectionStory) -> [Scene.Lane] {
        [
            Scene.Lane(role: .client, name: story.client.description, before: Scene.Mark(story.clientBefore)),
            Scene.Lane(role: .server, name: story.server.description, before: Scene.Mark(story.serverBefore)),
        ]
    }

    /// The rows of what is new in the story, before them those of what is now known of earlier ones.
    ///
    /// - Parameters:
    ///   - story: as it is now.
    ///   - revised: what it has answered since the last rows.
    ///   - time: when that was.
    public mutating func rows(_ story: ConnectionStory, revised: [Revision], at time: Timestamp) -> [Scene.Row] {
        guard let start = story.steps.first?.segment.time else { return [] }
        let newStates = newStates(story, revised)
        let above = story.steps.prefix(shown.count).last.map { (Scene.Mark($0.client), Scene.Mark($0.server)) }
        var rows = StoryRows(story, start: start, lanes: (0, 1), keepsPayload: keepsPayload, marks: above)
        var made: [Scene.Row] = []
        for place in shown.count..<max(shown.count, story.steps.count) {
            if let row = rows.row(.step(place)) { made.append(row) }
            let step = story.steps[place]
            shown.append(Shown(fate: Scene.Fate(step), client: step.client.state, server: step.server.state))
        }
        for (place, report) in story.reports.enumerated() where reported.insert(report.error.number).inserted {
            if let row = rows.row(.report(place)) { made.append(row) }
        }
        let now = time.nanoseconds(since: start)
        let told = newFates(story, revised) + newStates
        let revisions = told.map { party, text in
            var moment = Scene.Moment(
                time: now, end: Scene.End(lane: party == .client ? 0 : 1), peer: party == .client ? 1 : 0, what: text)
            moment.isTrouble = true
            return Scene.Row.moment(moment)
        }
        return made + revisions
    }

    /// Something that one end was seen to do or to be, of which no packet tells.
    public func row(of party: Party, _ what: Text, _ story: ConnectionStory, at time: Timestamp) -> Scene.Row? {
        guard let start = story.steps.first?.segment.time else { return nil }
        return .moment(
            Scene.Moment(
                time: time.nanoseconds(since: start), end: Scene.End(lane: party == .client ? 0 : 1),
                peer: party == .client ? 1 : 0, what: what))
    }

    /// Segments whose fate is another than was shown.
    private mutating func newFates(_ story: ConnectionStory, _ revised: [Revision]) -> [(Party, Text)] {
        var told: [(Party, Text)] = []
        for place in Set(revised.compactMap(\.place)).sorted() where shown.indices.contains(place) {
            let step = story.steps[place]
            let fate = Scene.Fate(step)
            guard fate != shown[place].fate else { continue }
            shown[place].fate = fate
            told.append((step.sender, LiveWords.fate(of: step)))
        }
        return told
    }

    /// Ends that were in another state than was shown, each once with the first of the rows.
    private mutating func newStates(_ story: ConnectionStory, _ revised: [Revision]) -> [(Party, Text)] {
        var told: [(Party, Text)] = []
        let places = Set(revised.compactMap(\.place)).sorted()
        for party in Party.allCases {
            var isTold = false
            for place in places where shown.indices.contains(place) {
                let state = story.steps[place].state(of: party).state
                let before = shown[place][party]
                guard state != before else { continue }
                shown[place][party] = state
                // What was open then and is known now, contradicts nothing.
                guard let state, let before, !isTold else { continue }
                isTold = true
                told.append(
                    (party, LiveWords.state(of: party, from: story.steps[place].segment.number, state, not: before)))
            }
        }
        return told
    }
}
