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

    @Test("a later fragment says where the header is")
    func fragment() async throws {
        var frame = Exchange().frames[3].bytes
        frame[20] = 0
        frame[21] = 3
        let path = try Exchange.capture([Exchange.Frame(time: 0, bytes: frame)], in: folder)
        let run = try await Run("header", path + "#1")
        #expect(run.err == "tcplens: a later IP fragment: the TCP header is in the first\n")
        #expect(run.status == 5)
    }
}
