import CaptureFile
import Testing

@Suite struct PcapTests {
    @Test(arguments: [false, true])
    func microsecondsInBothByteOrders(isBigEndian: Bool) throws {
        var file = CaptureBytes(isBigEndian: isBigEndian)
        file.pcapHeader(linkType: 113)
        file.record(seconds: 1_700_000_000, fraction: 123_456, [1, 2, 3], originalLength: 60)
        file.record(seconds: 1_700_000_001, fraction: 7, [4])
        let read = try ReadCapture(file.bytes)
        #expect(read.ending == .complete)
        #expect(read.contents == [[1, 2, 3], [4]])
        #expect(read.packets.map(\.time.nanoseconds) == [1_700_000_000_123_456_000, 1_700_000_001_000_007_000])
        #expect(read.packets.map(\.number) == [1, 2])
        #expect(read.packets.map(\.originalLength) == [60, 1])
        #expect(read.packets.map(\.fileOffset) == [40, 59])
        #expect(read.packets.map(\.blockOffset) == [24, 43])
        #expect(read.packets.allSatisfy { $0.linkType == 113 && $0.interface == 0 && $0.hasTime })
        #expect(read.comments == [[], []])
    }

    @Test(arguments: [false, true])
    func nanoseconds(isBigEndian: Bool) throws {
        var file = CaptureBytes(isBigEndian: isBigEndian)
        file.pcapHeader(magic: 0xa1b2_3c4d)
        file.record(seconds: 1, fraction: 999_999_999, [1])
        #expect(try ReadCapture(file.bytes).packets.map(\.time.nanoseconds) == [1_999_999_999])
    }

    @Test(arguments: [false, true])
    func kuznetsovsPatchedRecordsTellTheDirection(isBigEndian: Bool) throws {
        var file = CaptureBytes(isBigEndian: isBigEndian)
        file.pcapHeader(magic: 0xa1b2_cd34)
        for packetType: UInt8 in [0, 4, 3] {
            var patched = CaptureBytes(isBigEndian: isBigEndian)
            patched.put(2 as UInt32)
            patched.put([8, 0, packetType, 0])
            file.record([packetType, 1, 2], patched: patched.bytes)
        }
        let read = try ReadCapture(file.bytes)
        #expect(read.contents == [[0, 1, 2], [4, 1, 2], [3, 1, 2]])
        #expect(read.packets.map(\.direction) == [.inbound, .outbound, .unknown])
        #expect(read.packets.map(\.interface) == [2, 2, 2])
    }

    @Test func theUpperHalfOfTheLinkTypeIsNotTheLinkType() throws {
        var file = CaptureBytes()
        file.pcapHeader(linkType: 0x4400_0001)
        file.record([1])
        let reader = try CaptureReader(bytes: file.bytes)
        #expect(reader.format.interface(of: CapturedPacket()) == CaptureInterface(linkType: 1, snapshotLength: 65535))
        #expect(try ReadCapture(file.bytes).packets.map(\.linkType) == [1])
    }

    @Test func timesAfter2038() throws {
        var file = CaptureBytes()
        file.pcapHeader()
        file.record(seconds: .max, fraction: .max, [])
        let expected = Int64(UInt32.max) * 1_000_000_000 + Int64(UInt32.max) * 1000
        #expect(try ReadCapture(file.bytes).packets.map(\.time.nanoseconds) == [expected])
    }

    @Test func aPacketOfFourGigabytesIsDamageNotAnAllocation() throws {
        var file = CaptureBytes()
        file.pcapHeader()
        file.record([1])
        let start = file.bytes.count
        for word: UInt32 in [1, 2, .max, .max] { file.put(word) }
        let expected = CaptureEnding.damaged(offset: start, why: .packetTooLong(length: Int(UInt32.max)))
        #expect(try ReadCapture(file.bytes).ending == expected)
        #expect(try ReadCapture(file.bytes, inPiecesOf: 7).ending == expected)
    }

    @Test func packetsAreFetchedAgainByTheirPlace() throws {
        var reader = try CaptureReader(bytes: plain)
        var packet = CapturedPacket()
        #expect(try reader.next(&packet))
        let first = packet
        while try reader.next(&packet) {}
        #expect(try reader.fetch(at: first.blockOffset, &packet))
        #expect(packet.number == 0)
        #expect(reader.fetchedContents(of: packet) == [1, 2, 3])
        for offset in [-1, plain.count, .max, .min] { #expect(try !reader.fetch(at: offset, &packet)) }
    }
}
