import Documents
import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// What the page's script works with: the rows in the ladder's order, each with both ends' states, its numbers and its header's
/// octets; and where the fields lie in a header, so that the script has no knowledge of its own about that.
struct PageData: Encodable {
    struct Field: Encodable {
        let name: [String: String]
        let bit: Int
        let width: Int
        /// Whether people write it so; absent: in decimal.
        let isHexadecimal: Bool?
    }

    struct Row: Encodable {
        let id: String
        /// The client's, then the server's.
        let states: [Place]
        let changes: Bool
        let segment: Segment?
    }

    /// Where an end stands on the state diagram.
    struct Place: Encodable {
        /// The diagram's node; `nil` where the state is unknown.
        var node: String?
        /// The edge that leads there, where the row went it.
        var edge: String?

        init(node: String? = nil) { self.node = node }

        /// Gone to from another state, or first seen.
        init(_ state: TCPState.State, from previous: TCPState.State?) {
            node = StateDiagram.node(state, from: previous)
            edge = previous.map { StateDiagram.edge(from: $0, to: state) }
        }
    }

    struct Segment: Encodable {
        let number: Int
        let flags: String
        let sequence: Number
        let acknowledgment: Number?
        let header: String
        let options: [Option]
        let answer: Answer?
    }

    struct Number: Encodable {
        let relative: UInt64
        let real: UInt32

        init(_ number: RelativeNumber) {
            relative = number.value
            real = number.raw
        }
    }

    /// A part of an option: its kind, its length, a value.
    struct Option: Encodable {
        let at: Int
        let octets: Int
        let text: String

        /// The parts of one option, in order.
        static func parts(of option: HeaderReport.Option, in header: [UInt8]) -> [Option] {
            let (start, count) = (option.range.lowerBound, option.range.count)
            let text = option.option.description
            guard count > 1 else { return [Option(at: start, octets: count, text: text)] }
            var parts = [
                Option(
                    at: start, octets: 1, text: "kind \(header.indices.contains(start) ? String(header[start]) : "")"),
                Option(at: start + 1, octets: 1, text: "len \(count)"),
            ]
            switch option.option {
            case .timestamps(let stamps) where count == 10:
                parts.append(Option(at: start + 2, octets: 4, text: "TSval \(stamps.value)"))
                parts.append(Option(at: start + 6, octets: 4, text: "TSecr \(stamps.echoReply)"))
            // Nothing but its kind and its length.
            case _ where count == 2: parts[0] = Option(at: start, octets: 1, text: text)
            default: parts.append(Option(at: start + 2, octets: count - 2, text: text))
            }
            return parts
        }
    }

    struct Answer: Encodable {
        let number: Int
        let sequence: Number
        /// How far it moves the acknowledgment number, and whether that is where it stands.
        let advance: UInt32
        let holds: Bool
    }

    let fields: [Field]
    let rows: [Row]
    /// What the script says, in both languages.
    let words: [String: [String: String]]

    init(_ rows: [PageRow]) {
        fields = Self.layout.map {
            Field(
                name: Self.inBoth($0.title), bit: $0.field.bitOffset, width: $0.field.bitWidth,
                isHexadecimal: HeaderTable.isHexadecimal($0.field) ? true : nil)
        }
        words = [
            "header": PageWords.inspector, "bytes": PageWords.bytes, "noAck": PageWords.noAck,
            "noHeader": PageWords.noHeader, "step": PageWords.step("{}", of: "{}"), "holds": TutorialWords.holds,
            "fails": TutorialWords.fails,
        ].mapValues(Self.inBoth)
        var sequences: [Int: RelativeNumber] = [:]
        for step in rows.lazy.compactMap(\.step) where sequences[step.segment.number] == nil {
            sequences[step.segment.number] = step.sequence
        }
        var last: [Place?] = []
        var states: [TCPState.State?] = []
        self.rows = rows.map { row in
            if last.isEmpty { (last, states) = (row.marks.map { _ in nil }, row.marks.map { _ in nil }) }
            let places = row.marks.enumerated().map { lane, mark -> Place in
                guard let state = mark?.state else { return Place() }
                let place =
                    state == states[lane] ? Place(node: last[lane]?.node) : Place(state, from: states[lane])
                (last[lane], states[lane]) = (place, state)
                return place
            }
            return Row(
                id: row.name, states: places,
                changes: row.changes, segment: row.step.map { Segment($0, row.answer, sequences) })
        }
    }

    private static func inBoth(_ text: Text) -> [String: String] { ["en": text.english, "zh": text.chinese] }

    /// The fields of every TCP header, as those are found that take one apart.
    static let layout: [(field: HeaderReport.Field, title: Text)] = {
        let plain: [UInt8] = (0..<20).map { $0 == 12 ? 0x50 : 0 }
        let fields = HeaderReport(bareTCP: plain).layers.last?.fields ?? []
        return fields.map { ($0, title($0.name)) }
    }()

    private static func title(_ name: String) -> Text {
        switch name {
        case "Source Port": HeaderWords.sourcePort
        case "Destination Port": HeaderWords.destinationPort
        case "Sequence Number": HeaderWords.sequenceNumber
        case "Acknowledgment Number": HeaderWords.acknowledgmentNumber
        case "Data Offset": HeaderWords.dataOffset
        case "Reserved": HeaderWords.reserved
        case "Window": HeaderWords.window
        case "Checksum": HeaderWords.checksum
        case "Urgent Pointer": HeaderWords.urgentPointer
        default: Text(verbatim: name)
        }
    }

    /// As text inside a `script` element, which nothing in it can end.
    var html: HTML {
        get throws {
            let json = Array(try JSONDocument.line(self).utf8)
            var octets: [UInt8] = []
            octets.reserveCapacity(json.count)
            for octet in json {
                switch octet {
                // In JSON these stand in strings only, where each may be written as its number.
                case UInt8(ascii: "<"): octets += "\\u003c".utf8
                case UInt8(ascii: ">"): octets += "\\u003e".utf8
                default: octets.append(octet)
                }
            }
            let safe = String(decoding: octets, as: UTF8.self)
            return HTML(trusted: "<script type=\"application/json\" id=\"data\">\(safe)</script>\n")
        }
    }
}

extension PageData.Segment {
    init(_ step: ConnectionStory.Step, _ answer: ConnectionStory.Answer?, _ sequences: [Int: RelativeNumber]) {
        number = step.segment.number
        flags = step.segment.header.flags.description
        sequence = PageData.Number(step.sequence)
        acknowledgment = step.acknowledgment.map { PageData.Number($0) }
        let octets = step.headerOctets
        header = octets.map { $0.hexadecimal(digits: 2) }.joined()
        let all = Array(octets)
        let report = HeaderReport(bareTCP: all)
        options = report.layers.last?.options.flatMap { PageData.Option.parts(of: $0, in: all) } ?? []
        self.answer = answer.flatMap { answer in
            sequences[answer.number].map {
                PageData.Answer(
                    number: answer.number, sequence: PageData.Number($0), advance: answer.advance,
                    holds: step.acknowledgment?.raw == $0.raw &+ answer.advance)
            }
        }
    }
}
