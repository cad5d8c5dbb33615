import CaptureFile
import Narration
import Stories
import TCPState
import TCPWire
import Tracking

extension Scene {
    /// How a story's numbers and texts are shown.
    public struct StoryOptions: Sendable {
        /// The numbers as they stand in the headers, not relative to the ISNs.
        public var absoluteNumbers = false
        /// Payload text as a remark on data.
        public var showsPayload = false
        /// A longer silence than this, in nanoseconds, is drawn as a tear.
        public var silence: Int64 = 50_000_000
        public init() {}
    }

    /// The ladder of one connection.
    ///
    /// - Parameters:
    ///   - moments: what happened at the ends besides segments, in time order; times in nanoseconds since `start`.
    public init(
        story: ConnectionStory, title: Text, options: StoryOptions = StoryOptions(), moments: [Moment] = [],
        footer: [Text] = []
    ) {
        let lanes = [
            Lane(role: .client, name: story.client.description), Lane(role: .server, name: story.server.description),
        ]
        let rows = StoryRows(story, moments: moments, options: options).rows
        self.init(title: title, provenance: story.provenance, lanes: lanes, rows: rows, footer: footer)
    }
}

extension ConnectionStory {
    /// How what is shown of it is known.
    fileprivate var provenance: [Provenance] {
        let states = steps.flatMap { [$0.client, $0.server] }.filter { $0.state != nil }
        var sources = Set(states.map(\.provenance))
        if sources != [.stack] { sources.insert(.wire) }
        return Provenance.allCases.filter(sources.contains)
    }
}

extension Scene.Mark {
    init(_ state: ConnectionStory.EndState, after previous: Scene.Mark? = nil) {
        self.init(
            state: state.state, form: state.isMini ? .mini : .full, provenance: state.provenance,
            changed: previous.map { $0.state != state.state } ?? false)
    }
}

extension Scene.Segment {
    init(
        _ step: ConnectionStory.Step, time: Int64, delta: Int64?, marks: [Scene.Mark?], options: Scene.StoryOptions
    ) {
        let fromClient = step.sender == .client
        self.init(
            number: step.segment.number, time: time, delta: delta, from: fromClient ? 0 : 1, to: fromClient ? 1 : 0,
            flags: step.segment.header.flags.description, words: step.words(absolute: options.absoluteNumbers),
            fate: Scene.Fate(step.fate), marks: marks,
            remark: step.remark ?? (options.showsPayload ? step.payloadText : nil),
            variables: [step.clientVariables.map(Scene.Variables.init), step.serverVariables.map(Scene.Variables.init)])
    }
}

extension Scene.Fate {
    init(_ fate: ConnectionStory.Fate) {
        switch fate {
        case .arrived: self = .arrived
        case .lost: self = .lost
        case .notTaken: self = .refused
        case .useless: self = .useless
        }
    }
}

extension Scene.Variables {
    init(_ variables: ConnectionStory.Variables) {
        self.init(
            sendUnacknowledged: variables.sendUnacknowledged, sendNext: variables.sendNext,
            receiveNext: variables.receiveNext)
    }
}

extension ConnectionStory.Step {
    /// The numbers that matter for this kind of segment, most needed first.
    func words(absolute: Bool) -> [String] {
        let header = segment.header
        func text(_ name: String, _ number: RelativeNumber) -> String {
            "\(name)=\(absolute || number.base == .none ? number.raw : number.value)"
        }
        let seq = text("seq", sequence)
        let ack = acknowledgment.map { text("ack", $0) }
        let length = header.payloadLength > 0 ? "len=\(header.payloadLength)" : nil
        if header.flags.contains(.rst), sequence.base == .none { return [ack].compactMap { $0 } }
        if header.sequenceLength == 0, !header.flags.contains(.rst), kind == .acknowledgment, !has(.keepAlive),
            !has(.windowProbe)
        {
            return [ack, "seq=\(absolute ? sequence.raw : sequence.value)"].compactMap { $0 }
        }
        return [seq, length, ack].compactMap { $0 }
    }

    /// The payload as a quoted line, if it is text.
    var payloadText: Text? {
        guard !segment.payload.isEmpty else { return nil }
        return Text(verbatim: "\"\(Printable.bytes(segment.payload, limit: 60))\"")
    }
}
