import CaptureFile
import Foundation
import Testing

@Suite struct StreamTests {
    @Test(arguments: Sample.allCases)
    func piecesOfAnySizeGiveTheSame(sample: Sample) throws {
        let file = sample.bytes
        let whole = try ReadCapture(file)
        for size in 1...64 {
            #expect(try ReadCapture(file, inPiecesOf: size) == whole)
        }
    }

    @Test(arguments: Sample.allCases)
    func aCutFileIsReadUpToTheCut(sample: Sample) throws {
        let file = sample.bytes
        let whole = try ReadCapture(file)
        for length in 4..<file.count {
            let cut = try ReadCapture(Array(file.prefix(length)))
            #expect(cut.contents == Array(whole.contents.prefix(cut.contents.count)))
            #expect(cut.packets == Array(whole.packets.prefix(cut.packets.count)))
            #expect(cut.comments == Array(whole.comments.prefix(cut.comments.count)))
            // Every packet that ends before the cut is there.
            #expect(cut.packets.count == whole.packets.count { sample.end(of: $0) <= length })
            switch cut.ending {
            case .complete: break
            case .cutOff(let number, let missing):
                #expect(number == cut.packets.count + 1)
                let more = try #require(missing)
                #expect(more > 0)
                // What is said to be missing is what it takes to know more.
                #expect(length + more <= file.count)
            default: Issue.record("length \(length): \(String(describing: cut.ending))")
            }
            #expect(try ReadCapture(Array(file.prefix(length)), inPiecesOf: 3) == cut)
        }
        for length in 0..<4 {
            #expect(throws: CaptureError.self) { try ReadCapture(Array(file.prefix(length))) }
        }
    }

    @Test func theCutPacketAndWhatItLacks() throws {
        #expect(try ReadCapture(plain.dropLast()).ending == .cutOff(packetNumber: 3, missing: 1))
        #expect(try ReadCapture(Array(plain.prefix(10))).ending == .cutOff(packetNumber: 1, missing: 14))
        #expect(try ReadCapture(Array(plain.prefix(24))).ending == .complete)
    }

    @Test func packetsLargerThanTheWindow() throws {
        var file = CaptureBytes()
        file.pcapHeader()
        for size in [10, 3_000_000, 10, CaptureFormat.packetLimit, 1] {
            file.record([UInt8](repeating: UInt8(truncatingIfNeeded: size), count: size))
        }
        let whole = try ReadCapture(file.bytes)
        #expect(whole.ending == .complete)
        #expect(whole.packets.count == 5)
        #expect(try ReadCapture(file.bytes, inPiecesOf: 100_000) == whole)
    }

    @Test func aLongBlockOfNoInterestIsPassedWithoutHoldingIt() throws {
        var file = CaptureBytes()
        file.section()
        file.interface()
        file.block(0x77) { $0.put([UInt8](repeating: 1, count: 5_000_000)) }
        file.enhancedPacket([1, 2])
        var reader = try CaptureReader(bytes: file.bytes, inPiecesOf: 1 << 20)
        var packet = CapturedPacket()
        #expect(try reader.next(&packet))
        #expect(reader.contents(of: packet) == [1, 2])
        #expect(reader.bytes.byteCount < 2_000_000)
        let isSeekable = reader.isSeekable
        #expect(!isSeekable)
    }

    @Test func throughAPipePacketsComeAsTheyAreWritten() throws {
        var file = CaptureBytes()
        file.pcapHeader()
        let request: [UInt8] = Array(repeating: 0, count: 12) + [8, 6, 0, 1, 8, 0, 6, 4, 0, 1]
        let packets = [request, [1, 2, 3], []]
        for packet in packets { file.record(packet) }
        let first = 24 + 16 + request.count
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data(file.bytes.prefix(first)))
        var reader = try CaptureReader(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
        var packet = CapturedPacket()
        // The pipe is still open: a reader that waited for more would hang here.
        #expect(try reader.next(&packet))
        #expect(reader.contents(of: packet) == request)
        try pipe.fileHandleForWriting.write(contentsOf: Data(file.bytes[first..<(first + 19)]))
        #expect(try reader.next(&packet))
        #expect(reader.contents(of: packet) == [1, 2, 3])
        try pipe.fileHandleForWriting.write(contentsOf: Data(file.bytes.dropFirst(first + 19)))
        try pipe.fileHandleForWriting.close()
        #expect(try reader.next(&packet))
        #expect(packet.number == 3 && packet.fileOffset == first + 19 + 16)
        #expect(try !reader.next(&packet))
        #expect(reader.ending == .complete)
        #expect(try !reader.fetch(at: 24, &packet))
    }
}

@Suite struct GzipTests {
    @Test(arguments: Sample.allCases)
    func severalMembersInPiecesOfAnySize(sample: Sample) throws {
        let file = sample.bytes
        let whole = try ReadCapture(file)
        let packed = gzip(Array(file.prefix(50))) + gzip([]) + gzip(Array(file.dropFirst(50)))
        #expect(try ReadCapture(packed) == whole)
        for size in [1, 2, 3, 100] { #expect(try ReadCapture(packed, inPiecesOf: size) == whole) }
        #expect(try ReadCapture(packed + [0, 0, 0]) == whole)
        let isSeekable = try CaptureReader(bytes: packed).isSeekable
        #expect(!isSeekable)
    }

    @Test func cutAnywhere() throws {
        let whole = try ReadCapture(plain)
        let packed = gzip(plain)
        for length in 50..<packed.count {
            let cut = try ReadCapture(Array(packed.prefix(length)))
            #expect(cut.contents == Array(whole.contents.prefix(cut.contents.count)))
            guard case .cutOff = cut.ending else {
                Issue.record("length \(length): \(String(describing: cut.ending))")
                continue
            }
        }
        #expect(try ReadCapture(packed.dropLast()).ending == .cutOff(packetNumber: 4, missing: nil))
    }

    @Test func aWrongChecksumIsDamage() throws {
        var packed = gzip(plain)
        packed[packed.count - 8] ^= 1
        let read = try ReadCapture(packed)
        #expect(read.contents.count == 3)
        #expect(read.ending == .damaged(offset: plain.count, why: .compression))
    }

    @Test func packedSomethingElse() {
        #expect(throws: CaptureError.notCapture(path: "", kind: .text)) { try ReadCapture(gzip(Array("hello".utf8))) }
        #expect(throws: CaptureError.empty(path: "")) { try ReadCapture(gzip([])) }
        #expect(throws: CaptureError.notCapture(path: "", kind: .unknown)) { try ReadCapture([0x1f, 0x8b, 1, 2, 3]) }
    }
}

/// A gzip member of one stored deflate block (RFC 1952, RFC 1951 section 3.2.4).
func gzip(_ content: [UInt8]) -> [UInt8] {
    var member = CaptureBytes()
    member.put([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1])
    member.put(UInt16(content.count))
    member.put(~UInt16(content.count))
    member.put(content)
    let remainder = content.reduce(UInt32.max) { remainder, byte in
        (0..<8).reduce(remainder ^ UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xedb8_8320 }
    }
    member.put(~remainder)
    member.put(UInt32(content.count))
    return member.bytes
}
