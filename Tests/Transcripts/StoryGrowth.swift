import Stories
import TCPWire
import Tracking

/// A story that grows, and beside it a copy that is kept by nothing but what the builder answers.
package struct StoryGrowth {
    private let known: StoredConnection?
    private let tellsArrivals: Bool
    private let builder: StoryBuilder
    private var taken: [Observation] = []
    package private(set) var steps: [ConnectionStory.Step] = []
    private var before: [Party: ConnectionStory.EndState] = [:]
    package private(set) var revisions = 0

    package init(of known: StoredConnection?, tellsArrivals: Bool = false) {
        self.known = known
        self.tellsArrivals = tellsArrivals
        builder = StoryBuilder(known, tellsArrivals: tellsArrivals)
    }

    package mutating func take(_ observation: Observation) {
        taken.append(observation)
        follow(builder.take(observation))
    }

    private mutating func follow(_ change: StoryChange) {
        guard let story = builder.story else { return }
        steps += story.steps[change.appended]
        revisions += change.revised.count
        for revision in change.revised {
            if let place = revision.place {
                steps[place].apply(revision)
            } else if case .before(let party, let state) = revision.content {
                before[party] = state
            }
        }
    }

    /// What is otherwise in the copy, once the builder has settled, than in the story of the same observations taken all at once.
    package var differences: [String] {
        mutating get {
            follow(builder.settle())
            let whole = StoryBuilder(known, tellsArrivals: tellsArrivals)
            whole.take(all: taken)
            guard let story = whole.story, let own = builder.story else {
                return whole.story == nil && builder.story == nil ? [] : ["one has no story"]
            }
            var found: [String] = []
            if steps.count != story.steps.count { found.append("\(steps.count) steps for \(story.steps.count)") }
            for (mine, right) in zip(steps, story.steps) {
                found += Self.differences(mine, right).map { "#\(right.segment.number) of \(taken.count): \($0)" }
            }
            for party in Party.allCases {
                let mine = before[party] ?? .unknown
                if mine != story.before(party) { found.append("before: \(mine) for \(story.before(party))") }
            }
            if own.reports.map(\.described) != story.reports.map(\.described) { found.append("reports") }
            if own.testimony?.moments.count != story.testimony?.moments.count { found.append("moments") }
            if own.client != story.client || own.server != story.server { found.append("roles") }
            return found
        }
    }

    private static func differences(_ mine: ConnectionStory.Step, _ right: ConnectionStory.Step) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ name: String, _ value: (ConnectionStory.Step) -> Value) {
            if value(mine) != value(right) { found.append("\(name) \(value(mine)) for \(value(right))") }
        }
        compare("number") { $0.segment.number }
        compare("sender") { $0.sender }
        compare("sequence") { $0.sequence }
        compare("acknowledgment") { $0.acknowledgment }
        compare("kind") { $0.kind }
        compare("classes") { $0.classes }
        compare("covers") { $0.covers }
        compare("third") { $0.completesHandshake }
        compare("labels") { $0.labels }
        compare("client") { $0.client }
        compare("server") { $0.server }
        compare("client's variables") { $0.clientVariables }
        compare("server's variables") { $0.serverVariables }
        compare("account") { $0.account }
        return found
    }
}

extension ConnectionStory.Report {
    fileprivate var described: String { "\(error.number) \(stepsBefore) \(quoted ?? 0) \(isForeign) \(party)" }
}
