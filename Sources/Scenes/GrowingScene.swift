import CaptureFile
import Narration
import Stories
import TCPState
import TCPWire
import Tracking

/// The rows of a connection that still goes on, made as its story grows. Each step gets its row once, by what is known
/// at that moment; where a segment's fate or an end's state turns out to be different later, a row of its own says so.
///
/// Of the steps only their fates and states as shown are kept, not the story: otherwise a long story would be copied
/// with each growth.
public struct GrowingScene: Sendable {
    /// The fate and the two ends' states as a step's row showed them.
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
    /// The packet numbers of the ICMP errors that have rows.
    private var reported: Set<Int> = []

    /// - Parameter keepsPayload: whether what the segments carry may be shown.
    public init(keepsPayload: Bool = false) { self.keepsPayload = keepsPayload }

    /// The lanes of the connection's client and server, with their states before the first segment.
    public static func lanes(of story: ConnectionStory) -> [Scene.Lane] {
        [
            Scene.Lane(role: .client, name: story.client.description, before: Scene.Mark(story.clientBefore)),
            Scene.Lane(role: .server, name: story.server.description, before: Scene.Mark(story.serverBefore)),
        ]
    }

    /// The rows for the story's new steps and ICMP errors, followed by rows for corrections to rows that were shown
    /// before.
    ///
    /// - Parameters:
    ///   - story: the story as it is now.
    ///   - revised: the story's revisions since the last call.
    ///   - time: when the revisions were made.
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

    /// A row for something observed at one end that no packet shows; `nil` if the story has no segment yet.
    ///
    /// - Parameter mark: the end's state from then on; `nil` if it has not changed.
    public func row(
        of party: Party, _ what: Text, _ story: ConnectionStory, at time: Timestamp, mark: Scene.Mark? = nil
    ) -> Scene.Row? {
        guard let start = story.steps.first?.segment.time else { return nil }
        return .moment(
            Scene.Moment(
                time: time.nanoseconds(since: start), end: Scene.End(lane: party == .client ? 0 : 1, mark: mark),
                peer: party == .client ? 1 : 0, what: what))
    }

    /// The corrections for segments whose fate is now different from the one shown.
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

    /// The corrections for ends whose state is now different from the one shown: one for each end, at its first such
    /// row.
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
                // A state that was unknown when shown and is known now is no contradiction.
                guard let state, let before, !isTold else { continue }
                isTold = true
                told.append(
                    (party, LiveWords.state(of: party, from: story.steps[place].segment.number, state, not: before)))
            }
        }
        return told
    }
}
