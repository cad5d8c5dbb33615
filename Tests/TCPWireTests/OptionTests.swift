import FlatMemory
import TCPWire
import Testing

@Suite struct OptionTests {
    /// Each option, and its octets by its RFC.
    static let known: [(TCPOption, [UInt8])] = [
        (.maximumSegmentSize(1460), [2, 4, 5, 0xb4]),
        (.windowScale(7), [3, 3, 7]),
        (.sackPermitted, [4, 2]),
        (.sack([SACKBlock(left: 1, right: 2)]), [5, 10, 0, 0, 0, 1, 0, 0, 0, 2]),
        (
            .sack([SACKBlock(left: 0xffff_ff00, right: 16), SACKBlock(left: 3, right: 4), SACKBlock(left: 5, right: 6)]
            ),
            [5, 26, 255, 255, 255, 0, 0, 0, 0, 16, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6]
        ),
        (.timestamps(TCPTimestamps(value: 0x0102_0304, echoReply: 5)), [8, 10, 1, 2, 3, 4, 0, 0, 0, 5]),
        (.md5Signature(0x0102 << 112 | 0x10), [19, 18, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10]),
        (.userTimeout(seconds: 300), [28, 4, 0x01, 0x2c]),
        (.userTimeout(seconds: 36000), [28, 4, 0x82, 0x58]),
        (
            .authentication(keyID: 1, receiveNextKeyID: 2, macLength: 12),
            [29, 16, 1, 2] + Array(repeating: 0, count: 12)
        ),
        (.multipath(MultipathSubtype(rawValue: 0), length: 4), [30, 4, 0, 0]),
        (.multipath(MultipathSubtype(rawValue: 2), length: 8), [30, 8, 0x20, 0, 0, 0, 0, 0]),
        (.fastOpen(FastOpenCookie(), experimental: false), [34, 2]),
        (
            .fastOpen(FastOpenCookie(bits: 0x0102_0304_0506_0708 << 64, length: 8), experimental: false),
            [34, 10, 1, 2, 3, 4, 5, 6, 7, 8]
        ),
        (.fastOpen(FastOpenCookie(), experimental: true), [254, 4, 0xf9, 0x89]),
        (
            .fastOpen(FastOpenCookie(bits: 0xaabb_ccdd << 96, length: 4), experimental: true),
            [254, 8, 0xf9, 0x89, 0xaa, 0xbb, 0xcc, 0xdd]
        ),
        (
            .accurateECN(AccurateECNCounters(startsWithECT1: false, ect0: 1, ce: 2, ect1: 3)),
            [172, 11, 0, 0, 1, 0, 0, 2, 0, 0, 3]
        ),
        (.accurateECN(AccurateECNCounters(startsWithECT1: true, ce: 2, ect1: 3)), [174, 8, 0, 0, 3, 0, 0, 2]),
        (.accurateECN(AccurateECNCounters(startsWithECT1: true)), [174, 2]),
        (
            .accurateECN(AccurateECNCounters(startsWithECT1: false, experimental: true, ect0: 0x010203)),
            [254, 7, 0xac, 0xce, 1, 2, 3]
        ),
        (.experiment(kind: 253, identifier: 0x1234, length: 6), [253, 6, 0x12, 0x34, 0, 0]),
        (.unknown(kind: 77, length: 5), [77, 5, 0, 0, 0]),
    ]

    static func read(_ octets: [UInt8]) -> (options: [TCPOption], stop: TCPOptionStop?) {
        var cursor = TCPOptionCursor(start: 0, end: octets.count)
        var options: [TCPOption] = []
        while let option = cursor.next(in: octets.octets) { options.append(option) }
        #expect(cursor.next(in: octets.octets) == nil)
        return (options, cursor.stop)
    }

    @Test(arguments: known) func everyOptionIsRead(option: TCPOption, octets: [UInt8]) {
        let (options, stop) = Self.read(octets)
        #expect(options == [option])
        #expect(stop == .complete)
    }

    @Test(arguments: known) func everyOptionIsWritten(option: TCPOption, octets: [UInt8]) {
        let builder = SegmentBuilder(from: Sample.client, to: Sample.server).syn(sequence: 1, options: [option])
        let segment = builder.segment()
        #expect(Array(segment[20..<(20 + octets.count)]) == octets)
        #expect(segment.count == 20 + (octets.count + 3) / 4 * 4)
    }

