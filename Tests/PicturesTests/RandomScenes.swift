import Narration
import Pictures
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// SplitMix64: the same scenes in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Scenes of anything a source might hand over, hostile strings included.
enum RandomScenes {
    private static let remarks = [
        "again #2 RTO", "路上丢了", "质询 ACK，超时重传以后服务端再次发出，客户端已经建立", "a\u{1B}[31mred\u{1B}[0m\r\n",
        "\u{202E}gnp.exe", "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "👨‍👩‍👧‍👦 family", "",
        "a remark of more words than any last column has cells, and then some more of them, and so on to the end",
    ]
    private static let names = [
        "127.0.0.1:8080", "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535", "[fe80::1%\u{1B}]0;eth0]:1", "主机:80", "",
    ]
    private static let flags: [TCPFlags] = [
        .syn, [.syn, .ack], .ack, [.psh, .ack], [.fin, .ack], .rst, [.syn, .ack, .ece, .cwr], [],
    ]

    static func scene(_ generator: inout SeededGenerator) -> Scene {
        let laneCount = [2, 2, 2, 1, 3, 4, 9, 30].randomElement(using: &generator) ?? 2
        let lanes = (0..<laneCount).map { index in
            let name = names.randomElement(using: &generator) ?? ""
            var lane = Scene.Lane(
                role: [.client, .server, .host][index % 3], name: laneCount > 2 ? "\(index)" + name : name,
                before: mark(&generator))
            lane.isShared = laneCount > 2 && Bool.random(using: &generator)
            return lane
        }
        let pace = [1000, 1_000_000, 40_000_000_000, 1 << 52].randomElement(using: &generator) ?? 1
        var time: Int64 = 0
        var rows: [Scene.Row] = []
        /// Segments whose arrival may be told in a row of its own.
        var sent: [Scene.Segment] = []
        for _ in 0..<Int.random(in: 0...25, using: &generator) {
            time += Int64.random(in: 0...Int64(pace), using: &generator)
            if let last = sent.last, Int.random(in: 0..<4, using: &generator) == 0 {
                sent.removeLast()
                rows.append(arrival(of: last, at: time, &generator))
                continue
            }
            var row = row(at: time, lanes: laneCount, &generator)
            if case .segment(var segment) = row {
                let isLost = if case .lost = segment.fate { true } else { false }
                let (late, overflow) = time.addingReportingOverflow(
                    Int64.random(in: 0...Int64(pace), using: &generator))
                if Bool.random(using: &generator) { segment.arrival = overflow ? .max : late }
                if isLost { segment.arrival = nil }
                if let original = sent.randomElement(using: &generator), Bool.random(using: &generator) {
                    (segment.original, segment.isRepetition) = (original.number, Bool.random(using: &generator))
                }
                if Bool.random(using: &generator) { segment.cause = cause(&generator) }
                segment.isProbe = Bool.random(using: &generator)
                sent.append(segment)
                row = .segment(segment)
            }
            rows.append(row)
        }
        return Scene(
            title: text(&generator),
            provenance: Array(Provenance.allCases.prefix(Int.random(in: 0...3, using: &generator))),
            lanes: lanes, rows: rows, footer: [text(&generator)])
    }

    /// A segment's arrival as a row of its own.
    private static func arrival(
        of segment: Scene.Segment, at time: Int64, _ generator: inout SeededGenerator
    ) -> Scene.Row {
        .moment(
            Scene.Moment(
                time: time, end: Scene.End(lane: segment.receiver.lane, mark: mark(&generator)),
                peer: segment.sender.lane, what: text(&generator), cause: .segment(segment.number)))
    }

    private static func cause(_ generator: inout SeededGenerator) -> Testimony.Moment.Cause? {
        let timers = TimerName.allCases.map { Testimony.Moment.Cause.timer($0) }
        return (timers + [.call("send"), .icmp, .itself, .segment(1)]).randomElement(using: &generator)
    }

    private static func text(_ generator: inout SeededGenerator) -> Text {
        Text(
            en: remarks.randomElement(using: &generator) ?? "", zh: remarks.randomElement(using: &generator) ?? "")
    }

    private static func mark(_ generator: inout SeededGenerator) -> Scene.Mark? {
        guard Int.random(in: 0..<4, using: &generator) > 0 else { return nil }
        return Scene.Mark(
            state: Int.random(in: 0..<8, using: &generator) == 0
                ? nil : State.allCases.randomElement(using: &generator),
            form: Bool.random(using: &generator) ? .full : .mini,
            provenance: Provenance.allCases.randomElement(using: &generator) ?? .wire,
            changed: Bool.random(using: &generator))
    }

    private static func end(lanes: Int, _ number: UInt32, _ generator: inout SeededGenerator) -> Scene.End {
        let variables = ConnectionStory.Variables(
            sendUnacknowledged: UInt64(number), sendNext: UInt64(number), receiveNext: 0)
        return Scene.End(
            lane: Int.random(in: 0..<lanes, using: &generator), mark: mark(&generator),
            variables: Bool.random(using: &generator) ? variables : nil)
    }

    private static func row(at time: Int64, lanes: Int, _ generator: inout SeededGenerator) -> Scene.Row {
        let remark = Bool.random(using: &generator) ? text(&generator) : nil
        let number = UInt32.random(in: 0...UInt32.max, using: &generator)
        let end = end(lanes: lanes, number, &generator)
        if Int.random(in: 0..<8, using: &generator) == 0 {
            var moment = Scene.Moment(
                time: Bool.random(using: &generator) ? time : nil, end: end,
                peer: Int.random(in: 0..<lanes, using: &generator), what: text(&generator), remark: remark)
            if Bool.random(using: &generator) {
                moment.cause = cause(&generator).flatMap { if case .segment = $0 { nil } else { $0 } }
            }
            moment.notes = notes(lanes: lanes, &generator)
            return .moment(moment)
        }
        var segment = Scene.Segment(
            number: Int.random(in: 1...20_000, using: &generator), departure: time, arrival: time, sender: end,
            receiver: Self.end(lanes: lanes, number, &generator),
            flags: flags.randomElement(using: &generator) ?? [],
            sequence: RelativeNumber(UInt64(number), raw: ~number),
            acknowledgment: Bool.random(using: &generator) ? RelativeNumber(UInt64(number), raw: number) : nil,
            length: [0, 16].randomElement(using: &generator) ?? 0,
            kind: [.data, .acknowledgment].randomElement(using: &generator) ?? .data)
        segment.fate = fate(&generator)
        segment.remark = remark
        segment.payload = Bool.random(using: &generator) ? Array("\u{1B}[2J\u{0}\u{FF}\u{202E}".utf8)[...] : []
        segment.isRoutine = Bool.random(using: &generator)
        segment.notes = notes(lanes: lanes, &generator)
        return .segment(segment)
    }

    private static func notes(lanes: Int, _ generator: inout SeededGenerator) -> [Scene.Note] {
        (0..<max(0, Int.random(in: -3...2, using: &generator))).map { _ in
            var note = Scene.Note(
                lane: Int.random(in: 0..<lanes, using: &generator), text: text(&generator), source: text(&generator))
            note.isWhole = Bool.random(using: &generator)
            return note
        }
    }

    private static func fate(_ generator: inout SeededGenerator) -> Scene.Fate {
        [.arrived, .arrived, .underWay, .lost(nil), .lost(.link), .refused, .notTaken, .useless].randomElement(
            using: &generator) ?? .arrived
    }
}
