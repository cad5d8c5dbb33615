import TCPWire
import Tracking

/// How an observation changed a story: what was added, and what is changed.
public struct StoryChange: Sendable {
    /// The indices of the steps that were added. A step's index never changes.
    public var appended: Range<Int>
    /// The indices of the moments that were added to the testimony.
    public var moments: Range<Int>
    /// The indices of ICMP reports that are new, or stand elsewhere now: all from the first such one on.
    public var reports: Range<Int>
    /// What has changed in earlier steps, in their order.
    public var revised: [Revision] = []
}

/// One thing that later observations have changed in a step, or in the whole story.
public struct Revision: Sendable {
    /// What has changed, with its new value.
    public enum Content: Sendable {
        /// An end's state after it.
        case state(Party, ConnectionStory.EndState)
        /// An end's sequence variables.
        case variables(Party, ConnectionStory.Variables?)
        /// All its labels, which decide its fate too.
        case labels([ProvedLabel])
        /// What the ends report about it.
        case account(Testimony.Account?)
        /// Whether its arrival completes the handshake.
        case completesHandshake(Bool)
        /// The whole step: its numbers count from another ISN, or its sender has another role.
        case step(ConnectionStory.Step)
        /// An end's state before the first segment.
        case before(Party, ConnectionStory.EndState)
        /// Which end is the client.
        case roles(client: Endpoint, server: Endpoint)
    }

    /// The index of the step; `nil` where the change is not about a single step.
    public let place: Int?
    /// The new value.
    public let content: Content
    /// The packet numbers of the segments that show it. For what was put off, some of the segments that made it
    /// necessary.
    public let because: [Int]
}

extension ConnectionStory.Step {
    /// Applies a revision to a copy of a step.
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

    /// The differences from an earlier copy of the step.
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
