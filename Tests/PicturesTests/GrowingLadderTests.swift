import CaptureFile
import Narration
import Pictures
import Scenes
import Stories
import TCPState
import Testing
import Tracking
import Transcripts

/// A ladder that is drawn while its connection goes on: each row once, and what turns out otherwise in a row of its own.
struct GrowingLadderTests {
    /// What is printed: of each observation what it adds, and last what stands below the rows.
    private static func printed(
        _ t: Transcript, asked: [Int: [StateObservation]] = [:], width: Int = 80, glyphs: GlyphSet = .ascii,
        language: Language = .english
    ) -> [[String]] {
        let canvas = Canvas(width: width, glyphs: glyphs, language: language)
        let builder = StoryBuilder()
        var scene = GrowingScene()
        var ladder: GrowingLadder?
        var pieces: [[String]] = []
        func lines(_ octets: [UInt8]) -> [String] {
            String(decoding: octets, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .map(String.init)
        }
        func show(_ revised: [Revision], at time: Timestamp) {
            guard let story = builder.story else { return }
            var piece: [String] = []
            var drawn =
                ladder
                ?? {
                    let new = GrowingLadder(
                        Ladder(canvas: canvas, legend: .letters), title: Text(verbatim: "live"),
                        lanes: GrowingScene.lanes(of: story), marksGuesses: !asked.isEmpty)
                    piece += lines(new.beginning())
                    return new
                }()
            for row in scene.rows(story, revised: revised, at: time) { piece += lines(drawn.draw(row)) }
            ladder = drawn
            pieces.append(piece)
        }
        for segment in t.segments {
            var revised = builder.take(.segment(segment)).revised
            for observation in asked[segment.number] ?? [] {
                revised += builder.take(.word(EndWord(observation))).revised
            }
            show(revised, at: segment.time)
        }
        show(builder.settle().revised, at: t.segments.last?.time ?? Timestamp(nanoseconds: 0))
        pieces.append(lines(ladder?.ending(builder.story?.summary ?? []) ?? []))
        return pieces
    }

    private static func conversation() -> Transcript {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 16)
        t.s.ack(301, ack: 117)
        t.s.data(301, ack: 117, 18)
        t.c.ack(117, ack: 319)
        t.c.fin(117, ack: 319)
        t.s.fin(319, ack: 118)
        t.c.ack(118, ack: 320)
        return t
    }

    @Test("each segment is out when it has come, and nothing is printed twice")
    func rows() {
        let pieces = Self.printed(Self.conversation())
        #expect(pieces.count == 12)
        for (place, piece) in pieces.prefix(10).enumerated() {
            #expect(piece.filter { $0.contains("#\(place + 1) ") }.count == 1, "\(piece)")
            #expect(piece.count == (place == 0 ? 3 : 1), "\(piece)")
        }
        #expect(pieces[10].isEmpty)
        #expect(pieces[11].contains("Opened by the three-way handshake."))
    }

    @Test("what it says of each segment is what the finished picture says")
    func finished() throws {
        let t = Self.conversation()
        let builder = StoryBuilder()
        builder.take(all: t.segments)
        let story = try #require(builder.story)
        let canvas = Canvas(width: 80, glyphs: .ascii, language: .english)
        let whole = Ladder(canvas: canvas, legend: .letters).lines(Scene(story: story, title: Text(verbatim: "live")))
        func rows(_ lines: [String]) -> [[Substring]] {
            lines.filter { $0.contains("#") }.map { $0.split(whereSeparator: { " -<>".contains($0) }) }
        }
        // Times may have other decimals, states on the rail what was not known yet.
        func words(_ lines: [String]) -> [[Substring]] {
            rows(lines).map { $0.filter { $0.hasPrefix("#") || $0.contains("=") || $0.contains(",") } }
        }
        #expect(words(Array(Self.printed(t).joined())) == words(whole))
    }

    @Test("the lost third ACK: told in a row of its own once the SYN-ACK comes again")
    func revised() throws {
        let t = Transcript()
        t.open()
        t.wait(1000)
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301)
        let pieces = Self.printed(t)
        #expect(!pieces[2].joined().contains("lost"))
        #expect(
            pieces[3].contains { $0.contains("~~ 1000 ms ~~") || $0.contains(" 1000 ms ") || $0.contains("999 ms") })
        #expect(pieces[3].contains { $0.contains("#3: was SYN-RECEIVED, not ESTABLISHED") }, "\(pieces[3])")
        #expect(pieces.joined().filter { $0.contains("not ESTABLISHED") }.count == 1)
    }

    @Test("a state is marked the kernel's from the row on at which it was asked")
    func asked() throws {
        let t = Self.conversation()
        let established = Party.allCases.map {
            StateObservation(time: t.segments[2].time, party: $0, state: .established, isMini: false)
        }
        let pieces = Self.printed(t, asked: [3: established])
        #expect(pieces[0].last?.contains("S?*") == true, "\(pieces[0])")
        #expect(pieces[3][0].contains("E?") == false && pieces[3][0].contains(" E "), "\(pieces[3])")
        let legend = pieces[11].joined(separator: " ").replacing(/\ +/, with: " ")
        #expect(
            legend.contains("a letter with ? behind it is inferred from the packets, the others are seen in the kernel")
        )
    }

    @Test("a time that the column has no room for: the heads stand once more, as wide as it takes")
    func wider() {
        let t = Transcript()
        t.open()
        t.wait(3_000_000)
        t.c.data(101, ack: 301, 16)
        t.s.ack(301, ack: 117)
        let pieces = Self.printed(t)
        let heads = pieces.map { $0.filter { $0.contains("TIME ") }.count }
        #expect(heads == [1, 0, 0, 1, 0, 0, 0])
        #expect(pieces[3].contains { $0.contains("3000.002000") }, "\(pieces[3])")
    }

    @Test(
        "no line is wider than the canvas", arguments: [40, 60, 80, 110, 140, 200], [Language.english, .chinese])
    func widths(width: Int, language: Language) {
        let t = Self.conversation()
        t.wait(20_000_000)
        t.c.syn(4_000_000_000)
        for glyphs in [GlyphSet.ascii, .unicode] {
            let canvas = Canvas(width: width, glyphs: glyphs, language: language)
            for line in Self.printed(t, width: width, glyphs: glyphs, language: language).joined() {
                #expect(canvas.measure(line) <= width, "\(line)")
            }
        }
    }
}
