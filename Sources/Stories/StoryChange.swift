import TCPWire
import Tracking

/// What an observation did to a story: what it added, and what it made look otherwise.
public struct StoryChange: Sendable {
    /// The steps that were added, by their places. A step's place never changes.
    public var appended: Range<Int>
    /// What the ends told that was added, by its place among the testimony's moments.
    public var moments: Range<Int>
    /// From this place on the story's reports are new, or stand elsewhere.
    public var reports: Range<Int>
    /// What earlier steps are now known to be, in their order.
    public var revised: [Revision] = []
}

/// What hindsight settled of one step.
public struct Revision: Sendable {
    /// What of a step, and what it now is.
    public enum Content: Sendable {
        /// An end's state after it.
        case state(Party, ConnectionStory.EndState)
        /// An end's sequence variables.
        case variables(Party, ConnectionStory.Variables?)
        /// All its labels, and so its fate.
        case labels([ProvedLabel])
        /// What the ends tell of it.
        case account(Testimony.Account?)
        /// Whether its arrival completes the handshake.
        case completesHandshake(Bool)
        /// All of it: its numbers count from another zero, or its sender has the other role.
        case step(ConnectionStory.Step)
        /// An end's state before the first segment.
        case before(Party, ConnectionStory.EndState)
        /// Which end is the client.
        case roles(client: Endpoint, server: Endpoint)
    }

    /// The step's place; `nil` where it is of none of them.
    public let place: Int?
    /// What is now known.
    public let content: Content
    /// The segments that show it, by number; of what was put off, some of those since which it was.
    public let because: [Int]
}

extension ConnectionStory.Step {
    /// Brings a copy of a step up to what is now known of it.
    public mutating func apply(_ revision: Revision) {
        switch revision.content {
        case .state(.client, let state): client = state
        case .state(.server, let state): server = state
        case .variables(.client, let variables): clientVariables = variables
        case .variables(.server, let variables): serverVariables = variables
        case .labels(let labels): self.labels = labels
        case .account(let account): self.account = account
        case .completesHandshake(let completes): completesHandshake = completes
        case .step(let step): self = step
        case .before, .roles: break
        }
    }

    /// What is otherwise than in an earlier copy.
    func revisions(since old: Self, at place: Int, because cause: [Int]) -> [Revision] {
        var contents: [Revision.Content] = []
        var proof = cause
        if sender != old.sender || sequence != old.sequence || acknowledgment != old.acknowledgment
            || kind != old.kind || covers != old.covers || classes != old.classes
        {
            return [Revision(place: place, content: .step(self), because: cause)]
        }
        if client != old.client { contents.append(.state(.client, client)) }
        if server != old.server { contents.append(.state(.server, server)) }
        if clientVariables != old.clientVariables { contents.append(.variables(.client, clientVariables)) }
        if serverVariables != old.serverVariables { contents.append(.variables(.server, serverVariables)) }
        if labels != old.labels {
            contents.append(.labels(labels))
            proof += labels.filter { !old.labels.contains($0) }.flatMap(\.evidence)
        }
        if account != old.account { contents.append(.account(account)) }
        if completesHandshake != old.completesHandshake { contents.append(.completesHandshake(completesHandshake)) }
        let because = Set(proof).subtracting([segment.number]).sorted()
        return contents.map { Revision(place: place, content: $0, because: because) }
    }
}
