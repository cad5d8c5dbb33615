import CaptureFile
import Lab
import LinuxKernel
import Narration
import Passes
import Pictures
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// One connection on a live interface: its story, which grows with each packet, and the ladder that is drawn row by
/// row. Where an endpoint is a socket of this machine, the kernel is asked for its states.
final class LivePicture {
    private let canvas: Canvas
    private let title: Text
    private let absolute: Bool
    private let isDrawn: Bool
    private var left: StoredLimit
    private let builder = StoryBuilder()
    private var scene: GrowingScene
    private var ladder: GrowingLadder?
    private var observer: StateObserver?
    /// Whether the endpoints have been searched among this machine's sockets.
    private var hasLooked = false
    /// The number of the observer's observations that the story has received.
    private var heard = 0
    private var hasToldOfGone: Set<Party> = []
    /// The revisions of earlier rows that the story has reported since rows were last drawn.
    private var revised: [Revision] = []
    /// The number of segments and errors whose rows have not been drawn yet.
    private(set) var waitingRows = 0
    private(set) var errors: [ReportedError] = []
    /// When the last packet came (``SystemClock/ticks()``).
    private var lastArrival = SystemClock.ticks()

    /// Milliseconds without a packet after which an ended connection counts as over: packets that follow its end
    /// closely still belong to it.
    private static let quiet: Int64 = 60
    /// Milliseconds without a packet after which an unanswered connection counts as over: Linux waits for 64 s at most
    /// before it sends another SYN.
    private static let lastRetry: Int64 = 70_000
    /// Milliseconds to wait at first for the kernel to list a socket of this machine: an incoming SYN is captured
    /// before the kernel has processed it.
    private static let patience = 5

    init(
        _ canvas: Canvas, number: Int, on interface: String, title: String?, absolute: Bool, payload: Bool,
        isDrawn: Bool, limit: StoredLimit
    ) {
        self.canvas = canvas
        self.title = title.map { Text(verbatim: $0) } ?? LiveWords.title(number, on: interface)
        self.absolute = absolute
        self.isDrawn = isDrawn
        left = limit
        scene = GrowingScene(keepsPayload: payload)
    }

    /// Whether the limit on stored segments and octets is reached.
    var isFull: Bool { left.isReached }

    /// Adds the next segment.
    ///
    /// - Returns: whether the segment belongs to this connection; `false` where it begins another connection between
    ///   the same endpoints.
    func take(_ segment: StoredSegment) -> Bool {
        let change = builder.take(.segment(segment))
        guard !change.appended.isEmpty else { return false }
        left.take(CollectionOfOne(segment))
        note(change)
        return true
    }

    /// Adds an ICMP error about one of the connection's segments.
    func take(_ error: ReportedError) {
        errors.append(error)
        note(builder.take(.error(error)))
    }

    private func note(_ change: StoryChange) {
        revised += change.revised
        waitingRows += 1
        lastArrival = SystemClock.ticks()
    }

    // MARK: Rows

    /// Draws the rows of what has arrived since the last call, and the rows that revise earlier ones.
    func show() {
        ask()
        guard isDrawn, let story = builder.story, let last = story.steps.last else { return clear() }
        var rows = scene.rows(story, revised: revised, at: last.segment.time)
        for party in Party.allCases where hasVanished(party, in: story) {
            hasToldOfGone.insert(party)
            // No socket, not even in TIME-WAIT: CLOSED, as the kernel shows it.
            let closed = Scene.Mark(state: .closed, provenance: .kernel, changed: true)
            rows += [scene.row(of: party, LiveWords.socketGone, story, at: SystemClock.now(), mark: closed)]
                .compactMap(\.self)
        }
        clear()
        guard !rows.isEmpty else { return }
        var ladder = self.ladder ?? begin(story)
        // The stored copy is released first, so that changing the ladder copies nothing.
        self.ladder = nil
        for row in rows { Screen.write(octets: ladder.draw(row)) }
        self.ladder = ladder
        Screen.flush()
    }

    private func clear() {
        waitingRows = 0
        revised = []
    }

