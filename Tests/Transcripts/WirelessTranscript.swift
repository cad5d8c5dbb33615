import CaptureFile
import Passes

/// A capture of 802.11 frames, one each millisecond.
package final class WirelessTranscript {
    /// An ARP query.
    package static let query: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 1] + Array(repeating: 0, count: 20)

    private var frames: [[UInt8]] = []

    package func take(_ packets: [UInt8]...) { take(packets) }

    /// One frame: of one packet as it is, of several as an A-MSDU.
    package func take(_ packets: [[UInt8]]) {
        let isShared = packets.count > 1
        let addresses: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
        var frame: [UInt8] = [0x88, 1, 0, 0] + addresses + addresses.prefix(6) + [0, 0, isShared ? 0x80 : 0, 0]
        for packet in packets {
            let type: [UInt8] = packet[0] >> 4 == 4 ? [8, 0] : [8, 6]
            let body = [0xaa, 0xaa, 3, 0, 0, 0] + type + packet
            guard isShared else {
                frame += body
                break
            }
            frame += Array(repeating: 0, count: (4 - (frame.count - 26) % 4) % 4) + addresses
            frame += [UInt8(body.count >> 8), UInt8(body.count & 0xff)] + body
        }
        frames.append(frame)
    }

    package init() {}

    package var bytes: [UInt8] {
        func words(_ values: Int...) -> [UInt8] {
            values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        }
        return words(0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 105)
            + frames.enumerated().flatMap { words(1_700_000_000, $0 * 1000, $1.count, $1.count) + $1 }
    }

    package func analysis() throws -> CaptureAnalysis {
        var reader = try CaptureReader(bytes: bytes)
        var analysis = CaptureAnalysis(keeping: .all(limit: .max))
        try analysis.read(&reader)
        analysis.settle()
        return analysis
    }
}
