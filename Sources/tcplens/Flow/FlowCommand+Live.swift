import ArgumentParser
import CaptureFile
import Narration
import Pictures
import Stories
import Tracking

/// Drawing of connections on a live interface, each while it takes place.
extension FlowCommand {
    func drawLive(on interface: String) throws {
        let options = try live.capture(
            on: interface, paths, payload || followed != nil || capturePath != nil ? .all : .beginnings)
        var flow = LiveFlow(self, output.canvas, options)
        try flow.run()
    }

    /// Checks the source of the packets, and the options that depend on it.
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

    /// Whether the ladder is drawn row by row as packets arrive; otherwise another output follows when the connection
    /// has ended.
    var drawsAsItComes: Bool { form.format == .text && followed == nil && !isCaptureOutput }

    /// Writes the outputs requested besides or instead of the ladder, once the connection has ended.
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
