import CaptureFile
import Narration
import Stories
import TCPWire
import Tracking

extension Scene {
    /// Several connections on one time axis: a lane for each endpoint, in the order of appearance, clients and servers
    /// alike. An endpoint that several connections share has a state in each of them: its lane shows that of the row's
    /// connection, and none in other rows.
    public init(stories: [ConnectionStory], title: Text, options: StoryOptions = StoryOptions()) {
        var lanes: [Lane] = []
        var laneOf: [Endpoint: Int] = [:]
        func lane(_ endpoint: Endpoint) -> Int {
            if let known = laneOf[endpoint] { return known }
            laneOf[endpoint] = lanes.count
            lanes.append(Lane(role: .host, name: endpoint.description))
            return lanes.count - 1
        }
        let steps = stories.indices.flatMap { index in stories[index].steps.map { (index, $0) } }
            .sorted {
                ($0.1.segment.time, $0.1.segment.number) < ($1.1.segment.time, $1.1.segment.number)
            }
        let places = steps.map { (client: lane(stories[$0.0].client), server: lane(stories[$0.0].server)) }
        var connections: [Set<Int>] = Array(repeating: [], count: lanes.count)
        for ((index, _), place) in zip(steps, places) {
            connections[place.client].insert(index)
            connections[place.server].insert(index)
        }
        /// Both ends of each connection as its last segment left them.
        var ends = stories.map { (client: Mark($0.clientBefore), server: Mark($0.serverBefore)) }
        var marks: [Mark?] = Array(repeating: nil, count: lanes.count)
        var rows: [Row] = []
        let start = steps.first?.1.segment.time
        var last: Int64?
        for ((index, step), place) in zip(steps, places) {
            let time = start.map { step.segment.time.nanoseconds(since: $0) } ?? 0
            let delta = last.map { time &- $0 }
            if let delta, delta > options.silence { rows.append(.silence(Silence(duration: delta))) }
            for lane in marks.indices {
                if connections[lane].count > 1 { marks[lane] = nil } else { marks[lane]?.changed = false }
            }
            ends[index] = (Mark(step.client, after: ends[index].client), Mark(step.server, after: ends[index].server))
            marks[place.client] = ends[index].client
            marks[place.server] = ends[index].server
            var segment = Segment(step, time: time, delta: delta, marks: marks, options: options)
            segment.from = step.sender == .client ? place.client : place.server
            segment.to = step.sender == .client ? place.server : place.client
            segment.variables = []
            if step.isRoutine { segment.remark = nil }
            rows.append(.segment(segment))
            last = time
        }
        self.init(title: title, provenance: [.wire, .inferred], lanes: lanes, rows: rows)
    }
}

extension ConnectionStory.Step {
    /// What the numbers say already: among several connections there is no room to say it again.
    fileprivate var isRoutine: Bool {
        guard fate == .arrived, !labels.contains(where: { $0.label.entry.prominence == .headline }) else {
            return false
        }
        switch kind {
        case .handshakeAck, .acknowledgment, .fin: return true
        default: return false
        }
    }
}
