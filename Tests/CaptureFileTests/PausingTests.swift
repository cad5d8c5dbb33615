import CaptureFile
import Foundation
import Testing

/// What comes piece by piece and is waited for only so long: a pause is no end, wherever it falls.
@Suite struct PausingTests {
    private static let files: [(name: String, bytes: [UInt8])] = JoinedFilesTests.Part.allCases
        .map { ($0.rawValue, $0.file) }

    /// How many packets there are after each piece, and what they hold.
    private func read(_ reader: inout CaptureReader, after send: (Int) throws -> Void, pieces: Int) throws -> (
        counts: [Int], contents: [[UInt8]]
    ) {
        reader.patience = 0
        var packet = CapturedPacket()
        var (counts, contents): ([Int], [[UInt8]]) = ([], [])
        for piece in 0..<pieces {
            try send(piece)
            while try reader.next(&packet) { contents.append(reader.contents(of: packet)) }
            #expect(reader.isPaused && reader.ending == nil, "piece \(piece)")
            counts.append(contents.count)
        }
        return (counts, contents)
    }

    @Test("a pipe whose writer pauses behind every octet", arguments: files)
    func pipe(name: String, file: [UInt8]) throws {
        let whole = try ReadCapture(file)
        // Opening waits for the file's header.
        let start = 60
        let pipe = Pipe()
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        pipe.fileHandleForWriting.write(Data(file.prefix(start)))
        var reader = try CaptureReader(path: path, stop: try StreamStop())
        let found = try read(
            &reader, after: { pipe.fileHandleForWriting.write(Data([file[start + $0]])) }, pieces: file.count - start)
        try pipe.fileHandleForWriting.close()
        // How pcap's records are written, these packets tell at the end only: they are of no protocol.
        #expect(try found.contents + rest(of: &reader) == whole.contents)
        #expect(reader.ending == .complete)
        withExtendedLifetime(pipe) {}
    }

    @Test("a file that grows octet by octet, until it is asked to end", arguments: files)
    func growing(name: String, file: [UInt8]) throws {
        let whole = try ReadCapture(file)
        let path = FileManager.default.temporaryDirectory.appending(path: "growing-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let start = 24
        try Data(file.prefix(start)).write(to: URL(filePath: path))
        let writer = try #require(FileHandle(forWritingAtPath: path))
        try writer.seekToEnd()
        let stop = try StreamStop()
        var reader = try CaptureReader(path: path, stop: stop, isGrowing: true)
        let found = try read(
            &reader, after: { writer.write(Data([file[start + $0]])) }, pieces: file.count - start)
        stop.ask()
        #expect(try found.contents + rest(of: &reader) == whole.contents)
        #expect(reader.ending == .complete)
    }

    /// What comes until there is an end.
    private func rest(of reader: inout CaptureReader) throws -> [[UInt8]] {
        var packet = CapturedPacket()
        var contents: [[UInt8]] = []
        repeat {
            while try reader.next(&packet) { contents.append(reader.contents(of: packet)) }
        } while reader.isPaused
        return contents
    }

    /// `gzip` of three packets, flushed behind each, as a program writes that packs what it captures.
    @Test("what is packed is unpacked as far as it has come")
    func packed() throws {
        let file = JoinedFilesTests.Part.nanoseconds.file
        let pipe = Pipe()
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        // Each member is whole: gzip ends one and begins another.
        func send(_ bytes: some Sequence<UInt8>) { pipe.fileHandleForWriting.write(Data(gzip(Array(bytes)))) }
        send(file.prefix(24))
        var reader = try CaptureReader(path: path, stop: try StreamStop())
        let ends = [24 + 16 + 54, 24 + 16 + 54 + 16 + 61, file.count]
        let found = try read(
            &reader, after: { send(file[($0 == 0 ? 24 : ends[$0 - 1])..<ends[$0]]) }, pieces: 3)
        #expect(found.counts == [1, 2, 3])
        withExtendedLifetime(pipe) {}
    }
}
