import CaptureFile
import Lab
import Narration
import Pictures
import Scenes
import Stories
import TCPState
import Tracking

/// What the demo's two programs did, by their own clocks: when they made a call that sends something, and when one that waits
/// for something had returned. What happens at the same moment stands in the order in which one thing leads to the next.
struct DemoDiary {
    struct Entry {
        let time: Timestamp
        let party: Party
        let text: Text
        /// Its place in the chain of causes.
        fileprivate let rank: Int
    }

    let entries: [Entry]

    /// As much of what was said as a line of the diary holds.
    private static func shown(_ octets: [UInt8]) -> String { Printable.bytes(octets, limit: 40) }

    /// Of the two programs on our own TCP.
    init(_ record: StackExperiment.Record) { self.init(record.serverEvents, record.clientSteps) }

    /// Of the two on the kernel's.
    init(_ record: Experiment.Record) {
        var events = record.serverEvents
        // The socket listens before its task runs and says so.
        if let index = events.firstIndex(where: { if case .listening = $0.kind { true } else { false } }),
            let seen = record.observations.first(where: { $0.state == .listen && $0.party == .server })
        {
            events[index].time = min(events[index].time, seen.time)
        }
        self.init(events, record.dial.steps)
    }

    private init(_ events: [ServerEvent], _ steps: [DialStep]) {
        let isHalfClosed = events.contains { if case .halfClosed(1) = $0.kind { true } else { false } }
        let server = events.compactMap { event -> Entry? in
            // Where it has closed its side and read on, letting go of the socket changes nothing any more.
            if isHalfClosed, case .closed = event.kind { return nil }
            return DemoWords.server(event, shown: Self.shown).map {
                Entry(time: event.time, party: .server, text: $0, rank: Self.rank(event.kind))
            }
        }
        let client = steps.compactMap { step in
            DemoWords.client(step, shown: Self.shown).map {
                Entry(time: step.time, party: .client, text: $0, rank: Self.rank(step.kind))
            }
        }
        entries = (server + client).sorted { ($0.time, $0.rank) < ($1.time, $1.rank) }
    }

    private static func rank(_ kind: ServerEvent.Kind) -> Int {
        switch kind {
        case .listening: 0
        case .accepted: 3
        case .received: 5
        case .replied: 6
        case .halfClosed, .closed: 8
        case .failed, .stopped: 11
        }
    }

    private static func rank(_ kind: DialStep.Kind) -> Int {
        switch kind {
        case .resolved, .connecting: 1
        case .established, .failed: 2
        case .sent: 4
        case .received: 7
        case .peerClosed: 9
        case .halfClosed, .idle, .closed: 10
        }
    }
}
