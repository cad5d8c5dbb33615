import ArgumentParser
import FlatMemory
import Narration
import Pictures
import Scenes
import Stories
import Tracking

/// The form in which the data of both endpoints is shown.
enum StreamForm: String, ExpressibleByArgument, CaseIterable {
    case text, hex
}

/// The data that both endpoints of a connection sent, as lines, in the order in which they took turns.
struct StreamText {
    /// The number of octets after which a line without a line feed is broken.
    private static let longestLine = 4096

    private let form: StreamForm
    private let canvas: Canvas
    private let write: ([String]) -> Void
    private var sender: Party?
    private var isEmpty = true
    /// The octets of the line that is not complete yet; `place` is the stream offset of the first one.
    private var line: [UInt8] = []
    private var place: UInt64 = 0

    /// - Parameter write: receives lines as soon as they are complete.
    init(_ form: StreamForm, canvas: Canvas, write: @escaping ([String]) -> Void) {
        self.form = form
        self.canvas = canvas
        self.write = write
    }

    /// Writes all data of the connection.
    mutating func show(_ story: ConnectionStory) {
        for piece in Conversation(story) { take(piece) }
        flush()
        if isEmpty { write(lines(FlowWords.nothingSent)) }
    }

    private mutating func take(_ piece: Conversation.Piece) {
        if piece.isOther {
            flush()
            let last = piece.place &+ UInt64(piece.octets.count) &- 1
            head(FlowWords.other(of: piece.sender, piece.place...max(piece.place, last), number: piece.number))
            // The piece that follows begins a turn of its own.
            sender = nil
            isEmpty = false
        } else if piece.sender != sender {
            flush()
            sender = piece.sender
            isEmpty = false
            head(FlowWords.turn(of: piece.sender, from: piece.place, number: piece.number))
        }
        guard piece.missing == 0 else {
            flush()
            write(lines(FlowWords.missing(piece.missing)))
            return
        }
        defer { if piece.isOther { flush() } }
        if line.isEmpty { place = piece.place }
        for octet in piece.octets {
            line.append(octet)
            switch form {
            case .hex: if line.count == rowLength { flush() }
            case .text:
                if octet == UInt8(ascii: "\n") || line.count >= Self.longestLine && octet & 0xc0 != 0x80 { flush() }
            }
        }
    }

    private func head(_ text: Text) {
        write(Paragraph(canvas: canvas).lines(text(canvas.language)).map { StyledText.heading($0, canvas) })
    }

    private mutating func flush() {
        guard !line.isEmpty else { return }
        switch form {
        case .hex: write([hexLine])
        case .text:
            var text = line[...]
            if text.last == UInt8(ascii: "\n") { text.removeLast() }
            if text.last == UInt8(ascii: "\r") { text.removeLast() }
            // A backslash in the data is doubled, because a single one begins an escape sequence.
            let backslash = UInt8(ascii: "\\")
            let spelled = text.flatMap { $0 == backslash ? [backslash, backslash] : [$0] }
            write(Paragraph(canvas: canvas).lines(Printable.bytes(spelled, limit: .max), first: "  "))
        }
        place &+= UInt64(line.count)
        line.removeAll(keepingCapacity: true)
    }

    private func lines(_ text: Text) -> [String] { Paragraph(canvas: canvas).lines(text(canvas.language), first: "  ") }

    // MARK: Hexadecimal

    /// The number of octets in a row: sixteen, or fewer where these and their characters do not fit the width.
    private var rowLength: Int { [16, 8, 4, 2].first { 12 + ($0 + 7) / 8 + $0 * 4 <= canvas.width } ?? 1 }

    /// A row of the hexadecimal form: `00000000  68 65 6c 6c 6f 2c 20 78  69 61 6f 20 6d 65 69 2e  |hello, xiao mei.|`
    private var hexLine: String {
        var octets = OctetText()
        var signs = ""
        for index in 0..<rowLength {
            if index % 8 == 0 { octets.put(" ") }
            if index < line.count {
                octets.put(" ")
                octets.put(Self.digits(UInt64(line[index]), count: 2))
                let isShown = (0x20..<0x7f).contains(line[index])
                signs.unicodeScalars.append(isShown ? UnicodeScalar(line[index]) : ".")
            } else {
                octets.put("   ")
            }
        }
        return Self.digits(place, count: 8) + String(decoding: octets.octets, as: UTF8.self) + "  |\(signs)|"
    }

    private static func digits(_ value: UInt64, count: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
