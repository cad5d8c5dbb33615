import CaptureFile
import Foundation
import Testing

/// Several files read as one: as if one had been written, whatever each of them is and wherever one of them breaks off.
@Suite struct FileRowTests {
    typealias Part = JoinedFilesTests.Part

    /// Writes the files, and hands over their paths.
    private func withFiles<Result>(_ files: [[UInt8]], _ body: ([String]) throws -> Result) throws -> Result {
        var result: Result?
        try withDirectory { folder in
            let paths = try files.enumerated().map { number, bytes in
                let path = "\(folder)/ring\(number).pcap"
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                return path
            }
            result = try body(paths)
        }
        return try #require(result)
    }

    @Test(arguments: Part.allCases, Part.allCases)
    func asIfTheyWereOneFile(first: Part, second: Part) throws {
        let files = [first.file, second.file, first.file]
        let joined = try ReadCapture(files.flatMap { $0 })
        try withFiles(files) { paths in
            let row = try ReadCapture(CaptureReader(joining: paths, name: "row"))
            // Not printed in whole.
            try #require((row == joined) == true, "\(row.packets.count) packets, \(String(describing: row.ending))")
            var reader = try CaptureReader(joining: paths, name: "row")
            var packet = CapturedPacket()
            while try reader.next(&packet) {}
            #expect(reader.brokenPaths.isEmpty && reader.isSeekable && reader.size == files.joined().count)
            for (number, expected) in joined.packets.enumerated() {
                try #require(try reader.fetch(at: expected.blockOffset, &packet))
                #expect(reader.fetchedContents(of: packet) == joined.contents[number])
            }
            guard var again = try reader.again() else {
                Issue.record("it cannot be read again")
                return
            }
            #expect(try again.next(&packet) && packet.number == 1)
        }
    }

    /// The first file breaks off anywhere behind its header: all packets of the second are there, with their own
    /// numbers.
    @Test(arguments: [Part.pcap, .pcapng, .snoop, .bigEndianPcap], [Part.pcap, .pcapng])
    func oneThatBreaksOff(first: Part, second: Part) throws {
        let (whole, rest) = (first.file, try ReadCapture(second.file))
        let start = first.header.count + (first == .pcapng ? 20 : 0)
        for length in stride(from: start, to: whole.count, by: 7) {
            let cut = try ReadCapture(Array(whole.prefix(length)))
            try withFiles([Array(whole.prefix(length)), second.file]) { paths in
                let row = try ReadCapture(CaptureReader(joining: paths, name: "row"))
                #expect(row.contents == cut.contents + rest.contents, "\(length)")
                #expect(row.packets.map(\.number) == Array(1...row.packets.count))
                var reader = try CaptureReader(joining: paths, name: "row")
                var packet = CapturedPacket()
                while try reader.next(&packet) {}
                #expect(reader.brokenPaths == (cut.ending == .complete ? [] : [paths[0]]), "\(length)")
                #expect(reader.ending == .complete)
            }
        }
    }

    @Test func moreFilesThanMayBeOpen() throws {
        let count = 100
        try withFiles(Array(repeating: Part.pcap.file, count: count)) { paths in
            let row = try ReadCapture(CaptureReader(joining: paths, name: "row"))
            #expect(row.packets.count == count * 3 && row.ending == .complete)
        }
    }

    // MARK: Which are a ring

    /// A file with a packet at each of these seconds.
    private static func capture(at seconds: [UInt32]) -> [UInt8] {
        var file = CaptureBytes()
        file.pcapHeader()
        for second in seconds { file.record(seconds: second, Array(repeating: 7, count: 60)) }
        return file.bytes
    }

    @Test func inTheOrderOfTheirTimesWhateverTheirNamesSay() throws {
        // tcpdump -W begins anew with the first name; the file that was begun last is still empty.
        let files = [[300, 310], [100, 199], [200, 299]].map(Self.capture)
        try withFiles(files + [Self.capture(at: []), []]) { paths in
            let ring = try CaptureRing(paths)
            #expect(ring.paths == [paths[1], paths[2], paths[0]])
            #expect(CaptureRing(guessedFrom: paths)?.paths == [paths[1], paths[2], paths[0]])
        }
    }

    @Test func whatIsNoRing() throws {
        let overlapping = [[100, 200], [150, 300]].map(Self.capture)
        try withFiles(overlapping) { paths in
            #expect(throws: CaptureError.notJoinable(path: paths[1], why: .overlaps(path: paths[0]))) {
                try CaptureRing(paths)
            }
            #expect(CaptureRing(guessedFrom: paths) == nil)
        }
        // A day lies between: only who says so makes them one.
        try withFiles([[100, 200], [90_000, 90_001]].map(Self.capture)) { paths in
            #expect(CaptureRing(guessedFrom: paths) == nil)
            let ring = try CaptureRing(paths)
            #expect(ring.paths == paths)
        }
        try withFiles([[100, 200], [201, 202]].map(Self.capture)) { paths in
            #expect(CaptureRing(guessedFrom: paths) != nil)
            #expect(CaptureRing(guessedFrom: [paths[0], paths[0]]) == nil)
            #expect(CaptureRing(guessedFrom: [paths[0]]) == nil)
            #expect(CaptureRing(guessedFrom: [paths[0], paths[1] + ".bak"]) == nil)
        }
        try withFiles([Self.capture(at: [100]), Array("no capture at all".utf8)]) { paths in
            #expect(throws: CaptureError.self) { try CaptureRing(paths) }
        }
    }

    /// The last packet is found from the file's end, without reading all of it.
    @Test func longFiles() throws {
        var first = Self.capture(at: [])
        for second in 0..<2000 as Range<UInt32> {
            var record = CaptureBytes()
            record.record(seconds: 1000 + second, Array(repeating: UInt8(truncatingIfNeeded: second), count: 1400))
            first += record.bytes
        }
        try withFiles([first, Self.capture(at: [3000])]) { paths in
            let ring = try CaptureRing(paths)
            #expect(ring.paths == paths)
        }
        try withFiles([first, Self.capture(at: [2990])]) { paths in
            #expect(throws: CaptureError.notJoinable(path: paths[1], why: .overlaps(path: paths[0]))) {
                try CaptureRing(paths)
            }
        }
    }
}
