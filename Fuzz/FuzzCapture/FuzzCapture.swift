import CaptureFile

/// Reads the bytes as a capture that is whole, and as one that comes in small pieces: both must survive, and agree.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    // The sizes come from the input, so that what the fuzzer found it finds again.
    let pieceSize = 1 + Int(bytes.last ?? 0) % 40
    let whole = Reading { () throws(CaptureError) in try CaptureReader(bytes: bytes) }
    let pieces = Reading { () throws(CaptureError) in try CaptureReader(bytes: bytes, inPiecesOf: pieceSize) }
    precondition(whole == pieces, "in pieces of \(pieceSize): \(pieces), whole: \(whole)")
    return 0
}

/// What reading gave, packet for packet.
private struct Reading: Equatable {
    var packets: [CapturedPacket] = []
    var sums: [UInt64] = []
    var comments: [PacketComments] = []
    var interfaces: [CaptureInterface?] = []
    var ending: CaptureEnding?
    var error: CaptureError?

    init(_ open: () throws(CaptureError) -> CaptureReader) {
        do throws(CaptureError) {
            var reader = try open()
            var packet = CapturedPacket()
            while try reader.next(&packet) { try take(packet, from: &reader) }
            ending = reader.ending
        } catch {
            // Of a text, as much is looked at as is at hand: pieces differ.
            if case .notCapture(let path, _) = error {
                self.error = .notCapture(path: path, kind: .unknown)
            } else {
                self.error = error
            }
        }
    }

    private func sum(of packet: CapturedPacket, in reader: borrowing CaptureReader) -> UInt64 {
        let content = reader.bytes.extracting(packet.offset..<(packet.offset + packet.capturedLength))
        return content.withUnsafeBytes { $0.reduce(0) { $0 &* 31 &+ UInt64($1) } }
    }

    private mutating func take(_ packet: CapturedPacket, from reader: inout CaptureReader) throws(CaptureError) {
        sums.append(sum(of: packet, in: reader))
        comments.append(reader.comments(of: packet))
        let few = reader.comments(of: packet, limit: packet.capturedLength % 9)
        precondition(few.kept.reduce(0) { $0 + $1.octets.count } <= packet.capturedLength % 9)
        interfaces.append(reader.format.interface(of: packet))
        if reader.isSeekable {
            var again = CapturedPacket()
            guard try reader.fetch(at: packet.blockOffset, &again) else { preconditionFailure("not found again") }
            again.number = packet.number
            precondition(again == packet)
            precondition(reader.fetchedComments(of: again) == comments.last)
        }
        var packet = packet
        packet.offset = 0
        packets.append(packet)
    }
}
