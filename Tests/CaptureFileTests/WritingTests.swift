import CaptureFile
import Foundation
import Testing

@Suite struct WritingTests {
    private let comments = [["小明 → 小美: SYN", "second"], [], ["ESTABLISHED"], [String(repeating: "长", count: 30000)]]

    private func write(to path: String) throws {
        var writer = try PcapngWriter(path: path, application: "tcplens test", system: "test")
        let cable = try writer.addInterface(CaptureInterface(name: "以太网0", linkType: 1, snapshotLength: 262_144))
        let raw = try writer.addInterface(CaptureInterface(linkType: 101))
        for (index, texts) in comments.enumerated() {
            try writer.write(
                frame(index).span.bytes, interface: index == 2 ? raw : cable,
                time: Timestamp(nanoseconds: 1_700_000_000_123_456_789 + Int64(index)),
                originalLength: index == 3 ? 1514 : nil, direction: index == 1 ? .outbound : .unknown, comments: texts)
        }
        try writer.finish()
    }

    private func frame(_ index: Int) -> [UInt8] { [UInt8](repeating: UInt8(index), count: 60 + index) }

    @Test func whatIsWrittenIsRead() throws {
        try withDirectory { directory in
            let path = directory + "/written.pcapng"
            try write(to: path)
            let read = try ReadCapture(path: path)
            #expect(read.ending == .complete)
            #expect(read.contents == (0..<4).map(frame))
            #expect(read.comments.dropLast() == comments.dropLast())
            // Cut where a character ends: 21,845 of three octets are 65,535.
            #expect(read.comments.last == [String(repeating: "长", count: 21845)])
            #expect(read.packets.map(\.time.nanoseconds) == (0..<4).map { 1_700_000_000_123_456_789 + $0 })
            #expect(read.packets.map(\.originalLength) == [60, 61, 62, 1514])
            #expect(read.packets.map(\.interface) == [0, 0, 1, 0])
            #expect(read.packets.map(\.linkType) == [1, 1, 101, 1])
            #expect(read.packets.map(\.direction) == [.unknown, .outbound, .unknown, .unknown])
            var reader = try CaptureReader(path: path)
            var packet = CapturedPacket()
            #expect(try reader.next(&packet))
            let expected = CaptureInterface(name: "以太网0", linkType: 1, snapshotLength: 262_144)
            #expect(reader.format.interface(of: packet) == expected)
        }
    }

    @Test(.enabled(if: isInstalled("tshark") || requiresAll, "tshark is not installed"))
    func tsharkReadsTheComments() throws {
        try withDirectory { directory in
            let path = directory + "/written.pcapng"
            try write(to: path)
            let lines = try output(
                of: "tshark", "-r", path, "-T", "fields", "-e", "frame.number", "-e", "frame.time_epoch", "-e",
                "frame.comment"
            )
            .split(separator: "\n")
            try #require(lines.count == 4)
            #expect(lines[0] == "1\t1700000000.123456789\t小明 → 小美: SYN,second")
            #expect(lines[1] == "2\t1700000000.123456790\t")
            #expect(lines[2] == "3\t1700000000.123456791\tESTABLISHED")
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full") || requiresAll, "there is no /dev/full"))
    func aFullDiskIsReported() throws {
        #expect(throws: CaptureError.noSpace(path: "/dev/full")) { try write(to: "/dev/full") }
    }

    @Test func aBrokenPipeIsReported() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        let path = "/dev/fd/\(pipe.fileHandleForWriting.fileDescriptor)"
        var writer = try PcapngWriter(path: path)
        try pipe.fileHandleForReading.close()
        _ = try writer.addInterface(CaptureInterface(linkType: 1))
        var error: CaptureError?
        do { try writer.flush() } catch let thrown { error = thrown }
        #expect(error == .brokenPipe(path: path))
    }

    @Test func whereNothingCanBeWritten() throws {
        try withDirectory { directory in
            #expect(throws: CaptureError.isDirectory(path: directory)) { _ = try PcapngWriter(path: directory) }
            let path = directory + "/missing/file.pcapng"
            #expect(throws: CaptureError.notFound(path: path)) { _ = try PcapngWriter(path: path) }
        }
    }

    @Test func flushedPacketsAreReadableAtOnce() throws {
        try withDirectory { directory in
            let path = directory + "/growing.pcapng"
            var writer = try PcapngWriter(path: path)
            let interface = try writer.addInterface(CaptureInterface(linkType: 1))
            for count in 1...3 {
                let time = Timestamp(nanoseconds: 0)
                try writer.write([1, 2, 3].span.bytes, interface: interface, time: time)
                try writer.flush()
                #expect(try ReadCapture(path: path).packets.count == count)
            }
            try writer.finish()
        }
    }
}
