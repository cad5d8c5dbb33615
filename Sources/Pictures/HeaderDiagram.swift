import Narration
import Scenes
import TCPWire

/// A drawing of one TCP header in the manner of RFC 9293 figure 1, 32 bits to a row, with this header's values in the
/// fields.
public struct HeaderDiagram: Sendable {
    /// The values of the header's fields.
    public struct Values: Sendable {
        /// The sender's port.
        public var sourcePort: UInt16
        /// The receiver's port.
        public var destinationPort: UInt16
        /// The sequence number as on the wire, not relative.
        public var sequenceNumber: UInt32
        /// The acknowledgment number as on the wire, not relative.
        public var acknowledgmentNumber: UInt32
        /// The length of the header in 32-bit words.
        public var dataOffset: UInt8
        /// The three bits between the data offset and the AE bit.
        public var reserved: UInt8
        /// The nine control bits.
        public var flags: TCPFlags
        /// The window field as on the wire, not scaled.
        public var window: UInt16
        /// The checksum field as on the wire.
        public var checksum: UInt16
        /// The urgent pointer as on the wire.
        public var urgentPointer: UInt16
        /// The options in the header's order, padding included.
        public var options: [Option]
        /// The text after the sequence number in its row: `relative 0`.
        public var sequenceNote: String
        /// The text after the acknowledgment number in its row.
        public var acknowledgmentNote: String

        /// Creates the values as given; their consistency is not checked.
        public init(
            sourcePort: UInt16, destinationPort: UInt16, sequenceNumber: UInt32, acknowledgmentNumber: UInt32,
            dataOffset: UInt8, reserved: UInt8 = 0, flags: TCPFlags, window: UInt16, checksum: UInt16,
            urgentPointer: UInt16 = 0, options: [Option] = [], sequenceNote: String = "",
            acknowledgmentNote: String = ""
        ) {
            self.sourcePort = sourcePort
            self.destinationPort = destinationPort
            self.sequenceNumber = sequenceNumber
            self.acknowledgmentNumber = acknowledgmentNumber
            self.dataOffset = dataOffset
            self.reserved = reserved
            self.flags = flags
            self.window = window
            self.checksum = checksum
            self.urgentPointer = urgentPointer
            self.options = options
            self.sequenceNote = sequenceNote
            self.acknowledgmentNote = acknowledgmentNote
        }
    }

    /// One option as a run of fields: `kind 2`, `len 4`, `MSS 1460`.
    public struct Option: Sendable {
        /// A part of an option: how many bytes it has, and the text for them.
        public struct Field: Sendable {
            /// How many bytes of the header the field takes.
            public var byteCount: Int
            /// The text in the field's cells.
            public var text: String
            /// A field of `byteCount` bytes; it is not drawn if that is less than 1.
            public init(_ byteCount: Int, _ text: String) {
                self.byteCount = byteCount
                self.text = text
            }
        }

        /// The option's fields in the header's order.
        public var fields: [Field]
        /// An option of these fields.
        public init(_ fields: [Field]) {
            self.fields = fields
        }
    }

    /// A part of a 32-bit row: its number of bits, and its text for each line of the row.
    private struct Part {
        var bits: Int
        var lines: [String]
    }

    private let canvas: Canvas
    /// The width of the drawing: 32 bits of two cells each, the last bar, and one cell of margin.
    private static let drawnWidth = 66
    /// The most bytes of options in a header, whose data offset is at most 15 words.
    private static let mostOptionBytes = 40

    /// Creates a drawing for `canvas`.
    public init(canvas: Canvas) {
        self.canvas = canvas
    }

    /// The drawing's lines, or a list of `name  value` where the canvas is too narrow for the drawing.
    public func lines(_ values: Values) -> [String] {
        canvas.width < Self.drawnWidth ? list(values) : drawing(values)
    }

    // MARK: Drawing

    private func drawing(_ values: Values) -> [String] {
        let language = canvas.language
        var lines = ruler()
        func add(_ parts: [Part]) {
            lines += row(parts)
            lines.append(rule)
        }
        lines.append(rule)
        add([
            Part(bits: 16, lines: ["\(HeaderWords.sourcePort(language)) \(values.sourcePort)"]),
            Part(bits: 16, lines: ["\(HeaderWords.destinationPort(language)) \(values.destinationPort)"]),
        ])
        add([Part(bits: 32, lines: [number(HeaderWords.sequenceNumber, values.sequenceNumber, values.sequenceNote)])])
        add([
            Part(
                bits: 32,
                lines: [
                    number(
                        HeaderWords.acknowledgmentNumber, values.acknowledgmentNumber, values.acknowledgmentNote)
                ])
        ])
        add(
            [
                Part(bits: 4, lines: HeaderWords.dataOffsetLines.map { $0(language) } + ["\(values.dataOffset)", ""]),
                Part(bits: 3, lines: HeaderWords.reservedLines.map { $0(language) } + ["\(values.reserved & 7)", ""]),
            ] + Self.flags.map { name, flag in flagPart(name, values.flags.contains(flag)) }
                + [Part(bits: 16, lines: ["", HeaderWords.window(language), "\(values.window)", ""])])
        add([
            Part(bits: 16, lines: ["\(HeaderWords.checksum(language)) \(hexadecimal(values.checksum))"]),
            Part(bits: 16, lines: ["\(HeaderWords.urgentPointer(language)) \(values.urgentPointer)"]),
        ])
        for parts in optionRows(values.options) { add(parts) }
        return lines
    }

