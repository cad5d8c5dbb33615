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
