import CaptureFile
import TCPWire
import Testing

@testable import Passes

/// A capture of some megabytes, and where in it each packet ends: for files that change while they are read.
struct LongCapture {
    private(set) var bytes: [UInt8]
    /// By packets that came before: where the file may end with them.
    private(set) var ends: [Int]

    /// 3,200 packets of 50 interleaved connections.
    static let pcap: LongCapture = {
        var capture = LongCapture(beginning: words(0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 1))
        for index in 0..<3200 {
            let frame = frame(index)
            let header = words(1_700_000_000, UInt32(index), UInt32(frame.count), UInt32(frame.count))
            capture.append(packet: header + frame)
        }
        return capture
    }()

    /// The same with statistics, and with blocks that Wireshark numbers like packets.
    static let pcapng: LongCapture = {
        let section = block(0x0a0d_0d0a, words(0x1a2b_3c4d, 1, 0xffff_ffff, 0xffff_ffff))
        var capture = LongCapture(beginning: section + block(1, words(1, 65535)))
        for index in 0..<3200 {
            let frame = frame(index)
            if index % 9 == 5 { capture.bytes += block(5, words(0, 0, 0)) }
            if index % 50 == 5 { capture.bytes += block(0xbad, [UInt8](repeating: 0x42, count: 7_000)) }
            let header = words(0, 0, UInt32(index), UInt32(frame.count), UInt32(frame.count))
            capture.append(packet: block(6, header + frame))
        }
        return capture
    }()

    private init(beginning: [UInt8]) { (bytes, ends) = (beginning, [beginning.count]) }

    private mutating func append(packet: [UInt8]) {
        bytes += packet
        ends.append(bytes.count)
    }

    /// How many packets a file of so many octets holds.
    func packets(in size: Int) -> Int { (ends.firstIndex { $0 > size } ?? ends.count) - 1 }

    /// What one worker finds in the first octets.
    func result(first size: Int) throws -> PassResult {
        guard size >= ends[0] else {
            return PassResult(ParallelPass(workers: 1), .cutOff(packetNumber: 1, missing: ends[0] - size))
        }
        var reader = try CaptureReader(bytes: Array(bytes.prefix(size)))
        var analysis = CaptureAnalysis(keeping: .all(limit: .max))
        try analysis.read(&reader)
        return PassResult(analysis, reader.ending)
    }

    private static func frame(_ index: Int) -> [UInt8] {
        let number = UInt16(index * 7 % 50)
        let round = UInt32(index / 50)
        let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40_000 + number)
        let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 443)
        let (up, down) = (SegmentBuilder(from: client, to: server), SegmentBuilder(from: server, to: client))
        guard round > 0 else { return up.syn(sequence: 100).ethernetFrame() }
        let payload = [UInt8](repeating: 0x61, count: 1400)
        return down.data(payload, sequence: 301 + round * 1400, acknowledgment: 101).ethernetFrame()
    }

    private static func words(_ values: UInt32...) -> [UInt8] {
        values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    }

    private static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
        let length = UInt32(padded.count + 12)
        return words(type, length) + padded + words(length)
    }
}
