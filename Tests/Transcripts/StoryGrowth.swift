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
    private var roles: [Endpoint] = []
    private var reports: [ConnectionStory.Report] = []
    private var moments: [Testimony.Moment] = []
    package private(set) var revisions = 0

    /// - Parameter credit: how many steps may be laid out anew for one observation, where not as many as usual.
    package init(of known: StoredConnection?, tellsArrivals: Bool = false, credit: Int? = nil) {
        self.known = known
        self.tellsArrivals = tellsArrivals
        builder =
            credit.map { StoryBuilder(known, tellsArrivals: tellsArrivals, credit: $0) }
            ?? StoryBuilder(known, tellsArrivals: tellsArrivals)
    }

    package mutating func take(_ observation: Observation) {
        taken.append(observation)
        follow(builder.take(observation))
    }

    private mutating func follow(_ change: StoryChange) {
        guard let story = builder.story else { return }
        if roles.isEmpty { roles = [story.client, story.server] }
        reports = Array(reports.prefix(change.reports.lowerBound) + story.reports[change.reports])
        moments += (story.testimony?.moments ?? [])[change.moments]
        steps += story.steps[change.appended]
        revisions += change.revised.count
        for revision in change.revised {
            if let place = revision.place {
                steps[place].apply(revision)
            } else if case .before(let party, let state) = revision.content {
                before[party] = state
            } else if case .roles(let client, let server) = revision.content {
                roles = [client, server]
            }
        }
    }

    /// What is otherwise in the copy, once the builder has settled, than in the story of the same observations taken all at once.
    package var differences: [String] {
        mutating get {
            follow(builder.settle())
            let whole = StoryBuilder(known, tellsArrivals: tellsArrivals)
            whole.take(all: taken)
            guard let story = whole.story, builder.story != nil else {
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
            if reports.map(\.described) != story.reports.map(\.described) { found.append("reports") }
            if moments.map(\.described) != (story.testimony?.moments ?? []).map(\.described) { found.append("moments") }
            if roles != [story.client, story.server] { found.append("roles") }
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

extension Testimony.Moment {
    fileprivate var described: String { "\(time) \(party) \(cause) \(reasons) \(state) \(segmentsBefore)" }
}
