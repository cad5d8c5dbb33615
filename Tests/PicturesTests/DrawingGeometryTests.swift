import Drawings
import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

/// No arrow goes through a label, however segments cross: the places are worked out from the drawing's text alone.
@Suite("places in a drawing")
struct DrawingGeometryTests {
    /// Two ends that send what they like, over ways that take what they take: crossing, overtaking, losing.
    private static func trace(seed: UInt64) -> Scene {
        var generator = SeededGenerator(seed: seed)
        let delay = Int64.random(in: 200_000...40_000_000, using: &generator)
        let jitter: Int64 = [0, 0, delay / 4, delay * 2].randomElement(using: &generator) ?? 0
        let pace: Int64 = [delay / 30, delay / 5, delay, delay * 3].randomElement(using: &generator) ?? delay
        let remarks: [Text?] = [
            nil, nil, Text(en: "1448 bytes arrived", zh: "1448 字节已收到"),
            Text(en: "again #4 2nd RTO", zh: "重传 #4 第 2 次超时"),
        ]
        var time: Int64 = 0
        var segments: [Scene.Segment] = []
        for number in 1...Int.random(in: 3...40, using: &generator) {
            time += Int64.random(in: 0...max(1, pace), using: &generator)
            let from = Int.random(in: 0...1, using: &generator)
            let fate: Scene.Fate =
                [.lost(nil), .lost(nil), .refused, .notTaken, .useless].randomElement(using: &generator) ?? .arrived
            let isLost = if case .lost = fate { Bool.random(using: &generator) } else { false }
            let arrival: Int64? =
                isLost ? nil : time + delay + Int64.random(in: 0...max(0, jitter), using: &generator)
            let sequence = UInt32.random(in: 1...10_000_000, using: &generator)
            var segment = Scene.Segment(
                number: number, departure: time, arrival: arrival, sender: Scene.End(lane: from),
                receiver: Scene.End(lane: 1 - from),
                flags: [TCPFlags.ack, [.psh, .ack], [.fin, .ack]].randomElement(using: &generator) ?? .ack,
                sequence: RelativeNumber(UInt64(sequence), raw: sequence &+ 3_000_000_000),
                acknowledgment: RelativeNumber(UInt64(sequence), raw: sequence &+ 4_000_000_000),
                length: UInt32.random(in: 0...2000, using: &generator), kind: .data)
            if isLost {
                segment.fate = fate
            } else if Int.random(in: 0..<8, using: &generator) == 0, fate != .lost(nil) {
                segment.fate = fate
            }
            segment.remark = remarks.randomElement(using: &generator) ?? nil
            segments.append(segment)
        }
        return Scene(
            title: Text(verbatim: "trace \(seed)"), provenance: [.stack],
            lanes: [Scene.Lane(role: .client, name: "10.0.0.1:40000"), Scene.Lane(role: .server, name: "10.0.0.2:80")],
            rows: rows(segments))
    }

    /// With an arrival as a row of its own wherever its receiver sent something, or got something, in between.
    private static func rows(_ segments: [Scene.Segment]) -> [Scene.Row] {
        var events: [(time: Int64, order: Int, row: Scene.Row)] = []
        for (index, segment) in segments.enumerated() {
            events.append((segment.departure, 2 * index + 1, .segment(segment)))
            guard let arrival = segment.arrival else { continue }
            let lane = segment.receiver.lane
            let isBent = segments.contains { other in
                other.number > segment.number
                    && (other.sender.lane == lane && other.departure < arrival
                        || other.receiver.lane == lane && (other.arrival ?? .max) < arrival)
            }
            guard isBent else { continue }
            let moment = Scene.Moment(
                time: arrival, end: Scene.End(lane: lane), peer: 1 - lane,
                what: Text(verbatim: "#\(segment.number) arrives"),
                cause: .segment(segment.number))
            events.append((arrival, 2 * index, .moment(moment)))
        }
        return events.sorted { ($0.time, $0.order) < ($1.time, $1.order) }.map(\.row)
    }

    /// With the rules that its page has for it.
    private static func reading(_ scene: Scene, _ options: LadderDrawing.Options) -> SVGReading? {
        let text = LadderDrawing(scene, options: options).svg
        guard options.isEmbedded, let start = text.firstIndex(of: ">") else { return SVGReading(text) }
        return SVGReading("\(text[...start])<style>\(LadderDrawing.rules)</style>\(text[text.index(after: start)...])")
    }

