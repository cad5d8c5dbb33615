import CaptureFile
import FlatMemory
import Narration
import Stories
import TCPWire
import Tracking

extension Scene {
    /// The ladder of one connection.
    ///
    /// - Parameters:
    ///   - keepsPayload: whether the segments' payload may be shown.
    ///   - moments: what happened at the ends beyond what the story tells, in time order; times in nanoseconds since
    ///     the first segment.
    public init(
        story: ConnectionStory, title: Text, keepsPayload: Bool = false, moments: [Moment] = [], footer: [Text] = []
    ) {
        let lanes = [
            Lane(
                role: .client, name: story.client.description, before: Mark(story.clientBefore),
                zero: story.record.client.zero),
            Lane(
                role: .server, name: story.server.description, before: Mark(story.serverBefore),
                zero: story.record.server.zero),
        ]
        let start = story.steps.first?.segment.time ?? Timestamp(nanoseconds: 0)
        let events = StoryEvents(story, start: start, moments: moments)
        var maker = StoryRows(story, start: start, lanes: (0, 1), keepsPayload: keepsPayload)
        var rows: [Row] = []
        rows.reserveLargeCapacity(events.entries.count)
        for entry in events.entries {
            if let row = maker.row(entry.event, moments: moments) { rows.append(row) }
        }
        self.init(title: title, provenance: story.provenance, lanes: lanes, rows: rows, footer: footer)
    }

    /// Several connections on one time axis: a lane for each endpoint, in the order of appearance, clients and servers
    /// alike.
    ///
    /// - Parameter keepsPayload: whether the segments' payload may be shown.
    public init(stories: [ConnectionStory], title: Text, keepsPayload: Bool = false) {
        let start = stories.compactMap { $0.steps.first?.segment.time }.min() ?? Timestamp(nanoseconds: 0)
        var endpoints = EndpointLanes()
        var places: [(client: Int, server: Int)?] = Array(repeating: nil, count: stories.count)
        var builders: [StoryRows?] = Array(repeating: nil, count: stories.count)
        var rows: [Row] = []
        for (index, event) in StoryEvents.merged(stories, start: start) {
            let place = places[index] ?? endpoints.place(stories[index])
            places[index] = place
            if builders[index] == nil {
                builders[index] = StoryRows(stories[index], start: start, lanes: place, keepsPayload: keepsPayload)
            }
            if let row = builders[index]?.row(event) { rows.append(row) }
        }
        let known = stories.reduce(into: Set()) { $0.formUnion($1.provenance) }
        self.init(
            title: title, provenance: Provenance.allCases.filter(known.contains), lanes: endpoints.lanes, rows: rows)
    }
}

/// Assigns a lane to each endpoint, in the order of the endpoints' first connections.
private struct EndpointLanes {
    private(set) var lanes: [Scene.Lane] = []
    private var laneOf: [Endpoint: Int] = [:]

    /// The indices of the lanes of one more connection's ends; lanes that do not exist yet are added.
    mutating func place(_ story: ConnectionStory) -> (client: Int, server: Int) {
        let client = lane(story.client, isTaken: true)
        return (client, lane(story.server, isTaken: story.client != story.server))
    }

    /// The index of an endpoint's lane. `isTaken`: whether one more connection has this endpoint, so that a lane which
    /// exists already becomes shared; `false` for the second end of a connection from an endpoint to itself.
    private mutating func lane(_ endpoint: Endpoint, isTaken: Bool) -> Int {
        if let known = laneOf[endpoint] {
            if isTaken { lanes[known].isShared = true }
            return known
        }
        laneOf[endpoint] = lanes.count
        lanes.append(Scene.Lane(role: .host, name: endpoint.description))
        return lanes.count - 1
    }
}

extension ConnectionStory {
    /// The sources from which the states that are shown are known.
    fileprivate var provenance: [Provenance] {
        var sources: Set<Provenance> = []
        var last: Provenance?
        func count(_ end: EndState) {
            // Most states come from the same source as the state before.
            guard end.state != nil, end.provenance != last else { return }
            last = end.provenance
            sources.insert(end.provenance)
        }
        for index in steps.indices {
            count(steps[index].client)
            count(steps[index].server)
        }
        if sources != [.stack] { sources.insert(.wire) }
        return Provenance.allCases.filter(sources.contains)
    }
}
