import CaptureFile
import Foundation
import Testing

@Suite struct PcapngTests {
    @Test func sectionsInterfacesAndEveryPacketBlock() throws {
        let read = try ReadCapture(motley)
        #expect(read.ending == .complete)
        #expect(read.packets.map(\.number) == Array(1...12))
        #expect(
            read.contents
                == Array(repeatElement([[1, 2, 3], Array(0..<9), [7, 7, 7, 7, 7], [4, 4]], count: 3).joined()))
        #expect(read.packets.prefix(4).map(\.interface) == [0, 1, 0, 1])
        #expect(read.packets.prefix(4).map(\.linkType) == [1, 101, 1, 101])
        #expect(read.packets.prefix(4).map(\.time.nanoseconds) == [5000, 1 << 40, 0, 77])
        #expect(read.packets.prefix(4).map(\.hasTime) == [true, true, false, true])
        #expect(read.packets.prefix(4).map(\.direction) == [.inbound, .unknown, .unknown, .unknown])
        #expect(read.packets.prefix(4).map(\.originalLength) == [3, 1500, 5, 2])
        #expect(read.comments.prefix(4) == [["你好"], [], [], []])
        for index in 4..<12 {
            var (packet, twin) = (read.packets[index], read.packets[index % 4])
            let shift = motley.count / 3 * (index / 4)
            #expect(packet.blockOffset == twin.blockOffset + shift && packet.fileOffset == twin.fileOffset + shift)
            (packet.blockOffset, packet.fileOffset, packet.number) = (0, 0, 0)
            (twin.blockOffset, twin.fileOffset, twin.number) = (0, 0, 0)
            #expect(packet == twin)
            #expect(read.comments[index] == read.comments[index % 4])
        }
    }

    @Test func interfacesAreThoseOfThePacketsSection() throws {
        var file = CaptureBytes()
        for name in ["lo", "eth0"] {
            file.section()
            file.interface(options: [(2, Array((name + "\0").utf8))])
            file.enhancedPacket([1])
        }
        var reader = try CaptureReader(bytes: file.bytes)
        var (first, second) = (CapturedPacket(), CapturedPacket())
        #expect(try reader.next(&first))
        #expect(try reader.next(&second))
        #expect(reader.format.interface(of: first)?.name == "lo")
        #expect(reader.format.interface(of: second)?.name == "eth0")
        second.interface = 1
        #expect(reader.format.interface(of: second) == nil)
    }

    @Test(
        arguments: [
            // if_tsresol, if_tsoffset, ticks, nanoseconds
            (6, 0, 1_500_000, 1_500_000_000),
            (9, 0, 1_500_000_000, 1_500_000_000),
            (0, 0, 3, 3_000_000_000),
            (3, 0, 1_500, 1_500_000_000),
            (12, 0, 1_500_000_000_999, 1_500_000_000),
            (28, 0, UInt64.max, 1),
            (29, 0, .max, 0),
            (127, 0, .max, 0),
            (0x8a, 0, 1536, 1_500_000_000),
            (0x80, 0, 2, 2_000_000_000),
            (0xc0, 0, 1 << 63, 500_000_000),
            (0xff, 0, .max, 0),
            (6, 10, 1, 10_000_001_000),
            (6, -5, 1, -4_999_999_000),
            (0x8a, -5, 512, -4_500_000_000),
            (6, 0, .max, .max),
            (0, 0, .max, .max),
            (6, .max, 0, .max),
            (6, .min, 0, .min),
            (6, .max, .max, .max),
            // Each alone is out of reach; their sum is not.
            (0, -18_446_744_073, 18_446_744_074, 1_000_000_000),
        ] as [(UInt8, Int64, UInt64, Int64)])
    func timestamps(resolution: UInt8, offset: Int64, ticks: UInt64, nanoseconds: Int64) throws {
        for isBigEndian in [false, true] {
            var seconds = CaptureBytes(isBigEndian: isBigEndian)
            seconds.put(offset)
            var file = CaptureBytes(isBigEndian: isBigEndian)
            file.section()
            file.interface(options: [(9, [resolution]), (14, seconds.bytes)])
            file.enhancedPacket(ticks: ticks, [1])
            #expect(try ReadCapture(file.bytes).packets.map(\.time.nanoseconds) == [nanoseconds])
        }
    }

    @Test func simplePacketsAreAsLongAsSnapshotLengthAndBlockAllow() throws {
        var file = CaptureBytes()
        file.section()
        file.interface(snapshotLength: 6)
        file.simplePacket([1, 2, 3, 4, 5, 6], originalLength: 1500)
        file.simplePacket([1, 2, 3], originalLength: 3)
        file.section()
        file.interface(snapshotLength: 0)
        file.simplePacket([1, 2, 3, 4], originalLength: 1500)
        let read = try ReadCapture(file.bytes)
        #expect(read.contents == [[1, 2, 3, 4, 5, 6], [1, 2, 3], [1, 2, 3, 4]])
        #expect(read.packets.map(\.originalLength) == [1500, 3, 1500])
    }

    @Test func numbersAreWiresharks() throws {
        var file = CaptureBytes()
        file.section()
        file.interface()
        file.enhancedPacket([1])
        file.block(4) { $0.put(0 as UInt32) }
        file.block(0xbad) { $0.put(12345 as UInt32) }
        file.enhancedPacket([2])
        file.block(9) { $0.put(Array("MESSAGE=hello\n".utf8)) }
        file.block(0x4000_0bad) { $0.put(12345 as UInt32) }
        file.enhancedPacket([3])
        #expect(try ReadCapture(file.bytes).packets.map(\.number) == [1, 3, 6])
    }

    @Test func severalComments() throws {
        var file = CaptureBytes(isBigEndian: true)
        file.section()
        file.interface()
        file.enhancedPacket(
            [1, 2, 3], options: [(1, Array("one".utf8)), (2, [0, 0, 0, 2]), (1, Array("二".utf8)), (1, [])])
        file.enhancedPacket([1, 2, 3], options: [(1, [0x61, 0xff, 0x62])])
        let read = try ReadCapture(file.bytes)
        #expect(read.comments == [["one", "二", ""], ["a\u{fffd}b"]])
        #expect(read.packets.map(\.direction) == [.outbound, .unknown])
    }

    @Test func anOptionLongerThanItsBlockIsLeftOut() throws {
        var file = CaptureBytes()
        file.section()
        file.interface()
        file.block(6) {
            for word: UInt32 in [0, 0, 0, 0, 0] { $0.put(word) }
            $0.put(1 as UInt16)
            $0.put(UInt16.max)
            $0.put(Array("short".utf8))
        }
        let read = try ReadCapture(file.bytes)
        #expect(read.ending == .complete)
        #expect(read.comments == [[]])
    }

    @Test func aWrongSecondLengthIsNotedAndPassed() throws {
        var file = CaptureBytes()
        file.section()
        file.interface()
        file.enhancedPacket([1], trailer: 99)
        file.block(0x77, trailer: 0) { $0.put(1 as UInt32) }
        file.enhancedPacket([2])
        for size in [1, 1000] {
            var reader = try CaptureReader(bytes: file.bytes, inPiecesOf: size)
            var packet = CapturedPacket()
            while try reader.next(&packet) {}
            #expect(reader.format.mismatchedTrailers == 2)
            #expect(reader.ending == .complete)
            #expect(packet.number == 2)
        }
    }

    @Test func aLengthWithoutThePaddingIsPadded() throws {
        var file = CaptureBytes()
        file.section()
        file.interface()
        file.block(6, stated: 33, trailer: 33) {
            for word: UInt32 in [0, 0, 0, 1, 1] { $0.put(word) }
            $0.put([8])
        }
        file.enhancedPacket([2])
        let reader = try CaptureReader(bytes: file.bytes)
        #expect(reader.format.mismatchedTrailers == 0)
        #expect(try ReadCapture(file.bytes).contents == [[8], [2]])
    }

    @Test("packets are fetched again by their place", arguments: [false, true])
    func fetching(fromFile: Bool) throws {
        try withDirectory { directory in
            let path = directory + "/motley.pcapng"
            try Data(motley).write(to: URL(fileURLWithPath: path))
            var reader = try fromFile ? CaptureReader(path: path) : CaptureReader(bytes: motley)
            var packet = CapturedPacket()
            var packets: [(packet: CapturedPacket, contents: [UInt8])] = []
            while try reader.next(&packet) { packets.append((packet, reader.contents(of: packet))) }
            for (expected, contents) in packets.reversed() + packets {
                #expect(try reader.fetch(at: expected.blockOffset, &packet))
                #expect(reader.fetchedContents(of: packet) == contents)
                var found = packet
                (found.number, found.offset) = (expected.number, expected.offset)
                #expect(found == expected)
            }
            let places = Set(packets.map(\.packet.blockOffset))
            for offset in -1...motley.count where !places.contains(offset) {
                // Any other place may look like a packet by chance; it must only not be trusted to be inside.
                _ = try reader.fetch(at: offset, &packet)
            }
        }
    }
}

