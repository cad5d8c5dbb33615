import ArgumentParser
import CaptureFile
import Narration
import Pictures
import Stories
import Tracking

/// Connections of a live interface, each drawn as it comes.
extension FlowCommand {
    func drawLive(on interface: String) throws {
        let options = try live.capture(
            on: interface, paths, payload || followed != nil || capturePath != nil ? .all : .beginnings)
        var flow = LiveFlow(self, output.canvas, options)
        try flow.run()
    }

    /// Where the packets come from, and what goes with that.
    func refuseSources() throws {
        try live.refuse(paths)
        guard live.interface != nil else {
            if once {
                throw ValidationError(
                    Text(en: "--once goes with -i", zh: "--once 需与 -i 同用").spoken)
            }
            if paths.isEmpty, live.file == nil, !live.listsInterfaces {
                throw ValidationError(LiveOptions.noSource.spoken)
            }
            return
        }
        if filter != nil || connection != nil || hosts || from != nil || to != nil {
            throw ValidationError(
                Text(
                    en: "-i draws the next connection: leave out -Y, --conn, --hosts, --from and --to",
                    zh: "-i 画的是下一条连接，请去掉 -Y、--conn、--hosts、--from 和 --to"
                ).spoken)
        }
        if !once, capturePath != nil || form.format != .text || followed != nil {
            throw ValidationError(
                Text(
                    en: "-w, -o, --format and --follow-stream take one connection: add --once",
                    zh: "-w、-o、--format 与 --follow-stream 只用于一条连接，请加 --once"
                ).spoken)
        }
    }

    /// Whether the ladder is drawn row by row, and not something else at the end.
    var drawsAsItComes: Bool { form.format == .text && followed == nil && !isCaptureOutput }

    /// A connection that has ended: what is asked for besides the ladder.
    func finish(_ story: ConnectionStory, errors: [ReportedError], on interface: String, _ canvas: Canvas) throws {
        if let capturePath {
            let stored = StoredConnection(
                segments: story.steps.map(\.segment), record: story.record, errors: errors)
            do throws(CaptureError) {
                try AnnotatedCapture(stored, story, canvas.language).write(to: capturePath, interfaceName: interface)
            } catch {
                throw Failure(writing: error)
            }
        }
        if let followed {
            var text = StreamText(followed, canvas: output.tableCanvas) { Screen.write($0) }
            text.show(story)
        } else if form.format != .text {
            try show(story, number: 1, canvas)
        } else if explain {
            tellSteps(of: story, canvas)
        }
    }
}
