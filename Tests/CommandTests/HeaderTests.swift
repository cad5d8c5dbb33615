import CaptureFile
import FlatMemory
import Foundation
import TCPWire
import Testing

@Suite("tcplens header")
struct HeaderTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test("the SYN's header, character by character", arguments: Snapshots.header)
    func syn(_ snapshot: Snapshot) async throws {
        let run = try await Run(
            ["header", Exchange.tutorial(in: folder) + "#1"] + snapshot.arguments, environment: ["LANG": "C.UTF-8"])
        #expect(run.out == snapshot.text)
        #expect(run.err == "")
        #expect(run.status == 0)
    }

    @Test("hex and FILE#N say the same of the TCP header")
    func hex() async throws {
        let frame = Exchange().frames[3].bytes
        let hex = frame.map { String(format: "%02x", $0) }.joined(separator: " ")
        let pasted = try await Run("header", hex)
        let read = try await Run("header", Exchange.tutorial(in: folder) + "#4")
        #expect(pasted.out == read.out)
        #expect(read.out.contains("checksum: correct"))
        #expect(read.out.contains("hello, xiao mei."))
    }

    @Test("a wrong checksum is called wrong, and the right one named")
    func wrongChecksum() async throws {
        var frame = Exchange().frames[3].bytes
        let right = UInt16(frame[50]) << 8 | UInt16(frame[51])
        frame[50] ^= 0xff
        let path = try Exchange.capture([Exchange.Frame(time: 0, bytes: frame)], in: folder)
        let run = try await Run("header", path + "#1")
        #expect(run.out.contains("checksum: WRONG, should be 0x" + String(right, radix: 16)))
        #expect(run.status == 0)
    }

    @Test("JSON has the fields and their bits")
    func json() async throws {
        let run = try await Run("header", Exchange.tutorial(in: folder) + "#1", "--json", "--lang", "zh")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
        #expect(document["verdict"] as? String == "segment")
        let layers = try #require(document["layers"] as? [[String: Any]])
        #expect(layers.map { $0["name"] as? String } == ["Ethernet", "IPv4", "TCP"])
        let tcp = try #require(layers.last)
        #expect(tcp["checksum"] as? String == "correct")
        #expect(tcp["options"] as? [String] == ["MSS 65495", "SACK-Permitted", "NOP", "WScale 7", "EOL"])
        let fields = try #require(tcp["fields"] as? [[String: Any]])
        let widths = fields.compactMap { $0["bitWidth"] as? Int }
        #expect(widths.reduce(0, +) >= 160)
    }

    @Test("a header without its last octets was cut off, and what is there is shown", arguments: ["en", "zh"])
    func cutOff(language: String) async throws {
        // A data offset of seven words, and five of them.
        let bare = try await Run(
            "header", "c3501f90 10203040 00000000 7002ffff 1c460000", "--lang", language,
            environment: ["LANG": "C.UTF-8"])
        #expect(bare.status == 0 && bare.err == "")
        #expect(bare.out.contains(language == "en" ? "Destination port 8080" : "目的端口 8080"))
        #expect(
            bare.lines.last
                == (language == "en"
                    ? "  cut off: 20 of 28 bytes of the TCP header" : "  被截断：TCP 首部需要 28 字节，只有 20 字节"))
        // The same within a packet: the capture ends in the options.
        let frame = Exchange().frames[0].bytes
        let path = folder.path("cut.pcapng")
        var writer = try PcapngWriter(path: path)
        let interface = try writer.addInterface(CaptureInterface(name: "lo", linkType: 1))
        try writer.write(
            Array(frame.prefix(58)).octets, interface: interface, time: Timestamp(nanoseconds: 0),
            originalLength: frame.count)
        try writer.finish()
        let packet = try await Run("header", path + "#1", "--lang", language, environment: ["LANG": "C.UTF-8"])
        #expect(packet.status == 0)
        #expect(
            packet.out.contains(
                language == "en" ? "cut off: 24 of 32 bytes of the TCP header" : "被截断：TCP 首部需要 32 字节，只有 24 字节"))
        let few = try await Run("header", "c3501f90 1020", "--lang", language, environment: ["LANG": "C.UTF-8"])
        #expect(few.status == 4)
        #expect(few.err.contains(language == "en" ? "cut off: 6 of 20 bytes" : "TCP 首部需要 20 字节，只有 6 字节"))
    }

    @Test(
        "every value of an option has a field of its own, whole where there is room for it",
        arguments: [
            // NOP NOP timestamps: two rows.
            (
                "0101080affffffff00000001",
                [
                    " |      NOP      |      NOP      |    kind 8     |    len 10     |",
                    " |                       TSval 4294967295                        |",
                    " |                            TSecr 1                            |",
                ]
            ),
            // Begun in the last octet of a row, the value stands where it fits.
            (
                "010101080affffffff00000001010101",
                [
                    " |      NOP      |      NOP      |      NOP      |    kind 8     |",
                    " |    len 10     |               TSval 4294967295                |",
                    " |      ..       |                    TSecr 1                    |",
                    " |      ..       |      NOP      |      NOP      |      NOP      |",
                ]
            ),
            (
                "0101051200000001000000020000000300000004",
                [
                    " |                       SACK left edge 1                        |",
                    " |                       SACK right edge 2                       |",
                    " |                       SACK left edge 3                        |",
                    " |                       SACK right edge 4                       |",
                ]
            ),
            (
                "1d100703" + String(repeating: "00", count: 12),
                [
                    " |    kind 29    |    len 16     |    KeyID 7    | RNextKeyID 3  |",
                    " |                              MAC                              |",
                ]
            ),
        ] as [(String, [String])])
    func optionFields(options: String, rows: [String]) async throws {
        let words = 5 + options.count / 8
        let run = try await Run(
            "header", "c3501f90 10203040 00000000 \(String(words, radix: 16))010ffff 1c460000 " + options,
            environment: ["LANG": "C.UTF-8"])
        let lines = run.lines.map(String.init)
        var rest = lines[...]
        for row in rows {
            let place = rest.firstIndex(of: row)
            #expect(place != nil, "\(row) in \(run.out)")
            rest = rest[(place ?? rest.startIndex)...].dropFirst()
        }
    }

    @Test(
        "the fields of the other layers have a textbook's names in Chinese, their documents' in English",
        arguments: [
            ("zh", 0, "目的地址 02:00:00:00:00:02 · 源地址 02:00:00:00:00:01 · 以太类型 IPv4"),
            (
                "zh", 1,
                "版本 4 · 首部长度 20 字节 · DSCP 0 · ECN Not-ECT · 总长度 56 · 标识 0 · 保留位 0 · DF 0 · MF 0 · 片偏移 0 字节"
                    + " · 生存时间 64 · 协议 ICMP · 首部校验和 0x0000 · 源地址 127.0.0.1 · 目的地址 127.0.0.1"
            ),
            ("zh", 2, "类型 3 · 代码 需要分片但设置了 DF · 校验和 0x0000 · 未使用 0 · 下一跳 MTU 1400"),
            ("en", 0, "Destination Address 02:00:00:00:00:02 · Source Address 02:00:00:00:00:01 · EtherType IPv4"),
            ("en", 2, "Type 3 · Code fragmentation needed · Checksum 0x0000 · Unused 0 · Next-Hop MTU 1400"),
        ])
    func otherLayers(language: String, layer: Int, fields: String) async throws {
        let run = try await Run(
            "header", Self.fragmentationNeeded(in: folder), "--lang", language, "--width", "80",
            environment: ["LANG": "C.UTF-8"])
        #expect(run.status == 0)
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
        // What is wrapped at 80 columns is one line again.
        let layers = run.out.replacing("\n    ", with: " ").split(separator: "\n").filter { $0.contains(" · ") }
        #expect(layers.count > layer && layers[layer].trimmingPrefix("  ") == fields, "\(run.out)")
    }

    private static func fragmentationNeeded(in folder: ScratchFolder) throws -> String {
        let quoted = Array(Exchange().frames[0].bytes.dropFirst(14)).prefix(28)
        var packet: [UInt8] = [0x45, 0, 0, 56, 0, 0, 0, 0, 64, 1, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]
        packet += [3, 4, 0, 0, 0, 0, 5, 120] + quoted
        let ethernet = Array(Exchange().frames[0].bytes.prefix(14))
        return try Exchange.capture([Exchange.Frame(time: 0, bytes: ethernet + packet)], in: folder) + "#1"
    }

    @Test(
        "why there is no TCP header is told with the names of the fields",
        arguments: [
            // An IPv4 header of four words.
            ("en", "44000014 00000000 40060000 7f000001 7f000001", "not a valid IPv4 header: IHL is 4"),
            ("zh", "44000014 00000000 40060000 7f000001 7f000001", "IPv4 首部无效：首部长度 = 4"),
            ("en", "45000014 00000000 40590000 7f000001 7f000001", "not TCP: IP protocol 89 (OSPF)"),
            ("zh", "45000014 00000000 40590000 7f000001 7f000001", "不是 TCP：IP 协议号 89（OSPF）"),
            // A fragment header that was cut.
            (
                "en", "60000000 00082c40 \(HeaderTests.loopback6) \(HeaderTests.loopback6) 06000000",
                "cut off: 4 of 8 bytes of the IPv6 Fragment header"
            ),
            (
                "zh", "60000000 00082c40 \(HeaderTests.loopback6) \(HeaderTests.loopback6) 06000000",
                "被截断：IPv6 分片首部需要 8 字节，只有 4 字节"
            ),
        ])
    func reasons(language: String, hex: String, words: String) async throws {
        let octets = try #require(Self.octets(hex))
        let path = folder.path("raw.pcapng")
        var writer = try PcapngWriter(path: path)
        // LINKTYPE_RAW: an IP packet with nothing before it.
        let interface = try writer.addInterface(CaptureInterface(name: "tun0", linkType: 101))
        try writer.write(octets.octets, interface: interface, time: Timestamp(nanoseconds: 0), originalLength: 64)
        try writer.finish()
        let run = try await Run("header", path + "#1", "--lang", language, environment: ["LANG": "C.UTF-8"])
        #expect(run.err.contains(words), "\(run.err)")
    }

    private static let loopback6 = "00000000 00000000 00000000 00000001"

    private static func octets(_ hex: String) -> [UInt8]? {
        let digits = Array(hex.filter { $0 != " " })
        let octets = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        return octets.count * 2 == digits.count ? octets : nil
    }

    @Test("an ICMP error shows the segment it quotes")
    func quoted() async throws {
        let frame = Array(Exchange().frames[0].bytes.dropFirst(14))
        var packet: [UInt8] = [0x45, 0, 0, UInt8(28 + 28), 0, 0, 0, 0, 64, 1, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]
        packet += [3, 3, 0, 0, 0, 0, 0, 0] + frame.prefix(28)
        let ethernet: [UInt8] = Array(repeating: 0, count: 12) + [8, 0]
        let path = try Exchange.capture([Exchange.Frame(time: 0, bytes: ethernet + packet)], in: folder)
        let run = try await Run("header", path + "#1")
        #expect(run.out.contains("Source Port 43210"))
        #expect(run.out.contains("an ICMP error that quotes a TCP segment"))
        #expect(run.status == 0)
        let row = try await Run("flow", path)
        #expect(row.status == 5)
        #expect(row.err.contains("1 ICMP error about TCP"))
    }

    @Test(
        "a link type that is not read is named, and the argument is not blamed",
        arguments: [("", "USER0"), ("--json", "")])
    func otherLinkType(flag: String, name: String) async throws {
        let path = try Exchange.capture(Exchange().frames, linkType: 147, in: folder)
        let run = try await Run(["header", path + "#1", "--lang", "en"] + (flag.isEmpty ? [] : [flag]))
        #expect(run.status == 5)
        #expect(run.err.contains("link type 147 (USER0) is not read"))
        let list = try await Run("connections", path, "--lang", "en")
        #expect(list.status == 5 && list.err.contains("of a link type that is not read (USER0, 147)"))
        #expect(!list.err.contains("not IP"))
    }

    @Test("a packet number that no machine counts to is well formed")
    func numberBeyondCounting() async throws {
        let run = try await Run("header", Exchange.tutorial(in: folder) + "#99999999999999999999999")
        #expect(run.status == 5)
        let none = try await Run("header", Exchange.tutorial(in: folder) + "#x")
        #expect(none.status == 2)
    }
}
