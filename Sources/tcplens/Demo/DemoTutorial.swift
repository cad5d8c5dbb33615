import CaptureFile
import Lab
import LinuxKernel
import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking
import WebPage

/// The demo as the tutorial's illustrated page.
extension Tutorial {
    /// Creates the page of a run on the kernel's TCP. Its packets must have been captured.
    init(_ record: Experiment.Record, _ story: ConnectionStory, _ privilege: Privilege) {
        let start = record.start(story)
        self.init(
            story: story, scene: DemoParts.scene(story, moments: record.sceneMoments(story)),
            paths: Party.allCases.map { story.path(of: $0) },
            actions: Self.actions(DemoDiary(record), since: start),
            tables: record.tables.map { Table($0) }, opening: record.introduction(story, privilege),
            silence: DemoParts.silence)
    }

    /// Creates the page of a run on our own TCP.
    ///
    /// - Parameter opening: the introductory paragraphs.
    init(_ record: StackExperiment.Record, opening: [Text]) {
        self.init(
            story: record.story, scene: DemoParts.scene(record.story),
            paths: Party.allCases.map { record.story.path(of: $0) },
            actions: Self.actions(DemoDiary(record), since: record.start), tables: [], opening: opening,
            silence: DemoParts.silence)
    }

    private static func actions(_ diary: DemoDiary, since start: Timestamp) -> [Action] {
        diary.entries.map { Action(time: $0.time.nanoseconds(since: start), party: $0.party, text: $0.text) }
    }
}

extension Tutorial.Table {
    fileprivate init(_ moment: Experiment.TableMoment) {
        let order = moment.sockets.sorted {
            ($0.state == .listen ? 0 : 1, $0.local) < ($1.state == .listen ? 0 : 1, $1.local)
        }
        self.init(
            caption: DemoWords.moment(moment.moment),
            columns: ["Proto", "Recv-Q", "Send-Q", "Local Address", "Foreign Address", "State"],
            rows: order.map { entry in
                [
                    entry.family == .ipv4 ? "tcp" : "tcp6", "\(entry.receiveQueue)", "\(entry.sendQueue)",
                    entry.local.description, entry.remote.port == 0 ? "0.0.0.0:*" : entry.remote.description,
                    entry.state.name,
                ]
            })
    }
}
