import Narration
import Scenes
import TCPState
import TCPWire
import Testing
import Tracking

@testable import Pictures

struct RailTests {
    @Test func elevenStatesAndLinuxsSmallSocketsAreToldApartWithoutColour() {
        let letters = State.allCases.map { Scene.Mark.letter($0, isMini: false) }
        let small = [State.synReceived, .timeWait, .finWait2].map { Scene.Mark.letter($0, isMini: true) }
        #expect(small == ["r", "t", "2'"])
        #expect(Set(letters + small + [Scene.Mark.letter(nil, isMini: false)]).count == 15)
    }

    @Test func aGuessAmongFactsIsMarkedAndExplained() {
        var scene = Scenes.thirdAckLost
        scene.rows = [
            Scenes.segment(1, at: 0, from: 0, .syn, "seq=0", Scenes.marks("S*", "R*", .inferred)),
            Scenes.segment(2, at: 9, from: 1, [.syn, .ack], "seq=0 ack=1", Scenes.marks("E*", "R")),
        ]
        scene.footer = []
        #expect(
            Ladder(canvas: Canvas(width: 80, glyphs: .ascii)).lines(scene).dropFirst() == [
                " TIME ms  C                                            S",
                "     0.0  S?* #1 SYN      seq=0 ---------------------> R?*",
                "     9.0  E*  <--------------- #2 SYN,ACK  seq=0 ack=1 R",
                "states: a letter with ? behind it is inferred from the packets, the others are",
                "        seen in the kernel",
            ])
    }

    @Test func fatesHaveTheirOwnGlyphs() {
        let marks = Scenes.marks("E", "E")
        func drawn(_ fate: Scene.Fate, from lane: Int, _ glyphs: GlyphSet) -> String {
            var scene = Scenes.thirdAckLost
            scene.rows = [Scenes.segment(1, at: 0, from: lane, .ack, "seq=1", marks, fate)]
            scene.footer = []
            return Ladder(canvas: Canvas(width: 60, glyphs: glyphs)).lines(scene).last ?? ""
        }
        #expect(drawn(.arrived, from: 0, .ascii) == "     0.0  E  #1 ACK      seq=1 ---------> E")
        #expect(drawn(.lost(nil), from: 0, .ascii) == "     0.0  E  #1 ACK      seq=1 -----x     E")
        #expect(drawn(.refused, from: 0, .ascii) == "     0.0  E  #1 ACK      seq=1 ------>(x) E")
        #expect(drawn(.notTaken, from: 0, .ascii) == drawn(.refused, from: 0, .ascii))
        #expect(drawn(.underWay, from: 0, .ascii) == drawn(.arrived, from: 0, .ascii))
        #expect(drawn(.useless, from: 0, .ascii) == "     0.0  E  #1 ACK      seq=1 -------->o E")
        #expect(drawn(.arrived, from: 1, .unicode) == "     0.0  E  ◀───────────── #1 ACK  seq=1 E")
        #expect(drawn(.lost(nil), from: 1, .unicode) == "     0.0  E        ×─────── #1 ACK  seq=1 E")
        #expect(drawn(.refused, from: 1, .unicode) == "     0.0  E  ⊗◀──────────── #1 ACK  seq=1 E")
        #expect(drawn(.useless, from: 1, .unicode) == "     0.0  E  ○◀──────────── #1 ACK  seq=1 E")
    }

    @Test func silencesBetweenTheRowsOfABandLastFromRowToRow() {
        var scene = Scenes.crowd(clients: 8)
        // Client 1 comes back at the end, after the others had the wire.
        var last = scene.rows[0]
        if case .segment(var segment) = last {
            segment.departure = 3_000_000_000
            last = .segment(segment)
        }
        scene.rows.append(last)
        let lines = Ladder(canvas: Canvas(width: 80, glyphs: .ascii)).lines(scene)
        #expect(lines.count { $0.contains("~~ 2992 ms ~~") } == 1)
    }
}

struct SceneClockTests {
    @Test(arguments: [
        ([0, 10_400_000, 21_000_000], "ms", "10.4"), ([0, 10_400_000, 10_401_000], "ms", "10.400"),
        ([0], "ms", "10.4"), ([], "ms", "10.4"), ([0, 10_400_000, 36_000_000_000_000], "s", "0.010"),
        ([0, 1000, 36_000_000_000_000], "s", "0.010400"), ([.min, .max], "s", "0.010"),
    ])
    func rowsAtDifferentTimesShowDifferentNumbers(times: [Int64], unit: String, shown: String) {
        let clock = SceneClock(times: times)
        #expect(clock.unit == unit)
        #expect(clock.text(10_400_000) == shown)
        #expect(times.allSatisfy { clock.text($0).utf8.count <= clock.width })
    }

    @Test func timesAreRounded() {
        let clock = SceneClock(times: [0, 1_000_000])
        #expect(clock.text(1_018_949_999) == "1018.9")
        #expect(clock.text(1_018_950_000) == "1019.0")
        #expect(clock.text(-150_000) == "-0.2")
        #expect(clock.text(-1) == "0.0")
    }

    @Test(arguments: [
        (640_400, "640 us"), (999_600, "1.0 ms"), (1_540_000, "1.5 ms"), (997_900_000, "998 ms"),
        (12_340_000_000, "12.3 s"), (125_000_000_000, "2 min 5 s"), (11_220_000_000_000, "3 h 7 min"),
        (.max, "106751 d 23 h"),
    ])
    func durationsAreReadable(nanoseconds: Int64, expected: String) {
        #expect(durationText(nanoseconds) == expected)
    }
}
