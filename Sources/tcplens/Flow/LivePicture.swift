import CaptureFile
import Lab
import LinuxKernel
import Narration
import Passes
import Pictures
import Scenes
import Stories
import Tracking

/// One connection of a live interface: its story, which grows, and the ladder that is drawn of it row by row. Where an end is a socket
/// of this machine, the kernel is asked for its states.
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
    /// Whether this machine's sockets were looked for.
    private var hasLooked = false
    /// How many of the observer's observations the story has.
    private var heard = 0
    private var hasToldOfGone: Set<Party> = []
    /// What the story has answered since the last rows.
    private var revised: [Revision] = []
    /// Segments and errors that have no rows yet.
    private(set) var waitingRows = 0
    private(set) var errors: [ReportedError] = []
    /// When the last packet came (``SystemClock/ticks()``).
    private var lastArrival = SystemClock.ticks()

    /// Milliseconds without a packet after which a connection that has ended is over: what still comes of it belongs to it.
    private static let quiet: Int64 = 60
    /// Milliseconds after which nobody who asked and got no answer asks again: Linux waits for 64 s at most.
    private static let lastRetry: Int64 = 70_000
    /// Milliseconds for which a socket of this machine may stay unseen at first: a SYN that comes in passes here before the kernel
    /// has taken it.
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

    /// Whether no more may be held of it.
    var isFull: Bool { left.isReached }

    /// Takes its next segment.
    ///
    /// - Returns: whether it is one of it; not where it begins another connection between the same endpoints.
    func take(_ segment: StoredSegment) -> Bool {
        let change = builder.take(.segment(segment))
        guard !change.appended.isEmpty else { return false }
        left.take(CollectionOfOne(segment))
        note(change)
        return true
    }

    /// Takes an ICMP error about one of its segments.
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

    /// Draws what has come, and what it shows of earlier rows.
    func show() {
        ask()
        guard isDrawn, let story = builder.story, let last = story.steps.last else { return clear() }
        var rows = scene.rows(story, revised: revised, at: last.segment.time)
        for party in Party.allCases where hasVanished(party, in: story) {
            hasToldOfGone.insert(party)
            rows += [scene.row(of: party, LiveWords.socketGone, story, at: SystemClock.now())].compactMap(\.self)
        }
        clear()
        guard !rows.isEmpty else { return }
        var ladder = self.ladder ?? begin(story)
        // One copy of it: each row changes it.
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

    /// Asks for the states of those ends that are sockets of this machine.
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
                // Both ends are elsewhere.
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

    /// Whether an end's socket is gone though no packet has ended the connection: not at once, since what ends it may be on its way.
    private func hasVanished(_ party: Party, in story: ConnectionStory) -> Bool {
        guard let observer, !hasToldOfGone.contains(party), silence >= Self.quiet, !hasEnded(story) else {
            return false
        }
        return observer.isGone(party)
    }

    /// Milliseconds since the last packet.
    private var silence: Int64 { (SystemClock.ticks() &- lastArrival) / 1_000_000 }

    // MARK: The end

    /// Whether nothing is to come of it any more.
    var isOver: Bool {
        guard waitingRows == 0, let story = builder.story else { return false }
        if hasEnded(story) { return silence >= Self.quiet }
        if story.record.outcome.opening == .unanswered, silence >= Self.lastRetry { return true }
        guard let observer, silence >= Self.quiet else { return false }
        // No packet tells that a program gave up, or that an answer did not come in time.
        let seen = Set(observer.observations(after: 0).map(\.party))
        return !seen.isEmpty && seen.allSatisfy(observer.isGone)
    }

    /// As the packets show; TIME-WAIT is not waited for.
    private func hasEnded(_ story: ConnectionStory) -> Bool {
        let outcome = story.record.outcome
        switch outcome.ending {
        case .closed, .reset: return true
        case .open, .closing, .halfClosed: return false
        case .none: return outcome.endedBy != nil || outcome.opening != .unanswered && outcome.opening != .halfOpen
        }
    }

    /// Brings the story to what all its segments come to, and says below the rows what that is.
    ///
    /// - Returns: the story.
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
        if let ladder { Screen.write(octets: ladder.ending(story.summary)) }
        return story
    }
}