    @Test(
        "no arrow goes through a label, no label through another, and no sign upon one, in 200 traces by chance",
        arguments: [(760.0, false), (1100, false), (390, false), (360, true), (760, true)])
    func labelsAreClear(_ width: Double, isEmbedded: Bool) throws {
        var labels = 0
        for seed in UInt64(1)...200 {
            let language: Language = seed % 2 == 0 ? .english : .chinese
            let scene = Self.trace(seed: seed)
            var options = LadderDrawing.Options(language: language, width: width)
            options.isEmbedded = isEmbedded
            let reading = try #require(Self.reading(scene, options))
            #expect(reading.crossedLabels.isEmpty, "trace \(seed): \(reading.crossedLabels)")
            #expect(reading.coveredLabels.isEmpty, "trace \(seed): \(reading.coveredLabels)")
            labels += reading.texts.count { $0.classes.contains("label") }
            // Each segment has its number on the page, on its arrow or beside the band.
            for segment in reading.segments {
                let number = "#\(segment.attributes["data-number"] ?? "") "
                #expect(
                    reading.texts.contains { $0.group == segment.id && ($0.content + " ").hasPrefix(number) },
                    "trace \(seed): \(segment.id)")
            }
            let arrows = reading.lines.filter { $0.classes.contains("arrow") }
            #expect(arrows.count == reading.segments.count)
            #expect(arrows.allSatisfy { $0.to.y >= $0.from.y }, "nothing arrives before it left")
        }
        #expect(labels > 1000)
    }

    @Test("a label beside a band has each number whole and on a line of its own, real and relative, and its remark")
    func besideTheBand() throws {
        var beside = 0
        for seed in UInt64(1)...60 {
            let scene = Self.trace(seed: seed)
            var options = LadderDrawing.Options(width: 360)
            options.isEmbedded = true
            let text = LadderDrawing(scene, options: options).svg
            let reading = try #require(Self.reading(scene, options))
            for case .segment(let segment) in scene.rows {
                let group = "seg-\(segment.number)"
                let label = reading.texts.filter { $0.group == group && $0.classes.contains("label") }
                guard label.first?.classes.contains("ink") ?? false else { continue }
                beside += 1
                let lines = label.map(\.content)
                let start = try #require(text.firstRange(of: "<g id=\"\(group)\"")).lowerBound
                let row = text[start...].prefix { $0 != "\n" }
                for number in [segment.sequence, segment.acknowledgment].compactMap({ $0 }) {
                    #expect(lines.contains { $0.hasSuffix("\(number.raw)") }, "trace \(seed): \(lines)")
                    #expect(row.contains("=\(number.value)</tspan>"), "trace \(seed): \(row)")
                }
                guard let remark = segment.remark else { continue }
                #expect(lines.joined(separator: " ").hasSuffix(remark.english), "trace \(seed): \(lines)")
            }
        }
        #expect(beside > 100)
    }

    @Test("the reader of drawings sees an arrow that goes through a label, and labels that overlap")
    func theCheckChecks() throws {
        let start = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"100\" font-size=\"12\">"
        let label = "<g id=\"seg-1\"><text class=\"label\" x=\"20\" y=\"50\">#1 SYN</text></g>"
        func reading(_ more: String) throws -> SVGReading { try #require(SVGReading(start + label + more + "</svg>")) }
        let crossing = "<g id=\"seg-2\"><line class=\"arrow\" x1=\"0\" y1=\"40\" x2=\"100\" y2=\"52\"/></g>"
        #expect(try reading(crossing).crossedLabels.count == 1)
        #expect(try reading(crossing.replacing("y1=\"40\"", with: "y1=\"52\"")).crossedLabels.isEmpty)
        #expect(try reading("<g transform=\"translate(0 -12)\">\(crossing)</g>").crossedLabels.isEmpty)
        #expect(try reading("<path class=\"sign lost\" d=\"M30 45l10 10M30 55l10 -10\"/>").crossedLabels.count == 1)
        #expect(try reading("<circle class=\"sign\" cx=\"30\" cy=\"60\" r=\"5\"/>").crossedLabels.isEmpty)
        #expect(
            try reading(label.replacing("seg-1", with: "seg-3").replacing("50", with: "45")).coveredLabels.count == 1)
    }
}
