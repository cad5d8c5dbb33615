import CaptureFile
import Testing

/// Packets by the batch are the packets one by one.
@Suite struct BatchTests {
    /// What reading by batches gives, and how large they were.
    private func read(_ reader: consuming CaptureReader, before limit: Int = .max) throws -> (ReadCapture, [Int]) {
        var result = ReadCapture()
        var batch = PacketBatch()
        var sizes: [Int] = []
        while try reader.next(&batch, before: limit) {
            var size = 0
            while var packet = batch.next(in: reader.bytes) {
                size += 1
                result.contents.append(reader.contents(of: packet))
                result.comments.append(reader.comments(of: packet, limit: .max).kept.map(\.text))
                packet.offset = 0
                result.packets.append(packet)
            }
            sizes.append(size)
            reader.finish(&batch)
        }
        result.ending = reader.ending
        return (result, sizes)
    }

    @Test(arguments: Sample.allCases)
    func piecesOfAnySizeGiveTheSame(sample: Sample) throws {
        let whole = try ReadCapture(sample.bytes)
        let (inOne, sizes) = try read(CaptureReader(bytes: sample.bytes))
        #expect(inOne == whole)
        #expect(sizes == [whole.packets.count])
        for size in 1...64 {
            #expect(try read(CaptureReader(bytes: sample.bytes, inPiecesOf: size)).0 == whole)
        }
    }

    @Test(arguments: Sample.allCases)
    func aCutFileEndsAsItDoesOneByOne(sample: Sample) throws {
        for length in 4..<sample.bytes.count {
            let cut = Array(sample.bytes.prefix(length))
            #expect(try read(CaptureReader(bytes: cut, inPiecesOf: 7)).0 == ReadCapture(cut))
        }
    }

    @Test func manyPacketsComeInSeveral() throws {
        var file = CaptureBytes()
        file.pcapHeader()
        for number in 0..<1200 { file.record([UInt8(truncatingIfNeeded: number)]) }
        let (all, sizes) = try read(CaptureReader(bytes: file.bytes))
        #expect(try all == ReadCapture(file.bytes))
        #expect(sizes == [512, 512, 176])
    }

    @Test(arguments: Sample.allCases)
    func nothingStartsAtTheLimitOrBehind(sample: Sample) throws {
        let whole = try ReadCapture(sample.bytes)
        for limit in 0...sample.bytes.count {
            let (before, _) = try read(CaptureReader(bytes: sample.bytes), before: limit)
            #expect(whole.packets.starts(with: before.packets))
            #expect(before.packets.allSatisfy { $0.blockOffset < limit || sample == .pcapng })
            // What was left starts at the limit, or behind something else that does.
            let missing = whole.packets.dropFirst(before.packets.count).first
            if sample == .pcap, let missing { #expect(missing.blockOffset >= limit) }
        }
    }

    @Test("what is not taken of a batch is passed over", arguments: Sample.allCases)
    func passedOver(sample: Sample) throws {
        let whole = try ReadCapture(sample.bytes)
        var reader = try CaptureReader(bytes: sample.bytes)
        var batch = PacketBatch()
        #expect(try reader.next(&batch))
        #expect(batch.next(in: reader.bytes)?.number == whole.packets.first?.number)
        reader.finish(&batch)
        #expect(try !reader.next(&batch))
        #expect(reader.ending == whole.ending)
    }
}