    @Test func theOptionsOfALinuxSYN() {
        let octets: [UInt8] = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7]
        let text = Self.read(octets).options.map(\.description)
        #expect(text == ["MSS 1460", "SACK-Permitted", "TSval 1 TSecr 0", "NOP", "WScale 7"])
    }

    @Test func endOfOptionsHidesWhatFollows() {
        let (options, stop) = Self.read([1, 0, 2, 4, 5, 0xb4])
        #expect(options == [.noOperation, .endOfOptions])
        #expect(stop == .endOfOptions)
    }

    @Test(
        arguments: [
            ([2], .overrun(kind: 2, length: nil)),
            ([2, 0, 1], .tooShort(kind: 2, length: 0)),
            ([2, 1, 1], .tooShort(kind: 2, length: 1)),
            ([8, 10, 0, 0], .overrun(kind: 8, length: 10)),
            ([5, 255], .overrun(kind: 5, length: 255)),
        ] as [([UInt8], TCPOptionStop)])
    func badLengthsEndTheOptions(octets: [UInt8], expected: TCPOptionStop) {
        let (options, stop) = Self.read([3, 3, 7] + octets)
        #expect(options == [.windowScale(7)])
        #expect(stop == expected)
    }

    @Test(
        arguments: [
            [2, 3, 0], [3, 4, 0, 0], [4, 3, 0], [5, 2], [5, 9, 0, 0, 0, 0, 0, 0, 0], [8, 3, 0], [19, 4, 0, 0],
            [28, 3, 0],
            [29, 3, 0], [30, 2], [34, 3, 0], [34, 5, 0, 0, 0], [172, 4, 0, 0], [254, 3, 0], [254, 5, 0xac, 0xce, 1],
        ] as [[UInt8]])
    func lengthsThatAKindCannotHave(octets: [UInt8]) {
        let (options, stop) = Self.read(octets + [1])
        #expect(options == [.malformed(kind: octets[0], length: octets[1]), .noOperation])
        #expect(stop == .complete)
    }

    @Test func cursorBeyondTheFrame() {
        let octets: [UInt8] = [1, 1]
        for (start, end) in [(5, 9), (0, 900), (-4, 2), (2, 0)] {
            var cursor = TCPOptionCursor(start: start, end: end)
            while cursor.next(in: octets.octets) != nil {}
            #expect(cursor.stop == .complete)
        }
    }

    @Test func whatASYNAgreesTo() {
        let packet = SegmentBuilder(from: Sample.client, to: Sample.server).syn(
            sequence: 1,
            options: [
                .maximumSegmentSize(1460), .sackPermitted, .timestamps(TCPTimestamps(value: 1, echoReply: 0)),
                .noOperation, .windowScale(10),
            ]
        ).ipPacket()
        let options = Decoded(packet, link: .raw).segment.synOptions(in: packet.octets)
        #expect(options.maximumSegmentSize == 1460 && options.windowScale == 10)
        #expect(options.sackPermitted && options.hasTimestamps)
        let bare = SegmentBuilder(from: Sample.client, to: Sample.server).syn(sequence: 1).ipPacket()
        #expect(Decoded(bare, link: .raw).segment.synOptions(in: bare.octets) == SYNOptions())
    }

    @Test func timestampsInAnyPlace() {
        let stamps = TCPTimestamps(value: 3, echoReply: 4)
        for options in [
            [.noOperation, .noOperation, .timestamps(stamps)], [.timestamps(stamps)],
            [.windowScale(1), .sackPermitted, .timestamps(stamps)],
        ] as [[TCPOption]] {
            let packet = SegmentBuilder(from: Sample.client, to: Sample.server)
                .ack(sequence: 1, acknowledgment: 1, options: options).ipPacket()
            #expect(Decoded(packet, link: .raw).segment.timestamps(in: packet.octets) == stamps)
        }
    }

    @Test func selectiveAcknowledgmentBlocks() {
        let blocks: SACKBlocks = [SACKBlock(left: 1, right: 2), SACKBlock(left: 3, right: 4)]
        let packet = SegmentBuilder(from: Sample.client, to: Sample.server)
            .ack(sequence: 1, acknowledgment: 1, options: [.noOperation, .noOperation, .sack(blocks)]).ipPacket()
        #expect(Decoded(packet, link: .raw).segment.sackBlocks(in: packet.octets) == blocks)
        #expect(blocks.map(\.left) == [1, 3])
        #expect(SACKBlocks(Array(repeating: SACKBlock(left: 1, right: 2), count: 9)).count == 4)
    }

    @Test func tooManyOptionsDoNotFit() {
        let options = Array(repeating: TCPOption.timestamps(TCPTimestamps(value: 1, echoReply: 1)), count: 5)
        #expect(!SegmentBuilder(from: Sample.client, to: Sample.server).syn(sequence: 1, options: options).fits)
    }

    @Test("what a SYN agrees to is what a walk over its options finds, whatever they are")
    func synOptionsByChance() {
        var dice = SystemRandomNumberGenerator()
        let pieces: [[UInt8]] = [
            [2, 4, 5, 180], [3, 3, 7], [4, 2], [8, 10, 0, 0, 0, 1, 0, 0, 0, 2], [1], [0], [3, 4, 7, 7], [2, 3, 1],
            [8, 2],
            [4, 3, 1], [3, 0], [3, 1], [2], [254, 6, 0xf9, 0x89, 1, 2], [5, 10, 0, 0, 0, 1, 0, 0, 0, 9], [34, 2],
        ]
        for _ in 0..<5000 {
            var octets = [UInt8](repeating: 0, count: 20)
            while octets.count < 60, Int.random(in: 0..<7, using: &dice) > 0 {
                octets += pieces.randomElement(using: &dice) ?? []
            }
            let length = min(60, (octets.count + 3) / 4 * 4)
            let captured = Array(
                (octets + [0, 0, 0]).prefix(length - (Bool.random(using: &dice) ? 0 : Int.random(in: 0...8))))
            var expected = SYNOptions()
            expected.isCutOff = captured.count < length
            var cursor = TCPOptionCursor(start: 20, end: length)
            while let option = cursor.next(in: captured.octets) {
                switch option {
                case .maximumSegmentSize(let size): expected.maximumSegmentSize = size
                case .windowScale(let shift): expected.windowScale = shift
                case .sackPermitted: expected.sackPermitted = true
                case .timestamps: expected.hasTimestamps = true
                default: break
                }
            }
            #expect(SYNOptions(in: captured.octets, at: 0, length: length) == expected, "\(captured)")
        }
    }
}
