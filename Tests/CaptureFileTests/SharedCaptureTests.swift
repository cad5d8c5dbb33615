import CaptureFile
import Foundation
import Testing

@Suite(.enabled(if: !sharedCaptures.isEmpty || requiresAll, "../shared/captures is not there"))
struct SharedCaptureTests {
    @Test func thereAreSome() { #expect(!sharedCaptures.isEmpty) }

    @Test(.enabled(if: isInstalled("tshark") || requiresAll, "tshark is not installed"), arguments: sharedCaptures)
    func packetsAreThoseOfTshark(path: String) throws {
        let lines = try output(
            of: "tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.number", "-e", "frame.time_epoch", "-e",
            "frame.cap_len", "-e", "frame.len")
        let ours = try ReadCapture(path: path).packets.map { packet in
            let nanoseconds = packet.time.nanoseconds
            let fraction = String(format: "%09lld", nanoseconds % 1_000_000_000)
            return "\(packet.number)\t\(nanoseconds / 1_000_000_000).\(fraction)\t"
                + "\(packet.capturedLength)\t\(packet.originalLength)"
        }
        #expect(ours == lines.split(separator: "\n").map(String.init))
    }

    @Test(.enabled(if: isInstalled("gzip") || requiresAll, "gzip is not installed"))
    func packedOrInPiecesTheyAreTheSame() throws {
        try withDirectory { directory in
            for path in sharedCaptures {
                let whole = try ReadCapture(path: path)
                let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
                #expect(try ReadCapture(bytes, inPiecesOf: 997) == whole)
                let packed = directory + "/" + URL(fileURLWithPath: path).lastPathComponent + ".gz"
                _ = try output(of: "sh", "-c", "gzip -c '\(path)' > '\(packed)'")
                #expect(try ReadCapture(path: packed) == whole)
            }
        }
    }
}