    private static let flags: [(String, TCPFlags)] = [
        ("AE", .ae), ("CWR", .cwr), ("ECE", .ece), ("URG", .urg), ("ACK", .ack), ("PSH", .psh), ("RST", .rst),
        ("SYN", .syn), ("FIN", .fin),
    ]

    /// A flag's name written downwards, as in the RFC, with its bit below.
    private func flagPart(_ name: String, _ isSet: Bool) -> Part {
        let letters = name.map(String.init)
        let blanks = [String](repeating: "", count: max(0, 3 - letters.count))
        return Part(bits: 1, lines: blanks + letters + [isSet ? "1" : "0"])
    }

    private func ruler() -> [String] {
        let tens = (0..<32).map { $0 % 10 == 0 ? "\($0 / 10) " : "  " }.joined()
        let ones = (0..<32).map { "\($0 % 10) " }.joined()
        return [tens, ones].map { ("  " + $0).withoutTrailingSpaces }
    }

    private var rule: String { " +" + String(repeating: "-+", count: 32) }

    /// The lines of one row. Each part's text is centred in its cells, and cut if it does not fit.
    private func row(_ parts: [Part]) -> [String] {
        let height = parts.map(\.lines.count).max() ?? 1
        return (0..<height).map { index in
            var cells = CellBuffer(width: Self.drawnWidth, height: 1, measure: canvas.measure)
            var column = cells.put(" |", row: 0, column: 0)
            for part in parts {
                let size = part.bits * 2 - 1
                let text = index < part.lines.count ? part.lines[index] : ""
                let isSet = part.bits == 1 && text == "1"
                cells.put(
                    canvas.measure.pad(text, to: size, .centre), row: 0, column: column, style: isSet ? .bold : .plain)
                column = cells.put("|", row: 0, column: column + size)
            }
            return cells.line(0, colour: canvas.colour, theme: canvas.theme)
        }
    }

    /// The options' fields in rows of four bytes; a field that crosses the end of a row continues in the next.
    private func optionRows(_ options: [Option]) -> [[Part]] {
        var rows: [[Part]] = []
        var current: [Part] = []
        var free = 4
        var left = Self.mostOptionBytes
        for field in options.lazy.flatMap(\.fields) where field.byteCount > 0 {
            let bytes = min(field.byteCount, left)
            left -= bytes
            let text = Printable.text(field.text)
            let pieces = Self.pieces(of: bytes, free: free)
            // A field's text is put into the first piece with room for it, else into the largest; its other pieces show
            // two points.
            let home = pieces.firstIndex { canvas.measure(text) < $0 * 16 } ?? pieces.firstIndex(of: pieces.max() ?? 0)
            for (index, taken) in pieces.enumerated() {
                current.append(Part(bits: taken * 8, lines: [index == home ? text : ".."]))
                free -= taken
                if free == 0 {
                    rows.append(current)
                    (current, free) = ([], 4)
                }
            }
        }
        if !current.isEmpty { rows.append(current + [Part(bits: free * 8, lines: [""])]) }
        return rows
    }

    /// How many of a field's bytes each row holds, if the first row has room for `free` bytes.
    private static func pieces(of bytes: Int, free: Int) -> [Int] {
        var pieces: [Int] = []
        var left = bytes
        while left > 0 {
            pieces.append(min(left, pieces.isEmpty ? free : 4))
            left -= pieces[pieces.count - 1]
        }
        return pieces
    }

    // MARK: List

    private func list(_ values: Values) -> [String] {
        let language = canvas.language
        let set = values.flags.description
        var pairs: [(String, String)] = [
            (HeaderWords.sourcePort(language), "\(values.sourcePort)"),
            (HeaderWords.destinationPort(language), "\(values.destinationPort)"),
            (HeaderWords.sequenceNumber(language), noted("\(values.sequenceNumber)", values.sequenceNote)),
            (
                HeaderWords.acknowledgmentNumber(language),
                noted("\(values.acknowledgmentNumber)", values.acknowledgmentNote)
            ),
            (HeaderWords.dataOffset(language), "\(values.dataOffset)"),
            (HeaderWords.reserved(language), "\(values.reserved & 7)"),
            (HeaderWords.flags(language), set),
            (HeaderWords.window(language), "\(values.window)"),
            (HeaderWords.checksum(language), hexadecimal(values.checksum)),
            (HeaderWords.urgentPointer(language), "\(values.urgentPointer)"),
        ]
        for option in values.options {
            pairs.append((HeaderWords.option(language), option.fields.map(\.text).joined(separator: ", ")))
        }
        let column = min((pairs.map { canvas.measure($0.0) }.max() ?? 0) + 2, canvas.width / 2)
        return pairs.flatMap { name, value in
            Paragraph(canvas: canvas).lines(Printable.text(value), first: canvas.measure.pad(name, to: column))
        }
    }

    private func number(_ name: Text, _ value: UInt32, _ note: String) -> String {
        noted("\(name(canvas.language)) \(value)", note)
    }

    private func noted(_ text: String, _ note: String) -> String {
        note.isEmpty ? text : "\(text) (\(note))"
    }

    private func hexadecimal(_ value: UInt16) -> String {
        let digits = String(value, radix: 16)
        return "0x" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
