import Narration
import Pictures
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// Scenes that several tests draw.
enum Scenes {
    static func mark(_ state: State?, changed: Bool = false, mini: Bool = false, _ provenance: Provenance = .kernel)
        -> Scene.Mark
    {
        Scene.Mark(state: state, form: mini ? .mini : .full, provenance: provenance, changed: changed)
    }

    /// `E*` and the like; lower case is mini; a letter of its own is a state.
    static func marks(_ client: String, _ server: String, _ provenance: Provenance = .kernel) -> [Scene.Mark?] {
        [client, server].map { word in
            guard let letter = word.first else { return nil }
            let state = State.allCases.first { $0.letter == Character(letter.uppercased()) }
            let mini = letter.isLowercase || word.contains("'")
            return mark(state, changed: word.hasSuffix("*"), mini: mini, provenance)
        }
    }

    static func milliseconds(_ value: Double) -> Int64 { Int64((value * 1_000_000).rounded()) }

    /// `words`: the numbers in the order in which the label shows them: an ACK shows first what it acknowledges.
    static func segment(
        _ number: Int, at time: Double, from: Int, _ flags: TCPFlags, _ words: String, _ marks: [Scene.Mark?],
        _ fate: Scene.Fate = .arrived, remark: Text? = nil, variables: [ConnectionStory.Variables?] = [nil, nil]
    ) -> Scene.Row {
        let numbers = words.split(separator: " ").map { $0.split(separator: "=") }
        func value(_ name: String) -> UInt64? {
            numbers.first { $0[0] == name }.flatMap { UInt64($0[1]) }
        }
        func end(_ lane: Int) -> Scene.End {
            Scene.End(lane: lane, mark: marks[lane], variables: variables[lane])
        }
        let isLost = if case .lost = fate { true } else { false }
        var segment = Scene.Segment(
            number: number, departure: milliseconds(time), arrival: isLost ? nil : milliseconds(time),
            sender: end(from), receiver: end(1 - from), flags: flags,
            sequence: RelativeNumber(value("seq") ?? 0, raw: 0),
            acknowledgment: value("ack").map { RelativeNumber($0, raw: 0) }, length: UInt32(value("len") ?? 0),
            kind: words.hasPrefix("ack") ? .acknowledgment : .data)
        segment.fate = fate
        segment.remark = remark
        return .segment(segment)
    }

    static func moment(lane: Int, _ what: String, _ mark: Scene.Mark?, remark: Text? = nil) -> Scene.Row {
        .moment(
            Scene.Moment(
                time: nil, end: Scene.End(lane: lane, mark: mark), peer: 1 - lane, what: Text(verbatim: what),
                remark: remark))
    }

    private static func variables(_ unacknowledged: UInt64, _ next: UInt64, _ receive: UInt64)
        -> ConnectionStory.Variables
    {
        ConnectionStory.Variables(sendUnacknowledged: unacknowledged, sendNext: next, receiveNext: receive)
    }

    /// The client's third ACK is lost; the server asks again by timer. Measured on Linux 6.18.
    static let thirdAckLost = Scene(
        title: Text(en: "third-ack-lost", zh: "第三个 ACK 丢失 (third-ack-lost)"),
        provenance: [.kernel, .wire],
        lanes: [
            Scene.Lane(role: .client, name: "10.59.7.1:40000"),
            Scene.Lane(role: .server, name: "10.59.7.2:8080", before: marks("", "L")[1]),
        ],
        rows: [
            moment(lane: 0, "connect()", marks("-", "")[0]),
            segment(
                1, at: 0, from: 0, .syn, "seq=0", marks("S*", "r*"),
                variables: [variables(0, 1, 0), variables(0, 0, 1)]),
            segment(
                2, at: 10.4, from: 1, [.syn, .ack], "seq=0 ack=1", marks("E*", "r"),
                variables: [variables(1, 1, 1), variables(0, 1, 1)]),
            segment(
                3, at: 21, from: 0, .ack, "seq=1 ack=1", marks("E", "r"), .lost(nil),
                remark: Text(en: "lost on wire", zh: "路上丢了"),
                variables: [variables(1, 1, 1), variables(0, 1, 1)]),
            moment(lane: 0, "connect() = OK", marks("E", "")[0], remark: Text(verbatim: "ss: SYN-RECV")),
            segment(
                4, at: 1018.9, from: 1, [.syn, .ack], "seq=0 ack=1", marks("E", "r"),
                remark: Text(en: "again #2 RTO", zh: "↻#2 超时重传"),
                variables: [variables(1, 1, 1), variables(0, 1, 1)]),
            segment(
                5, at: 1029.5, from: 0, .ack, "seq=1 ack=1", marks("E", "E*"),
                remark: Text(en: "challenge ACK", zh: "质询 ACK"),
                variables: [variables(1, 1, 1), variables(1, 1, 1)]),
        ],
        footer: [
            Text(
                en: """
                    why: S never saw #3 and repeats #2. C answers a SYN in ESTABLISHED with a challenge ACK \
                    (RFC 5961 sec 4); that ACK completes the handshake.
                    """,
                zh: """
                    为什么：服务端没收到 #3，重发 #2；客户端已 ESTABLISHED，对 SYN 回质询 ACK(RFC 5961 第 4 节)，\
                    这个 ACK 正好补上了第三次握手。
                    """)
        ])

