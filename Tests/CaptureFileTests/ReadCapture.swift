import CaptureFile

/// All that reading a capture gives.
struct ReadCapture: Equatable {
    var packets: [CapturedPacket] = []
    var contents: [[UInt8]] = []
    var comments: [[String]] = []
    var ending: CaptureEnding?

    /// Nothing yet.
    init() {}

    init(_ reader: consuming CaptureReader) throws {
        var packet = CapturedPacket()
        while try reader.next(&packet) {
            contents.append(reader.contents(of: packet))
            comments.append(reader.comments(of: packet, limit: .max).kept.map(\.text))
            // A window's offsets are its own.
            packet.offset = 0
            packets.append(packet)
        }
        ending = reader.ending
    }

    init(_ bytes: [UInt8]) throws { try self.init(CaptureReader(bytes: bytes)) }

    init(_ bytes: [UInt8], inPiecesOf size: Int) throws { try self.init(CaptureReader(bytes: bytes, inPiecesOf: size)) }

    init(path: String) throws { try self.init(CaptureReader(path: path)) }

    var damage: CaptureDamage? {
        if case .damaged(_, let why) = ending { why } else { nil }
    }
}

extension CaptureReader {
    func fetchedContents(of packet: CapturedPacket) -> [UInt8] {
        fetchedBytes.extracting(packet.offset..<(packet.offset + packet.capturedLength)).withUnsafeBytes { Array($0) }
    }

    func contents(of packet: CapturedPacket) -> [UInt8] {
        bytes.extracting(packet.offset..<(packet.offset + packet.capturedLength)).withUnsafeBytes { Array($0) }
    }
}
