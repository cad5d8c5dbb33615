import CaptureFile
import Testing

/// Where a packet's record starts in the middle of a file is guessed, and only where it may start in the part asked for.
@Suite struct ResumingTests {
    private static let pcap: CaptureBytes = {
        var file = CaptureBytes()
        file.pcapHeader()
        // Numbers of which no other four octets make a record's header.
        for _ in 0..<10 { file.record(seconds: 0x0101_0101, fraction: 999_999, Array(repeating: 0xff, count: 44)) }
        return file
    }()

    private static let pcapng: CaptureBytes = {
        var file = CaptureBytes()
        file.section()
        file.interface()
        for _ in 0..<10 { file.enhancedPacket(Array(repeating: 0xff, count: 28)) }
        return file
    }()

    @Test(arguments: Sample.allCases)
    func theNextRecordWithinThePart(sample: Sample) throws {
        let (bytes, first) = sample == .pcap ? (Self.pcap.bytes, 24) : (Self.pcapng.bytes, 48)
        var reader = try CaptureReader(bytes: bytes)
        var packet = CapturedPacket()
        #expect(try reader.next(&packet))
        let format = reader.format
        for place in first + 60..<first + 240 {
            let next = first + (place - first + 59) / 60 * 60
            for limit in [place, next, next + 1, bytes.count] {
                let isFound = try reader.seekLikelyStart(from: place, until: limit, describedBy: format)
                #expect(isFound == (next < limit), "from \(place) until \(limit)")
                if isFound { #expect(reader.position == next) }
            }
        }
    }
}
