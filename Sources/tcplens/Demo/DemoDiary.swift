import CaptureFile
import Lab
import Narration
import Pictures
import Scenes
import Stories
import TCPState
import Tracking

/// What the demo's two programs did, by their own clocks. A call that sends something has the time when it was made, a
/// call that waits for something has the time when it returned. Entries with the same time are in the order of cause
/// and effect.
struct DemoDiary {
    struct Entry {
        let time: Timestamp
        let party: Party
        let text: Text
        /// The entry's rank in the order of cause and effect, among entries with the same time.
        fileprivate let rank: Int
    }

    let entries: [Entry]

    /// The beginning of the data that was sent or received, as much as fits one entry.
    private static func shown(_ octets: [UInt8]) -> String { Printable.bytes(octets, limit: 40) }

    /// Creates the diary of a run on our own TCP.
    init(_ record: StackExperiment.Record) { self.init(record.serverEvents, record.clientSteps) }

    /// Creates the diary of a run on the kernel's TCP.
    init(_ record: Experiment.Record) {
        var events = record.serverEvents
        // The server reports that it listens only when its task runs; the kernel may have listed the listening socket
        // earlier.
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
            // After a half-close, closing the socket changes nothing any more.
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
