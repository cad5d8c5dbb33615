import Lab
import LinuxKernel
import Stories
import TCPState
import TCPWire
import Tracking

/// The demo's results in JSON.
package struct DemoFacts: Encodable {
    struct Table: Encodable {
        let moment: String
        let sockets: [SocketFacts]
    }

    struct Observation: Encodable {
        let time: String
        let party: String
        let state: String
        let mini: Bool
    }

    /// Both ends' sockets. An end without a socket is missing.
    struct Ends: Encodable {
        let client: SocketFacts?
        let server: SocketFacts?

        init(_ entries: [Party: SocketEntry]) {
            client = entries[.client].map { SocketFacts($0) }
            server = entries[.server].map { SocketFacts($0) }
        }
    }

    /// Both ends' sockets after each event: in the order of the story's segments, and of its moments that are not
    /// arrivals.
    struct Looks: Encodable {
        let departures: [Ends]
        let arrivals: [Ends]
        let moments: [Ends]

        init(_ sockets: Experiment.Sockets) {
            departures = sockets.departures.map(Ends.init)
            arrivals = sockets.arrivals.map(Ends.init)
            moments = sockets.moments.map(Ends.init)
        }
    }

    let on = HostKind.kernel.rawValue
    let place: String
    let refused: [RefusedPlaceFacts]
    let kernel: String
    let client: String
    let server: String
    let takenPort: UInt16?
    let privateNamespace: Bool
    let captured: Bool
    let dropped: Int?
    let story: StoryFacts?
    let tables: [Table]
    let observations: [Observation]
    /// Present only if both kernels were asked after each event.
    let looks: Looks?
    /// Interventions that found no segment, and those that waited in vain for a next one; `nil` if there are none.
    let unmatched: [String]?
    let overdue: [String]?
    let furtherInitialNumbers: [UInt32]

    /// Creates the results of an experiment on the kernel. There is no `story` if there were no packets, or none is
    /// wanted.
    package init(_ record: Experiment.Record, story: ConnectionStory?) {
        place = record.place.name
        refused = record.refusals.map { RefusedPlaceFacts($0) }
        kernel = KernelVersion.current.description
        client = record.client.description
        server = record.server.description
        takenPort = record.takenPort
        privateNamespace = PrivateRun.isInside
        captured = record.droppedByKernel != nil
        dropped = record.droppedByKernel
        self.story = story.map { StoryFacts($0, number: 1) }
        tables = record.tables.map { Table(moment: $0.moment.rawValue, sockets: $0.sockets.map { SocketFacts($0) }) }
        observations = record.observations.map {
            Observation(
                time: $0.time.secondsText, party: $0.party.rawValue, state: $0.state.name, mini: $0.isMini)
        }
        looks = record.sockets.map(Looks.init)
        unmatched = record.unmatched.isEmpty ? nil : record.unmatched.map(\.words)
        overdue = record.overdue.isEmpty ? nil : record.overdue.map(\.words)
        furtherInitialNumbers = record.furtherInitialNumbers
    }
}

/// A wire that would have been better and was not available.
struct RefusedPlaceFacts: Encodable {
    let place: String
    let call: String
    let errno: Int32
    let message: String

    init(_ refusal: WireRefusal) {
        place = refusal.kind.rawValue
        call = refusal.error.call
        errno = refusal.error.code
        message = refusal.error.message
    }
}

/// The results of the demo on our own TCP, in JSON. Times are virtual.
package struct StackDemoFacts: Encodable {
    let on = HostKind.stack.rawValue
    let client: String
    let server: String
    let story: StoryFacts
    let furtherInitialNumbers: [UInt32]
    let refused: [RefusedPlaceFacts]
    /// Interventions that found no segment; `nil` if there are none.
    let unmatched: [String]?

    /// Creates the results of an experiment on our own TCP.
    package init(_ record: StackExperiment.Record) {
        client = record.story.client.description
        server = record.story.server.description
        story = StoryFacts(record.story, number: 1)
        furtherInitialNumbers = record.furtherInitialNumbers
        refused = record.refusals.map { RefusedPlaceFacts($0) }
        unmatched = record.unmatched.isEmpty ? nil : record.unmatched.map(\.words)
    }
}