    private func begin(_ story: ConnectionStory) -> GrowingLadder {
        let ladder = GrowingLadder(
            Ladder(canvas: canvas, legend: .letters, absoluteNumbers: absolute), title: title,
            lanes: GrowingScene.lanes(of: story), marksGuesses: observer != nil)
        Screen.write(octets: ladder.beginning())
        return ladder
    }

    // MARK: The kernel

    /// Asks the kernel for the states of the endpoints that are sockets of this machine.
    private func ask() {
        if !hasLooked {
            hasLooked = true
            findSockets()
        }
        observer?.lookNow()
        hear()
    }

    private func findSockets() {
        guard let client = builder.story?.client, let server = builder.story?.server,
            let observer = try? StateObserver(client: client, server: server), (try? observer.start()) != nil
        else { return }
        let deadline = SystemClock.ticks() + Int64(Self.patience) * 1_000_000
        while observer.observations(after: 0).isEmpty {
            guard SystemClock.ticks() < deadline else {
                // Neither endpoint is a socket of this machine.
                _ = observer.stop()
                return
            }
            observer.lookNow()
        }
        self.observer = observer
    }

    private func hear() {
        for observation in observer?.observations(after: heard) ?? [] {
            heard += 1
            revised += builder.take(.word(EndWord(observation))).revised
        }
    }

    /// Whether an endpoint's socket has disappeared although no packet has ended the connection. `false` until no
    /// packet has come for a while, since the packet that ends the connection may still arrive.
    private func hasVanished(_ party: Party, in story: ConnectionStory) -> Bool {
        guard let observer, !hasToldOfGone.contains(party), silence >= Self.quiet, !hasEnded(story) else {
            return false
        }
        return observer.isGone(party)
    }

    /// Milliseconds since the last packet.
    private var silence: Int64 { (SystemClock.ticks() &- lastArrival) / 1_000_000 }

    // MARK: The end

    /// Whether no further packet of the connection is expected.
    var isOver: Bool {
        guard waitingRows == 0, let story = builder.story else { return false }
        if hasEnded(story) { return silence >= Self.quiet }
        if story.record.outcome.opening == .unanswered, silence >= Self.lastRetry { return true }
        guard let observer, silence >= Self.quiet else { return false }
        // That a program gave up, or that a timeout expired, is shown by no packet, only by the disappearance of all
        // its sockets.
        let seen = Set(observer.observations(after: 0).map(\.party))
        return !seen.isEmpty && seen.allSatisfy(observer.isGone)
    }

    /// Whether the packets show that the connection has ended; the end of TIME-WAIT is not awaited.
    private func hasEnded(_ story: ConnectionStory) -> Bool {
        let outcome = story.record.outcome
        switch outcome.ending {
        case .closed, .reset: return true
        case .open, .closing, .halfClosed: return false
        case .none: return outcome.endedBy != nil || outcome.opening != .unanswered && outcome.opening != .halfOpen
        }
    }

    /// Completes the story now that all its segments are known, draws the remaining rows, and writes the summary below
    /// them.
    ///
    /// - Returns: the complete story; `nil` where there is none.
    func end() -> ConnectionStory? {
        show()
        if let observer {
            _ = observer.stop()
            hear()
        }
        revised += builder.settle().revised
        observer = nil
        hasLooked = true
        show()
        guard let story = builder.story else { return nil }
        let notes = lacksPackets(story) ? [LiveWords.lacksPackets] : []
        if let ladder { Screen.write(octets: ladder.ending(story.summary + notes)) }
        return story
    }

    /// Whether packets are missing: one end acknowledges what the other was never seen to send, or the kernel had a socket
    /// in ESTABLISHED although the packets show no end of the handshake.
    private func lacksPackets(_ story: ConnectionStory) -> Bool {
        let record = story.record
        if record.client.segments == 0 || record.server.segments == 0 {
            return story.steps.contains {
                $0.segment.header.flags.contains(.ack) && !$0.segment.header.flags.contains(.rst)
            }
        }
        guard record.outcome.opening == .halfOpen else { return false }
        return story.steps.contains { step in
            Party.allCases.contains {
                step.state(of: $0).state == .established && step.state(of: $0).provenance == .kernel
            }
        }
    }
}
