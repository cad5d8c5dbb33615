import Documents
import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The data for the page's script: the rows in the ladder's order, each with both ends' states, its numbers and the
/// octets of its header; and the positions of the fields in a header, so that the script need not know them.
struct PageData: Encodable {
    struct Field: Encodable {
        let name: [String: String]
        let bit: Int
        let width: Int
        /// Whether the value is usually written in hexadecimal; `nil` if it is written in decimal.
        let isHexadecimal: Bool?
    }

    struct Row: Encodable {
        let id: String
        /// The place of the client, then of the server, on the state diagram.
        let states: [Place]
        let changes: Bool
        let segment: Segment?
    }

    /// The place of an end on the state diagram.
    struct Place: Encodable {
        /// The diagram's node; `nil` if the state is not known.
        var node: String?
        /// The edge that leads to the node, if this row moved the end along it.
        var edge: String?

        init(node: String? = nil) { self.node = node }

        /// Creates the place of a state that was entered from another one, or that is the first one known.
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

    /// A part of an option: its kind, its length, or a value.
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
            // The option consists of its kind and its length only.
            case _ where count == 2: parts[0] = Option(at: start, octets: 1, text: text)
            default: parts.append(Option(at: start + 2, octets: count - 2, text: text))
            }
            return parts
        }
    }

    struct Answer: Encodable {
        let number: Int
        let sequence: Number
        /// By how much the answered segment moves the acknowledgment number on, and whether this is the number in the
        /// header.
        let advance: UInt32
        let holds: Bool
    }

    let fields: [Field]
    let rows: [Row]
    /// The texts that the script shows, in both languages.
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

    /// The fields of every TCP header, found by decoding a header without options.
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

    /// The data as JSON in a `script` element. Nothing in it can end the element.
    var html: HTML {
        get throws {
            let json = Array(try JSONDocument.line(self).utf8)
            var octets: [UInt8] = []
            octets.reserveCapacity(json.count)
            for octet in json {
                switch octet {
                // In JSON these characters occur only in strings, where they may be escaped by their numbers.
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
