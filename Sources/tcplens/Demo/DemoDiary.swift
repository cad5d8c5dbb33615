import CaptureFile
import Lab
import Narration
import Pictures
import Scenes
import Stories
import TCPState
import Tracking

/// What the demo's two programs did, in the order in which one thing led to the next. Where a segment shows when it
/// happened, its time counts: a program only notices afterwards.
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

    /// Of two programs whose own times are exact: those of virtual time.
    init(exactly record: StackExperiment.Record) {
        let server = record.serverEvents.compactMap { event in
            DemoWords.server(event, shown: Self.shown).map {
                Entry(time: event.time, party: .server, text: $0, rank: Self.place(event.kind).0)
            }
        }
        let client = record.clientSteps.compactMap { step in
            DemoWords.client(step, shown: Self.shown).map {
                Entry(time: step.time, party: .client, text: $0, rank: Self.place(step.kind).0)
            }
        }
        entries = (server + client).sorted { ($0.time, $0.rank) < ($1.time, $1.rank) }
    }

    init(record: Experiment.Record, story: ConnectionStory?) {
        var entries: [Entry] = []
        for event in record.serverEvents {
            guard let text = DemoWords.server(event, shown: Self.shown) else { continue }
            let (rank, segment) = Self.place(event.kind)
            var time = story?.time(of: segment) ?? event.time
            // The socket listens before its task runs and says so.
            if case .listening = event.kind,
                let listens = record.observations.first(where: { $0.state == .listen && $0.party == .server })
            {
                time = listens.time
            }
            // The server's task notes its close when the client is done too; what others saw of it was before.
            if case .closed = event.kind, story == nil {
                time = min(time, Self.closingSeen(in: record) ?? time)
            }
            entries.append(Entry(time: time, party: .server, text: text, rank: rank))
        }
        for step in record.dial.steps {
            guard let text = DemoWords.client(step, shown: Self.shown) else { continue }
            let (rank, segment) = Self.place(step.kind)
            let time = story?.time(of: segment) ?? step.time
            entries.append(Entry(time: time, party: .client, text: text, rank: rank))
        }
        // Without packets only the programs' own notes tell when, and their times put them in order before their causes.
        self.entries = entries.sorted {
            story == nil ? ($0.time, $0.rank) < ($1.time, $1.rank) : ($0.rank, $0.time) < ($1.rank, $1.time)
        }
    }

    /// When the kernel or the client first saw that the server had closed.
    private static func closingSeen(in record: Experiment.Record) -> Timestamp? {
        let states = record.observations.filter { $0.party == .server && [.finWait1, .finWait2].contains($0.state) }
        let ends = record.dial.steps.filter { $0.kind == .peerClosed }
        return (states.map(\.time) + ends.map(\.time)).min()
    }

    /// A segment that shows when something happened: the first of its kind from one end.
    fileprivate typealias Anchor = (kind: ConnectionStory.Kind, sender: Party)

    private static func place(_ kind: ServerEvent.Kind) -> (Int, Anchor?) {
        switch kind {
        case .listening: (0, nil)
        case .accepted: (3, (.handshakeAck, .client))
        case .received: (5, (.data, .client))
        case .replied: (6, (.data, .server))
        case .closed: (8, (.fin, .server))
        case .failed, .stopped: (11, nil)
        }
    }

    private static func place(_ kind: DialStep.Kind) -> (Int, Anchor?) {
        switch kind {
        case .resolved, .connecting: (1, nil)
        case .established: (2, (.synAck, .server))
        case .failed: (2, nil)
        case .sent: (4, (.data, .client))
        case .received: (7, (.data, .server))
        case .peerClosed: (9, (.fin, .server))
        case .halfClosed, .idle, .closed: (10, (.fin, .client))
        }
    }
}

extension ConnectionStory {
    fileprivate func time(of anchor: DemoDiary.Anchor?) -> Timestamp? {
        guard let anchor else { return nil }
        return steps.first { $0.kind == anchor.kind && $0.sender == anchor.sender }?.segment.time
    }
}
