import CaptureFile
import Foundation
import Testing
import Tracking
import Transcripts

@testable import Passes

/// A file that another program cuts short, or writes on, while several workers read it: they find what one finds in some
/// first part of it, and in no less than was there all the time.
@Suite struct ChangingFileTests {
    private static let captures = [LongCapture.pcap, LongCapture.pcapng]

    /// Whatever the workers' speeds: the packets they counted are the first ones, and the connections are those of these.
    private func expectFirstPackets(
        of capture: LongCapture, atLeast least: Int, _ pass: ParallelPass, _ ending: CaptureEnding?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let count = pass.counts.packets
        try #require(count >= least && count < capture.ends.count, "\(count)", sourceLocation: sourceLocation)
        let expected = try capture.result(first: capture.ends[count])
        #expect(
            PassResult(pass, nil).connections == expected.connections && pass.counts == expected.counts,
            "\(count) packets", sourceLocation: sourceLocation)
        switch ending {
        case .complete, .cutOff: break
        case .damaged, nil: Issue.record("\(String(describing: ending))", sourceLocation: sourceLocation)
        }
    }

    private func cut(_ path: String, to size: Int) throws {
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: UInt64(size))
        try file.close()
    }

    @Test("cut short between opening and reading", arguments: 1...3)
    func cutBefore(workers: Int) throws {
        for capture in Self.captures {
            // A window of a quarter of a megabyte was read when it was opened.
            for size in [0, 10, 100, 70_000, 300_000, 1 << 20, 1_234_567, capture.bytes.count - 1] {
                try withFile(capture.bytes) { path in
                    var reader = try CaptureReader(path: path)
                    try cut(path, to: size)
                    let pass = ParallelPass(workers: workers, partSize: 50_000, indexing: true)
                    try pass.read(&reader)
                    let ending = reader.ending
                    try expectFirstPackets(of: capture, atLeast: capture.packets(in: size), pass, ending)
                    if size >= 300_000 {
                        #expect(try PassResult(pass, ending) == capture.result(first: size), "\(size)")
                    }
                }
            }
        }
    }

    /// What was noted of its packets is then no longer true.
    @Test("changed between the passes: no story is made of what lies there now", arguments: 1...3)
    func changedBetween(workers: Int) throws {
        for capture in Self.captures {
            for isCut in [true, false] {
                try withFile(capture.bytes) { path in
                    var reader = try CaptureReader(path: path)
                    var analysis = CaptureAnalysis(keeping: .places)
                    try analysis.read(&reader, workers: workers)
                    let known = try #require(try analysis.stored(1, from: &reader))
                    #expect(known.segments.count > 1)
                    if isCut {
                        try cut(path, to: 100)
                    } else {
                        let file = try #require(FileHandle(forWritingAtPath: path))
                        try file.write(contentsOf: Data(count: capture.bytes.count))
                        try file.close()
                    }
                    // Another place than the one whose octets are still at hand.
                    for number in [analysis.count, 1] {
                        #expect(try analysis.stored(number, from: &reader) == nil, "\(number)")
                    }
                }
            }
        }
    }

    /// Whoever reads while another cuts may see zeros behind the new end, as far as its page goes: with several workers the
    /// cut is where no page can reach over.
    @Test("cut short while it is read", arguments: 1...3)
    func cutMeanwhile(workers: Int) throws {
        let sizes = workers == 1 ? [0, 100_000, 1_234_567, 3_000_001] : [0, 2 << 20, 4 << 20]
        for capture in Self.captures {
            for partSize in [9_000, 300_000] {
                for size in sizes {
                    for moment in [0, 1, 4, 17] {
                        try withFile(capture.bytes) { path in
                            var reader = try CaptureReader(path: path)
                            let pass = ParallelPass(workers: workers, partSize: partSize, indexing: true)
                            var reports = 0
                            try pass.read(&reader) { _, _ in
                                if reports == moment { #expect(throws: Never.self) { try cut(path, to: size) } }
                                reports += 1
                            }
                            try expectFirstPackets(
                                of: capture, atLeast: capture.packets(in: size), pass, reader.ending)
                        }
                    }
                }
            }
        }
    }

    @Test("written on while it is read, and read on", arguments: 1...3)
    func grownMeanwhile(workers: Int) throws {
        var dice = SplitMix(state: UInt64(workers))
        for capture in Self.captures {
            let whole = try capture.result(first: capture.bytes.count)
            for partSize in [9_000, 65_536, 1_000_000] {
                for size in [30, 200_000, 1_234_567, 2 << 20] {
                    try withFile(Array(capture.bytes.prefix(size))) { path in
                        let file = try #require(FileHandle(forWritingAtPath: path))
                        try file.seekToEnd()
                        var rest = capture.bytes.dropFirst(size)
                        func write(_ count: Int) {
                            #expect(throws: Never.self) { try file.write(contentsOf: Data(rest.prefix(count))) }
                            rest = rest.dropFirst(count)
                        }
                        var reader = try CaptureReader(path: path)
                        let pass = ParallelPass(workers: workers, partSize: partSize, indexing: true)
                        // Ends within records, and sometimes stops for a while.
                        try pass.read(&reader) { _, _ in
                            write(Int.random(in: 0..<3, using: &dice) * Int.random(in: 0..<60_000, using: &dice))
                        }
                        try expectFirstPackets(
                            of: capture, atLeast: capture.packets(in: size), pass, reader.ending)
                        while !rest.isEmpty {
                            write(Int.random(in: 1..<900_000, using: &dice))
                            try pass.read(&reader)
                        }
                        #expect(PassResult(pass, reader.ending) == whole)
                    }
                }
            }
        }
    }

    @Test("a block that the file cuts short ends the parts")
    func cutBlock() throws {
        var bytes = LongCapture.pcapng.bytes
        let start = bytes.count
        for word in [0x77, 1 << 27] as [UInt32] {
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.append(contentsOf: [UInt8](repeating: 0, count: 5_000_000))
        var reader = try CaptureReader(bytes: bytes)
        var packets = PacketBatch()
        var generator = SplitMix(state: 1)
        let part = PassPart(SegmentBatch(seed: HashSeed(&generator)))
        #expect(try part.decodeNext(&reader, &packets))
        let format = reader.format
        // Else each part that it seems to reach over would pass over it again, from its start.
        part.decode(
            from: reader.nextStart, isSure: true, until: start + 1_000_000, describedBy: format, &reader, &packets)
        #expect(part.isStopped && part.end == start)
    }
}
