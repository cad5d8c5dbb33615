import CaptureFile
import Foundation
import Narration
import Passes
import Scenes
import Stories
import TCPWire
import Testing

@testable import Pictures

/// What went wrong is seen at a glance, and can be read; where an end's window is what matters, its row says how large it is.
@Suite("troubles on a ladder") struct TroubleTests {
    private static let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40_000)
    private static let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 8080)
    private static let up = SegmentBuilder(from: client, to: server)
    private static let down = SegmentBuilder(from: server, to: client)

    /// The story of segments, each so many milliseconds after the start, behind a handshake with the numbers 100 and 300 where
    /// it is opened.
    private static func story(_ more: [(Int64, SegmentBuilder)], isOpened: Bool = true) throws -> ConnectionStory {
        var segments: [(Int64, SegmentBuilder)] = []
        if isOpened {
            segments.append((0, up.syn(sequence: 100, options: [.windowScale(2)])))
            segments.append((1, down.synAck(sequence: 300, acknowledgment: 101, options: [.windowScale(3)])))
            segments.append((2, up.ack(sequence: 101, acknowledgment: 301)))
        }
        segments += more
        var analysis = CaptureAnalysis(keeping: .all(limit: .max))
        for (index, (time, segment)) in segments.enumerated() {
            let frame = segment.ethernetFrame()
            analysis.take(
                frame.span.bytes, number: index + 1, at: Timestamp(nanoseconds: time * 1_000_000), link: .ethernet)
        }
        analysis.settle()
        return try #require(analysis.stored(1).flatMap { ConnectionStory($0) })
    }

    private static func rows(_ story: ConnectionStory, colour: ColourDepth = .none) -> [String] {
        Ladder(canvas: Canvas(width: 100, colour: colour)).lines(Scene(story: story, title: Text(verbatim: "")))
    }

    private static func offering(_ window: UInt16, _ segment: SegmentBuilder) -> SegmentBuilder {
        var copy = segment
        copy.window = window
        return copy
    }

    @Test("a closed window and its opening say the window, in octets")
    func windows() throws {
        let data = [UInt8](repeating: 0x61, count: 100)
        let rows = Self.rows(
            try Self.story(
                [
                    (3, Self.up.data(data, sequence: 101, acknowledgment: 301)),
                    (4, Self.offering(0, Self.down.ack(sequence: 301, acknowledgment: 201))),
                    (90, Self.offering(500, Self.down.ack(sequence: 301, acknowledgment: 201))),
                    (91, Self.up.data(data, sequence: 201, acknowledgment: 301)),
                    (92, Self.offering(400, Self.down.ack(sequence: 301, acknowledgment: 301))),
                ]))
        #expect(rows.contains { $0.contains("#5 ACK") && $0.contains("ack=101 win=0") && $0.contains("zero window") })
        // 500, shifted by the 3 that the server's SYN-ACK says.
        #expect(
            rows.contains { $0.contains("#6 ACK") && $0.contains("ack=101 win=4000") && $0.contains("window update") })
        // An ordinary ACK does not speak of it.
        #expect(rows.contains { $0.contains("#8 ACK") && !$0.contains("win=") })
    }

    @Test("a refusal, a retransmission, a reset stand in the colour of alarm, what went well does not")
    func colours() throws {
        let alarm = Style.alarm.sequences(Canvas(colour: .full)).begin
        let refused = try Self.story(
            [(0, Self.up.syn(sequence: 100)), (1, Self.down.with([.rst, .ack], sequence: 0, acknowledgment: 101))],
            isOpened: false)
        #expect(Self.rows(refused, colour: .full).contains { $0.contains(alarm + "refused") })
        let data = Self.up.data([1, 2, 3], sequence: 101, acknowledgment: 301)
        let rows = Self.rows(
            try Self.story(
                [
                    (3, data), (300, data), (301, Self.down.ack(sequence: 301, acknowledgment: 104)),
                    (302, Self.down.with([.rst, .ack], sequence: 301, acknowledgment: 104)),
                ]), colour: .full)
        #expect(rows.contains { $0.contains(alarm + "again #4") })
        #expect(rows.contains { $0.contains("#7 RST") && $0.contains(alarm + "RST") || $0.contains(alarm + "reset") })
        #expect(!rows.contains { $0.contains("handshake complete") && $0.contains(alarm) })
        #expect(!rows.contains { $0.contains("arrived") && $0.contains(alarm) })
    }

    /// WCAG 2.2: the contrast of two colours, 0xRRGGBB.
    private static func contrast(_ one: UInt32, _ other: UInt32) -> Double {
        func luminance(_ colour: UInt32) -> Double {
            let parts = [16, 8, 0].map { shift -> Double in
                let part = Double(colour >> UInt32(shift) & 255) / 255
                return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        let (bright, dark) = (max(luminance(one), luminance(other)), min(luminance(one), luminance(other)))
        return (bright + 0.05) / (dark + 0.05)
    }

    /// The colour of xterm's palette, from 16 on.
    private static func palette(_ index: Int) -> UInt32 {
        guard index < 232 else { return UInt32(8 + 10 * (index - 232)) * 0x01_01_01 }
        let steps: [UInt32] = [0, 95, 135, 175, 215, 255]
        let cube = index - 16
        return steps[cube / 36] << 16 | steps[cube / 6 % 6] << 8 | steps[cube % 6]
    }

    private static let backgrounds: [(Theme?, [UInt32])] = [
        (.dark, [0x000000, 0x14181D, 0x1E1E1E, 0x002B36]), (.light, [0xFFFFFF, 0xFAFAFA, 0xFDF6E3]), (nil, []),
    ]

    /// Black, and what terminals' dark and light themes are like (Solarized's among them).
    @Test(
        "troubles can be read on dark and on light",
        arguments: backgrounds)
    func contrast(theme: Theme?, backgrounds: [UInt32]) {
        let (text, ground) = Style.alarmColours(theme)
        for background in ground.map({ [$0] }) ?? backgrounds {
            for shown in [text, Self.palette(Style.nearest256(text))] {
                #expect(Self.contrast(shown, background) >= 4.5, "\(String(shown, radix: 16)) on \(background)")
            }
        }
    }

    @Test("on a background of which nothing is known a state's colour is far from black and from white")
    func statesOnAny() {
        for family in StateFamily.allCases {
            let colour = family.terminalColour(nil)
            for shown in [colour, Self.palette(Style.nearest256(colour))] {
                for background: UInt32 in [0x000000, 0xFFFFFF] {
                    #expect(Self.contrast(shown, background) >= 4.4, "\(family) on \(background)")
                }
                for background: UInt32 in [0x14181D, 0x1E1E1E, 0x002B36, 0xFDF6E3] {
                    #expect(Self.contrast(shown, background) >= 3, "\(family) on \(background)")
                }
            }
        }
        let alarm = Style.alarm
        #expect(alarm.begin(.twoFiftySix, nil) == "\u{1B}[1;38;5;231;48;5;124m")
        #expect(alarm.begin(.sixteen, nil) == "\u{1B}[1;97;41m" && alarm.begin(.sixteen, .light) == "\u{1B}[1;31m")
    }

    @Test("the time-outs in a row are counted, and what the timer does is said")
    func timeouts() throws {
        let syn = Self.up.syn(sequence: 100)
        let story = try Self.story([(0, syn), (1000, syn), (3000, syn), (7000, syn)], isOpened: false)
        let rows = Self.rows(story)
        for remark in ["again #1 RTO", " 2nd RTO", " 3rd RTO"] {
            #expect(rows.contains { $0.contains(remark) }, "\(rows)")
        }
        let comment = story.steps[2].comment
        #expect(comment.english.contains("the timer fired: the 2nd time-out in a row, RTO doubled."))
        #expect(comment.chinese.contains("定时器到期：第 2 次超时，RTO 加倍。"))
    }

    @Test("an ACK that repeats a number without a hole is not explained by one")
    func duplicateWithoutHole() throws {
        let data = [UInt8](repeating: 0x61, count: 100)
        let story = try Self.story(
            [
                (3, Self.up.data(data, sequence: 101, acknowledgment: 301)),
                // Somebody's answer that ends the server's stream; then the server's own.
                (5, Self.down.data(data, sequence: 301, acknowledgment: 201)),
                (6, Self.up.fin(sequence: 201, acknowledgment: 401)),
                (50, Self.down.ack(sequence: 301, acknowledgment: 201)),
            ])
        #expect(story.steps[6].labels.first?.label == .duplicateACK)
        let step = try #require(Explanation.explained(story.steps[6], in: story))
        #expect(step.english.contains("still that of #5, and nothing had come behind a hole"), "\(step.english)")
        #expect(step.chinese.contains("没有缺口之后的数据"))
    }

    @Test("a SYN-ACK without a window stays the second segment of the handshake, and its window is told")
    func closedSynAck() throws {
        var answer = Self.down.synAck(sequence: 300, acknowledgment: 101)
        answer.window = 0
        let story = try Self.story(
            [
                (0, Self.up.syn(sequence: 100)), (10, answer), (11, Self.up.ack(sequence: 101, acknowledgment: 301)),
                (30, Self.down.ack(sequence: 301, acknowledgment: 101)),
            ], isOpened: false)
        let rows = Self.rows(story)
        #expect(rows.contains { $0.contains("#2 SYN,ACK") && $0.contains("win=0") }, "\(rows)")
        #expect(rows.contains { $0.contains("handshake 2 of 3, zero window") }, "\(rows)")
        let step = try #require(Explanation.explained(story.steps[1], in: story))
        #expect(step.english.contains("the second segment of the handshake") && step.english.contains("Zero window"))
    }

    @Test("the steps name the three segments of a handshake, and say what an ACK waited for")
    func steps() throws {
        let data = [UInt8](repeating: 0x61, count: 100)
        let story = try Self.story(
            [
                (3, Self.up.data(data, sequence: 101, acknowledgment: 301)),
                (43, Self.down.ack(sequence: 301, acknowledgment: 201)),
            ])
        let steps = Explanation.steps(of: story)
        #expect(steps.count == 5)
        for (step, (english, chinese)) in zip(
            steps, [("first", "第一次握手"), ("second", "第二次握手"), ("third", "第三次握手")])
        {
            #expect(step.english.contains("the \(english) segment of the handshake"))
            #expect(step.chinese.contains("（\(chinese)）："))
        }
        #expect(steps.last?.english.contains("Delayed ACK: it did not answer #4 at once") == true)
        #expect(steps.last?.chinese.contains("延迟确认：收到 #4 后没有立即应答") == true)
        // One that came at once waited for nothing.
        #expect(!steps.dropLast().contains { $0.english.contains("Delayed") })
    }
}
