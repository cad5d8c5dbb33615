import CaptureFile
import FlatMemory
import Passes
import Settling
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

/// A transcript, and what its segments turn out to be.
struct SettlingScript: Sendable {
    enum Version: Sendable { case four, six }

    let version: Version
    /// The connections, one a line. Its packets in the order in which they came: `4` a packet that was taken, `5=4` the same
    /// as packet 4, `6!reset` one that its receiver did not take and why, `7!corrupt`, `8!foreign`. Then how it began and
    /// ended, and both ends' last states. Then, of client and server, the octets, what was sent again, what came out of order, and
    /// duplicate ACKs, where there are any; `by 8` the RST of the next connection that ended it; `from 1001` the number that comes
    /// next where a capture begins with a probe.
    let lives: [String]
    /// What the times turned out to be: `1 late by 400 µs`, `set back 1 by 3000000 µs`; empty where they are in order.
    let times: String
    let run: @Sendable (Transcript) -> Void

    static func settles(
        _ lives: String..., over version: Version = .four, times: String = "",
        _ run: @escaping @Sendable (Transcript) -> Void
    ) -> SettlingScript {
        SettlingScript(version: version, lives: lives, times: times, run: run)
    }

    var transcript: Transcript {
        let t: Transcript
        switch version {
        case .four: t = Transcript(link: .ethernet)
        case .six:
            t = Transcript(
                client: Endpoint(address: IPAddress(high: 0x2001_0db8 << 32, low: 1), port: 40000),
                server: Endpoint(address: IPAddress(high: 0x2001_0db8 << 32, low: 2), port: 8080), link: .ethernet)
        }
        run(t)
        return t
    }
}

/// A kind of what no flat pass can know: a transcript in which it is so, and one like it in which it is not.
struct SettlingCase: CustomTestStringConvertible, Sendable {
    let name: String
    let shown: SettlingScript
    let nearMiss: SettlingScript

    init(_ name: String, _ shown: SettlingScript, nearMiss: SettlingScript) {
        self.name = name
        self.shown = shown
        self.nearMiss = nearMiss
    }

    var testDescription: String { name }

    static let all =
        copies + unnumbered + recut + delivered + order + lives + openings + channels + resets + refusals + standing
}

/// Segments' verdicts and connections as ``SettlingScript`` writes them.
struct Settled {
    let lives: [String]
    let times: String

    init(_ segments: [StoredSegment]) {
        var lives: [String] = []
        let disorder = Self.judge(segments) { life, judge in
            let packets = judge.members(of: life).map { member in
                "\(segments[member.sighting].number)" + Self.mark(member.verdict)
            }
            let besides =
                (life.endedBy.map { ", by \($0)" } ?? "") + (life.standing.map { ", from \($0.next.rawValue)" } ?? "")
            let words = judge.record(of: life).map { ": " + Self.words($0) } ?? ""
            lives.append(packets.joined(separator: " ") + words + besides)
        }
        self.lives = lives
        var times: [String] = []
        if disorder.late > 0 { times.append("\(disorder.late) late by \(disorder.longest / 1000) µs") }
        if disorder.setsBack > 0 {
            times.append("set back \(disorder.setsBack) by \(disorder.longestSetBack / 1000) µs")
        }
        self.times = times.joined(separator: ", ")
    }

    /// Has a tuple's segments judged.
    static func judge(
        _ segments: [StoredSegment], to body: (SettledLife, borrowing Judge) -> Void
    ) -> TimeDisorder {
        guard let first = segments.first else { return TimeDisorder() }
        var store = FlatStore<Sighting>(expecting: segments.count)
        for segment in segments { store.append(Sighting(segment)) }
        return Judge.settle(Sightings(of: first.tracked.key, SightingRoom(store), 0..<segments.count), to: body)
    }

    static func words(_ record: ConnectionRecord) -> String {
        let (client, server) = (record.client, record.server)
        let counts = [
            ("octets", client.streamBytes, server.streamBytes),
            ("again", UInt64(client.retransmittedSegments), UInt64(server.retransmittedSegments)),
            ("reordered", UInt64(client.outOfOrderSegments), UInt64(server.outOfOrderSegments)),
            ("duplicate ACKs", UInt64(client.duplicateAcknowledgments), UInt64(server.duplicateAcknowledgments)),
        ]
        let states = Transcript.letter(client.state) + Transcript.letter(server.state)
        return
            ([record.outcome.words, states]
            + counts.filter { $0.1 + $0.2 > 0 }.map { "\($0.0) \($0.1)+\($0.2)" }).joined(separator: ", ")
    }

    private static func mark(_ verdict: Verdict) -> String {
        switch verdict {
        case .taken: ""
        case .copy(let original): "=\(original)"
        case .corrupt: "!corrupt"
        case .foreign: "!foreign"
        case .refused(let why): "!\(why)"
        }
    }
}

@Suite struct SettlingTests {
    @Test(arguments: SettlingCase.all) func shown(_ example: SettlingCase) { check(example.shown) }
    @Test(arguments: SettlingCase.all) func nearMiss(_ example: SettlingCase) { check(example.nearMiss) }

    private func check(_ script: SettlingScript) {
        let settled = Settled(script.transcript.segments)
        #expect(settled.lives == script.lives)
        #expect(settled.times == script.times)
    }

    /// What a whole pass shows: only connections that the first pass has marked are judged.
    @Test(arguments: SettlingCase.all) func marked(_ example: SettlingCase) {
        for script in [example.shown, example.nearMiss] {
            let t = script.transcript
            let analysis = t.measured
            let shown = (0..<analysis.count).map { Settled.words(analysis[$0]) }
            let judged = Settled(t.segments).lives.map { line in
                String(line.split(separator: ": ", maxSplits: 1).last ?? "").replacing(#/, (by|from) \d+$/#, with: "")
            }
            #expect(shown == judged)
        }
    }

    /// The record that is kept is the one that its segments give when they are gone through once more.
    @Test(arguments: SettlingCase.all) func recordOfItsSegments(_ example: SettlingCase) {
        for script in [example.shown, example.nearMiss] {
            _ = Settled.judge(script.transcript.segments) { life, judge in
                #expect(judge.record(of: life).map(octets) == judge.replay(life).map(octets))
            }
        }
    }

    private func octets(of record: ConnectionRecord) -> [UInt8] { withUnsafeBytes(of: record) { Array($0) } }

    /// Behind a step back and one forward of the same size, the capture's own times count again.
    @Test func clockIsRightAgain() throws {
        let example = try #require(SettlingCase.order.first { $0.name == "the clock is set back, and set right again" })
        let lives = StoredConnection.settling(example.shown.transcript.segments)
        let times: [Int64] = [5_000_000, 5_020_000, 5_020_100, 5_030_000, 5_030_000, 5_040_000, 5_100_000, 5_110_000]
        #expect(lives.map { $0.segments.map { $0.time.nanoseconds / 1000 } } == [times])
    }

    @Test func nothing() {
        #expect(Settled([]).lives.isEmpty)
    }
}