    /// The tutorial's exchange on loopback, microseconds apart: 16 bytes there, 18 back, both close.
    static let tutorial = Scene(
        title: Text(en: "hello, xiao mei.", zh: "小明打电话给小美"),
        provenance: [.kernel, .wire, .inferred],
        lanes: [
            Scene.Lane(role: .client, name: "127.0.0.1:50312"), Scene.Lane(role: .server, name: "127.0.0.1:8080"),
        ],
        rows: [
            segment(1, at: 0, from: 0, .syn, "seq=0", half("S*", "R*")),
            segment(2, at: 0.021, from: 1, [.syn, .ack], "seq=0 ack=1", half("E*", "R")),
            segment(3, at: 0.035, from: 0, .ack, "seq=1 ack=1", half("E", "E*")),
            segment(
                4, at: 0.212, from: 0, [.psh, .ack], "seq=1 len=16 ack=1", half("E", "E"),
                remark: Text(verbatim: "\"hello, xiao mei.\"")),
            segment(
                5, at: 0.22, from: 1, .ack, "seq=1 ack=17", half("E", "E"),
                remark: Text(en: "16 bytes arrived", zh: "收到 16 字节")),
            segment(
                6, at: 0.35, from: 1, [.psh, .ack], "seq=1 len=18 ack=17", half("E", "E"),
                remark: Text(verbatim: "\"hello, xiao ming.\\n\"")),
            segment(
                7, at: 0.36, from: 0, .ack, "seq=17 ack=19", half("E", "E"),
                remark: Text(en: "18 bytes arrived", zh: "收到 18 字节")),
            segment(8, at: 0.512, from: 0, [.fin, .ack], "seq=17 ack=19", half("1*", "W*")),
            segment(9, at: 0.52, from: 1, .ack, "seq=19 ack=18", half("2'*", "W")),
            segment(10, at: 0.61, from: 1, [.fin, .ack], "seq=19 ack=18", half("t*", "A*")),
            segment(11, at: 0.618, from: 0, .ack, "seq=18 ack=20", half("t", "-*")),
        ])

    /// The client's end seen in the kernel, the server's inferred.
    private static func half(_ client: String, _ server: String) -> [Scene.Mark?] {
        [marks(client, "")[0], marks("", server, .inferred)[1]]
    }

    /// Many clients of one server, and two hosts apart from them.
    static func crowd(clients: Int) -> Scene {
        var server = Scene.Lane(role: .server, name: "10.0.0.1:80")
        server.isShared = true
        let lanes =
            [server]
            + (0..<clients).map { Scene.Lane(role: .client, name: "10.0.0.\($0 + 2):40000") }
        var rows: [Scene.Row] = []
        for client in 1...clients {
            for step in 0..<3 {
                let server = Scene.End(
                    lane: 0, mark: mark(step == 2 ? .established : .synReceived, changed: step != 1))
                let caller = Scene.End(
                    lane: client, mark: mark(step == 0 ? .synSent : .established, changed: step != 2))
                let time = Int64(rows.count) * 1_000_000
                rows.append(
                    .segment(
                        Scene.Segment(
                            number: rows.count + 1, departure: time, arrival: time, sender: step == 1 ? server : caller,
                            receiver: step == 1 ? caller : server, flags: [.syn, [.syn, .ack], .ack][step],
                            sequence: RelativeNumber(step == 2 ? 1 : 0, raw: 0), acknowledgment: nil,
                            kind: [.syn, .synAck, .handshakeAck][step])))
            }
        }
        return Scene(
            title: Text(en: "crowd", zh: "众客"), provenance: [.wire, .inferred], lanes: lanes, rows: rows)
    }
}