@Suite struct PcapngDamageTests {
    private func damage(_ body: (inout CaptureBytes) -> Void) throws -> CaptureDamage? {
        var file = CaptureBytes()
        file.section()
        file.interface()
        file.enhancedPacket([1, 2, 3])
        body(&file)
        let read = try ReadCapture(file.bytes)
        #expect(read.contents == [[1, 2, 3]])
        #expect(try ReadCapture(file.bytes, inPiecesOf: 1) == read)
        return read.damage
    }

    @Test func packetOfAnInterfaceNotDescribed() throws {
        #expect(try damage { $0.enhancedPacket(interface: 1, [1]) } == .unknownInterface(number: 1, described: 1))
        let inNewSection = try damage {
            $0.section()
            $0.enhancedPacket([1])
        }
        #expect(inNewSection == .unknownInterface(number: 0, described: 0))
        let simple = try damage {
            $0.section()
            $0.simplePacket([1])
        }
        #expect(simple == .unknownInterface(number: 0, described: 0))
    }

    @Test func lengthsThatCannotBe() throws {
        #expect(try damage { $0.block(0x77, stated: 4) { _ in } } == .blockTooShort(type: 0x77, length: 4))
        #expect(try damage { $0.block(6, stated: 16) { $0.put(0 as UInt32) } } == .blockTooShort(type: 6, length: 16))
        #expect(try damage { $0.block(3, stated: 12) { _ in } } == .blockTooShort(type: 3, length: 12))
        #expect(try damage { $0.block(1, stated: 12) { _ in } } == .blockTooShort(type: 1, length: 12))
        #expect(try damage { $0.block(6, stated: 1 << 31) { _ in } } == .blockTooLong(type: 6, length: 1 << 31))
        #expect(
            try damage { $0.block(0x77, stated: .max) { _ in } } == .blockTooLong(type: 0x77, length: 1 << 32))
        let longer = try damage {
            $0.block(6) { for word: UInt32 in [0, 0, 0, 5, 5, 0] { $0.put(word) } }
        }
        #expect(longer == .packetLongerThanBlock(length: 5, blockLength: 36))
        let huge = try damage {
            $0.block(6) { for word: UInt32 in [0, 0, 0, .max, 5, 0] { $0.put(word) } }
        }
        #expect(huge == .packetTooLong(length: Int(UInt32.max)))
    }

    @Test func sectionsThatCannotBe() throws {
        #expect(try damage { $0.section(major: 2) } == .unknownSectionVersion(major: 2, minor: 0))
        #expect(try damage { $0.section(magic: 0x0102_0304) } == .unknownByteOrder(magic: 0x0102_0304))
    }

    @Test func interfacesWithoutEnd() throws {
        var file = CaptureBytes()
        file.section()
        for _ in 0...CaptureFormat.interfaceLimit { file.interface() }
        #expect(try ReadCapture(file.bytes).damage == .tooManyInterfaces)
    }

    @Test func sectionsWithoutEnd() throws {
        var file = CaptureBytes()
        for _ in 0...CaptureFormat.interfaceLimit { file.section() }
        #expect(try ReadCapture(file.bytes).damage == .tooManyInterfaces)
    }
}
