import Drawings
import Narration
import Pictures
import Scenes
import Stories
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

/// What must hold of every drawing, tried on scenes made at random (the same in every run); what is looked at is its text.
@Suite("a ladder as SVG")
struct DrawingTests {
    private static let scenes: [Scene] = {
        var generator = SeededGenerator(seed: 2027)
        return (0..<200).map { _ in RandomScenes.scene(&generator) }
    }()

    private static func options(_ language: Language, width: Double = 760) -> LadderDrawing.Options {
        LadderDrawing.Options(language: language, width: width)
    }

    @Test(
        "every scene is well-formed XML without script, request or anything a browser would obey",
        arguments: Language.allCases)
    func isHarmless(_ language: Language) throws {
        for scene in Self.scenes {
            let text = LadderDrawing(scene, options: Self.options(language)).document
            let reading = try #require(SVGReading(text), "\(text.prefix(2000))")
            #expect(
                reading.elements.isDisjoint(with: ["script", "foreignObject", "image", "use", "a", "iframe", "animate"])
            )
            #expect(!reading.attributes.contains { $0.hasPrefix("on") || $0.contains("href") || $0 == "src" })
            #expect(text.components(ofURL: "http") == ["http://www.w3.org/2000/svg"], "only the namespace's name")
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
            #expect(
                !text.unicodeScalars.contains {
                    (0x202A...0x202E).contains($0.value) || (0x2066...0x2069).contains($0.value)
                })
            #expect(Set(reading.ids).count == reading.ids.count, "an id stands once")
        }
    }

    @Test("rows stand in the scene's order, each under its own name, as in the ladder in text")
    func sameEvents() throws {
        for scene in Self.scenes where scene.lanes.count <= 4 {
            let reading = try #require(SVGReading(LadderDrawing(scene).svg))
            let rows = reading.groups.filter {
                ["segment", "arrival", "moment"].contains($0.attributes["class"] ?? "")
            }
            #expect(rows.map(\.id) == scene.rowNames)
            for (group, row) in zip(rows, scene.rows) {
                guard case .segment(let segment) = row else { continue }
                #expect(group.attributes["data-number"] == "\(segment.number)")
                #expect(group.attributes["data-flags"] == segment.flags.description)
                #expect(group.attributes["data-sequence"] == "\(segment.sequence.raw)")
                #expect(group.attributes["data-acknowledgment"] == segment.acknowledgment.map { "\($0.raw)" })
                #expect(group.attributes["data-length"] == "\(segment.length)")
                #expect(group.title.hasPrefix("#\(segment.number) \(segment.flags)"))
            }
            // In text the number stands before the flags.
            let lines = Ladder(canvas: Canvas(width: 171)).lines(scene)
            let told = lines.compactMap { line -> String? in
                guard let match = line.firstMatch(of: #/#(\d+) +(SYN|FIN|RST|PSH|ACK|URG|none)/#) else { return nil }
                return String(match.1)
            }
            #expect(told == reading.segments.compactMap { $0.attributes["data-number"] })
        }
    }

    @Test("several drawings stand in one page: ids have a prefix, and are referred to by it")
    func prefixes() throws {
        var options = Self.options(.english)
        options.prefix = "left-"
        let text = LadderDrawing(Scenes.thirdAckLost, options: options).svg
        let reading = try #require(SVGReading(text))
        #expect(!reading.ids.isEmpty && reading.ids.allSatisfy { $0.hasPrefix("left-") })
        let references = text.matches(of: #/url\(#([^)]*)\)/#)
        #expect(!references.isEmpty)
        for reference in references {
            #expect(reading.ids.contains(String(reference.1)), "\(reference.1)")
        }
        #expect(!text.hasPrefix("<?xml"), "a page takes the element alone")
    }

    @Test("nothing stands outside of the page", arguments: [320.0, 390, 559, 560, 760, 1200])
    func staysInside(_ width: Double) throws {
        for scene in [Scenes.thirdAckLost] + Self.scenes.filter({ $0.lanes.count <= 2 }).prefix(60) {
            let reading = try #require(
                SVGReading(LadderDrawing(scene, options: Self.options(.english, width: width)).svg))
            for line in reading.lines {
                for place in [line.from, line.to] {
                    #expect(place.x >= 0 && place.x <= reading.size.width, "\(line)")
                    #expect(place.y >= 0 && place.y <= reading.size.height, "\(line)")
                }
            }
            // A name may be longer than its margin by less than a letter.
            let out = reading.texts.filter { text in
                text.corners.contains {
                    $0.x < -8 || $0.x > reading.size.width + 8 || $0.y < -1 || $0.y > reading.size.height + 1
                }
            }
            #expect(out.isEmpty, "\(out.map(\.content))")
        }
    }

    @Test("what was lost, not taken and of no use look different; what is sent again is dashed and linked")
    func fates() throws {
        var rows: [Scene.Row] = []
        for (index, fate) in [Scene.Fate.arrived, .lost(nil), .refused, .notTaken, .useless, .underWay].enumerated() {
            let row = Scenes.segment(
                index + 1, at: Double(index), from: 0, .ack, "ack=1 seq=1", Scenes.marks("E", "E"), fate)
            guard case .segment(var segment) = row else { continue }
            if index == 4 { (segment.original, segment.isRepetition) = (1, true) }
            rows.append(.segment(segment))
        }
        let scene = Scene(title: Text(verbatim: ""), provenance: [], lanes: Scenes.thirdAckLost.lanes, rows: rows)
        var options = Self.options(.english)
        options.hasLegend = false
        let text = LadderDrawing(scene, options: options).svg
        func group(_ number: Int) throws -> Substring {
            let start = try #require(text.firstRange(of: "<g id=\"seg-\(number)\"")).lowerBound
            let end = text[start...].firstRange(of: "\n")?.lowerBound ?? text.endIndex
            return text[start..<end]
        }
        for (number, sign) in [(2, "lost"), (3, "refused"), (4, "refused"), (5, "useless")] {
            #expect(try group(number).contains("sign \(sign)"), "#\(number)")
        }
        #expect(try group(2).contains("\"ghost"))
        #expect(try !group(1).contains("sign") && !group(6).contains("sign"))
        #expect(try group(5).contains("stroke-dasharray=\"7 3\""))
        #expect(text.contains("class=\"link"))
        #expect(try !group(6).contains("marker-end"), "it has not arrived")
    }

    @Test("among several hosts, no label stands on the band or the lifeline of one that lies between")
    func betweenHosts() throws {
        var labels = 0
        for seed in UInt64(1)...40 {
            var generator = SeededGenerator(seed: seed)
            let lanes = (0..<6).map { Scene.Lane(role: .host, name: "10.0.0.\($0):80") }
            let rows = (1...20).map { number -> Scene.Row in
                let (from, way) = (Int.random(in: 0..<6, using: &generator), Int.random(in: 1..<6, using: &generator))
                let time = Int64(number) * 1_000_000
                var segment = Scene.Segment(
                    number: number, departure: time,
                    arrival: time + Int64.random(in: 0...1, using: &generator) * 500_000,
                    sender: Scene.End(lane: from, mark: Scenes.mark(.established)),
                    receiver: Scene.End(lane: (from + way) % 6, mark: Scenes.mark(.established)),
                    flags: [[.psh, .ack], .ack, [.syn, .ack]].randomElement(using: &generator) ?? .ack,
                    sequence: RelativeNumber(UInt64(number) * 1448, raw: 0),
                    acknowledgment: RelativeNumber(UInt64(number), raw: 0), length: 1448, kind: .data)
                segment.remark = Bool.random(using: &generator) ? Text(en: "again #2 RTO", zh: "超时") : nil
                return .segment(segment)
            }
            let scene = Scene(title: Text(verbatim: ""), provenance: [.wire], lanes: lanes, rows: rows)
            let reading = try #require(SVGReading(LadderDrawing(scene).svg))
            let bands = reading.areas.filter { $0.attributes["data-state"] != nil }.map { ($0.from.x, $0.to.x) }
            let inner = bands.map { ($0.0 + $0.1) / 2 }.filter { x in
                bands.contains { $0.0 > x + 20 } && bands.contains { $0.1 < x - 20 }
            }
            for label in reading.texts where label.classes.contains("label") && !label.classes.contains("ink") {
                labels += 1
                let (left, right) = (label.corners.map(\.x).min() ?? 0, label.corners.map(\.x).max() ?? 0)
                #expect(
                    !inner.contains { $0 + 7 > left && $0 - 7 < right },
                    "trace \(seed): \(label.content) of \(label.group)")
            }
            #expect(reading.crossedLabels.isEmpty && reading.coveredLabels.isEmpty, "trace \(seed)")
        }
        #expect(labels > 800)
    }

    @Test("of a label only the flags are heavier, with both kinds of numbers too", arguments: [false, true])
    func heavyFlags(isEmbedded: Bool) {
        var options = Self.options(.english)
        options.isEmbedded = isEmbedded
        let text = LadderDrawing(Scenes.thirdAckLost, options: options).svg
        #expect(text.contains("<tspan class=\"flags\">SYN,ACK</tspan>"))
        #expect(text.contains("class=\"rel\"") == isEmbedded)
        let heavy = LadderDrawing.rules.matches(of: #/([^{}]*)\{font-weight:700\}/#).map { String($0.1) }
        #expect(heavy == [".tcplens-ladder .label .flags"])
    }

    @Test("a hand-out holds neither acknowledgment numbers nor states")
    func blank() throws {
        var options = Self.options(.english)
        options.isBlank = true
        let text = LadderDrawing(Scenes.thirdAckLost, options: options).svg
        let reading = try #require(SVGReading(text))
        #expect(!State.allCases.contains { text.contains($0.name) })
        #expect(!reading.texts.contains { $0.content.contains(#/ack=[0-9]/#) })
        #expect(reading.texts.contains { $0.content.contains("ack=____") })
        #expect(!reading.segments.isEmpty)
        #expect(reading.segments.allSatisfy { $0.attributes["data-acknowledgment"] == nil })
    }

    @Test(
        "10,000 segments take less than 6 MB, less than 7 where every third one is lost and sent again",
        arguments: [false, true])
    func large(isLossy: Bool) throws {
        let rows = (0..<10_000).map { index -> Scene.Row in
            let from = index % 3 == 2 ? 1 : 0
            let row = Scenes.segment(
                index + 1, at: isLossy ? Double(index / 3 * 300 + index % 3) : Double(index) * 0.11, from: from,
                from == 0 ? [.psh, .ack] : .ack,
                from == 0 ? "seq=\(1 + index * 1448) len=1448 ack=1" : "ack=\(index * 1448) seq=1",
                Scenes.marks("E", "E"), isLossy && index % 3 == 0 ? .lost(nil) : .arrived,
                remark: Text(en: "2896 bytes arrived", zh: "2896 字节已收到"))
            guard case .segment(var segment) = row, isLossy, index % 3 == 1 else { return row }
            (segment.original, segment.isRepetition, segment.cause) = (index, true, .timer(.retransmission))
            return .segment(segment)
        }
        let scene = Scene(title: Text(verbatim: "long"), provenance: [], lanes: Scenes.thirdAckLost.lanes, rows: rows)
        for language in Language.allCases {
            let text = LadderDrawing(scene, options: Self.options(language)).document
            #expect(text.utf8.count < (isLossy ? 7_000_000 : 6_000_000))
            let reading = try #require(SVGReading(text))
            #expect(reading.segments.count == 10_000)
            #expect(reading.texts.count { $0.classes.contains("trigger") } == (isLossy ? 3333 : 0))
        }
    }
}

extension String {
    /// The addresses of a scheme that stand in it.
    fileprivate func components(ofURL scheme: String) -> [Substring] {
        matches(of: #/https?:\/\/[^"')]*/#).map(\.output).filter { $0.hasPrefix(scheme) }
    }
}
