import Foundation
import TCPWire
import Testing

/// A long transfer is one row where nothing happens but that it goes on.
@Suite("tcplens flow folds quiet stretches")
struct FlowFoldingTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func rows(_ run: Run) -> Int { run.lines.count { $0.firstMatch(of: /#[0-9]+ +[A-Z]+/) != nil } }

    @Test(
        "a few rows at either end stay, and how much lies between is said",
        arguments: [
            ("en", "... 395 data segments, 395 bytes ...", "#7 to #401, none lost", "--all draws every segment"),
            ("zh", "……395 个数据报文段，395 字节……", "#7 到 #401，无丢失", "--all 画出每个报文段"),
        ])
    func folded(language: String, what: String, which: String, advice: String) async throws {
        let path = try Exchange.capture(Exchange.long(segments: 407), in: folder)
        for width in ["40", "80", "120", "200"] {
            let run = try await Run(
                "flow", path, "--lang", language, "--width", width, environment: ["LANG": "C.UTF-8"])
            #expect(run.err == "" && run.lines.allSatisfy { cells($0) <= Int(width) ?? 0 })
            #expect(rows(run) == 12)
            let text = run.lines.joined(separator: " ").split(separator: " ").joined(separator: " ")
            // Chinese breaks anywhere.
            guard width != "40" else { continue }
            #expect(text.contains(advice))
            #expect(text.contains(what) && text.contains(which))
            // It took no time in which nothing happened.
            #expect(!run.out.contains("~~~") && !run.out.contains("╌╌╌"))
        }
    }

    @Test("--all draws each; short connections, JSON, pictures and what is carried are never folded")
    func whole() async throws {
        let path = try Exchange.capture(Exchange.long(segments: 407), in: folder)
        #expect(rows(try await Run("flow", path, "--all")) == 407)
        #expect(rows(try await Run("flow", path, "-A")) == 407)
        #expect(try await Run("flow", path, "--json").out.contains("\"number\" : 200,"))
        #expect(try await Run("flow", path, "--format", "svg").out.contains("id=\"seg-200\""))
        let short = try Exchange.capture(Exchange.long(segments: 190), in: folder, name: "short.pcapng")
        #expect(rows(try await Run("flow", short)) == 190)
    }

    @Test("what went wrong in a long transfer stays to be seen between two folds")
    func trouble() async throws {
        var frames = Exchange.long(segments: 407)
        let again = Exchange.Frame(time: frames[200].time + 205 * 1_000_000, bytes: frames[200].bytes)
        for index in 201..<frames.count { frames[index].time += 210 * 1_000_000 }
        frames.insert(again, at: 201)
        let path = try Exchange.capture(frames, in: folder)
        let run = try await Run("flow", path, "--ascii")
        #expect(run.out.contains("#202"))
        #expect(run.lines.count { $0.contains("data segments") } == 2)
    }

    @Test("a pause of more than a second stays to be seen, a shorter one does not part a stretch")
    func pause() async throws {
        for (pause, folds) in [(Int64(900), 1), (1100, 2)] {
            var frames = Exchange.long(segments: 407)
            for index in 200..<frames.count { frames[index].time += pause * 1_000_000 }
            let run = try await Run("flow", Exchange.capture(frames, in: folder), "--ascii")
            #expect(run.lines.count { $0.contains("data segments") } == folds)
            #expect(run.out.contains("~~~") == (folds == 2))
        }
    }

    @Test("segments that only waited, as TCP means them to, do not part a stretch; how many is said")
    func heldBack() async throws {
        let whole = Exchange()
        let up = SegmentBuilder(from: whole.client, to: whole.server)
        let down = SegmentBuilder(from: whole.server, to: whole.client)
        var frames = Array(whole.frames.prefix(3))
        var time: Int64 = 1000
        for number in 0..<130 {
            let (c, s) = (whole.clientISN &+ 1 &+ UInt32(number), whole.serverISN &+ 1)
            frames.append(
                Exchange.Frame(
                    time: time * Exchange.microsecond,
                    bytes: up.data([0x61], sequence: c, acknowledgment: s).ethernetFrame()))
            time += number % 2 == 0 ? 40_000 : 30
            frames.append(
                Exchange.Frame(
                    time: time * Exchange.microsecond,
                    bytes: down.ack(sequence: s, acknowledgment: c &+ 1).ethernetFrame()))
            time += 30
        }
        let path = try Exchange.capture(frames, in: folder)
        let run = try await Run("flow", path, "--ascii", "--width", "120")
        #expect(run.lines.count { $0.contains("data segments") } == 1, "\(run.out)")
        #expect(run.out.firstMatch(of: /ACKs, [0-9]+ delayed/) != nil, "\(run.out)")
        #expect(try await Run("flow", path, "--ascii", "--width", "120", "--all").out.contains("delayed ACK"))
    }

    @Test("the time since the row before is counted from the last folded segment")
    func delta() async throws {
        let path = try Exchange.capture(Exchange.long(segments: 407), in: folder)
        let run = try await Run("flow", path, "--width", "105", "--ascii")
        let all = try await Run("flow", path, "--width", "105", "--ascii", "--all")
        let behind = try #require(run.lines.first { $0.contains("#402 ") })
        #expect(all.lines.contains(behind))
    }
}
