import CaptureFile
import FlatMemory
import Foundation
import TCPWire
import Testing

/// `flow -w`: one connection alone, each packet with what it is.
@Suite("tcplens flow keeps a connection")
struct FlowWritingTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// The packets of a file, with their comments.
    private func packets(_ path: String) throws -> [(frame: [UInt8], comments: [String])] {
        var reader = try CaptureReader(path: path)
        var packet = CapturedPacket()
        var packets: [(frame: [UInt8], comments: [String])] = []
        while try reader.next(&packet) {
            let frame = reader.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
            packets.append((Array(copying: frame), reader.comments(of: packet).kept.map(\.text)))
        }
        return packets
    }

    @Test("the packets of the connection that is drawn, as they stand in the capture", arguments: ["en", "zh"])
    func written(language: String) async throws {
        let path = try Exchange.three(in: folder)
        let out = folder.path("one.pcapng")
        let run = try await Run("flow", path, "--conn", "2", "-w", out, "--lang", language)
        #expect(run.status == 0 && run.err == "" && run.out.contains("127.0.0.1:43212"))
        let kept = try packets(out)
        #expect(kept.count == 10 && kept.allSatisfy { $0.comments.count == 1 })
        let frames = try packets(path).map(\.frame)
        #expect(kept.allSatisfy { frames.contains($0.frame) })
        #expect(kept[0].comments[0].contains(language == "en" ? "Handshake 1 of 3" : "第一次握手"))
        // It is the same connection, drawn alike.
        let whole = try await Run("flow", path, "--conn", "2", "--follow-stream", "text")
        let again = try await Run("flow", out, "--follow-stream", "text")
        #expect(again.out.replacing(/#[0-9]+/, with: "#") == whole.out.replacing(/#[0-9]+/, with: "#"))
    }

    @Test("a comment that is there already stays, and is not written twice")
    func commented() async throws {
        let path = try Exchange.capture(Exchange().frames, in: folder, comments: [["mine"]])
        let (once, twice) = (folder.path("once.pcapng"), folder.path("twice.pcapng"))
        _ = try await Run("flow", path, "-w", once)
        _ = try await Run("flow", once, "-w", twice)
        #expect(try packets(once)[0].comments.count == 2 && packets(once)[0].comments[0] == "mine")
        #expect(try packets(twice).map(\.comments) == packets(once).map(\.comments))
    }

    @Test(
        "the RST in the next connection that ended this one is kept with it",
        arguments: [("en", "it ended this one too"), ("zh", "它也结束了本连接")])
    func endedFromNext(language: String, words: String) async throws {
        let whole = Exchange()
        let up = SegmentBuilder(from: whole.client, to: whole.server)
        let down = SegmentBuilder(from: whole.server, to: whole.client)
        // The client has begun anew, and the server still holds the old connection (RFC 9293 3.5, Figure 9).
        let (c, s) = (whole.clientISN &+ 17, whole.serverISN &+ 19)
        let segments = [
            up.syn(sequence: 5), down.ack(sequence: s, acknowledgment: c), up.rst(sequence: c), up.syn(sequence: 5),
            down.synAck(sequence: 70, acknowledgment: 6), up.ack(sequence: 6, acknowledgment: 71),
        ]
        var frames = Array(whole.frames.prefix(7))
        for (place, segment) in segments.enumerated() {
            frames.append(
                Exchange.Frame(
                    time: Int64(1 + place) * 1_000_000 * Exchange.microsecond, bytes: segment.ethernetFrame()))
        }
        let path = try Exchange.capture(frames, in: folder)
        let out = folder.path("one.pcapng")
        let run = try await Run("flow", path, "--conn", "1", "-w", out, "--lang", language)
        #expect(run.status == 0 && run.out.contains("#10"), "\(run.out)")
        let kept = try packets(out)
        #expect(try kept.count == 8 && kept.last?.frame == packets(path)[9].frame)
        #expect(kept.last?.comments.first?.contains(words) ?? false)
        let again = try await Run("connections", out, "--format", "tsv")
        #expect(again.lines.count == 2 && again.out.contains("\thandshake\treset\tclient\t"), "\(again.out)")
    }

    @Test("into a pipe the packets alone, read from a pipe")
    func pipe() async throws {
        let path = try Exchange.three(in: folder)
        let run = try await Run(
            shell: "cat '\(path)' | \"$TCPLENS\" flow - -Y tcp.port==81 -w - | \"$TCPLENS\" connections - --format tsv")
        #expect(run.status == 0 && run.err == "" && run.lines.count == 2 && run.out.contains("43214"))
    }

    @Test("an ICMP error about it goes with it, and not one about another")
    func icmp() async throws {
        let frames = Exchange.refused(port: 40001, at: 0)
        let other = Exchange.refused(port: 40002, at: 50 * Exchange.microsecond)
        func error(about frame: [UInt8]) -> [UInt8] {
            let ethernet = frame[..<14]
            let quoted = frame[14..<42]
            let head: [UInt8] = [0x45, 0, 0, 56, 0, 1, 0, 0, 64, 1, 0, 0, 10, 0, 0, 254] + quoted[26..<30]
            return ethernet + head + [3, 3, 0, 0, 0, 0, 0, 0] + quoted
        }
        let path = try Exchange.capture(
            [
                frames[0], Exchange.Frame(time: 5 * Exchange.microsecond, bytes: error(about: frames[0].bytes)),
                other[0],
                Exchange.Frame(time: 60 * Exchange.microsecond, bytes: error(about: other[0].bytes)),
            ], in: folder)
        let out = folder.path("one.pcapng")
        let picture = try await Run("flow", path, "-Y", "client.port==40002", "-w", out)
        #expect(picture.out.contains("#4 ICMP"))
        let kept = try packets(out)
        #expect(kept.map(\.frame) == [other[0].bytes, error(about: other[0].bytes)])
        // By the numbers that the packets have now.
        #expect(kept[1].comments == ["#2 ICMP: port unreachable, from 10.0.0.254, about #1"])
    }

    @Test("comments call packets by the numbers that they have in the file that is written")
    func numbers() async throws {
        var frames = Exchange().frames
        frames.insert(Exchange.Frame(time: 185 * Exchange.microsecond, bytes: frames[3].bytes), at: 4)
        let later = frames.map { Exchange.Frame(time: $0.time * 3000 + Exchange.microsecond, bytes: $0.bytes) }
        let (mixed, alone) = (folder.path("mixed"), folder.path("alone"))
        let among = try Exchange.capture(Exchange.refused(port: 40001, at: 0) + later, in: folder, name: "among.pcapng")
        _ = try await Run("flow", among, "-Y", "tcp.port==8080", "-w", mixed)
        _ = try await Run("flow", Exchange.capture(later, in: folder), "-w", alone)
        let comments = try packets(mixed).map(\.comments)
        #expect(comments.count == 11 && comments[4][0].contains("#4"))
        #expect(try comments == packets(alone).map(\.comments))
    }

    @Test("a segment in IP fragments: every one of them")
    func fragments() async throws {
        var frames = Exchange().frames
        let whole = frames[3].bytes
        /// The IP packet's octets behind its header, from one to another.
        func fragment(_ part: Range<Int>, isLast: Bool) -> [UInt8] {
            var head = Array(whole[14..<34])
            let length = 20 + part.count
            (head[2], head[3]) = (UInt8(length >> 8), UInt8(length & 0xff))
            (head[4], head[5]) = (0x12, 0x34)
            let offset = part.lowerBound / 8 | (isLast ? 0 : 0x2000)
            (head[6], head[7]) = (UInt8(offset >> 8), UInt8(offset & 0xff))
            return whole[..<14] + head + whole[34..<whole.count][(34 + part.lowerBound)..<(34 + part.upperBound)]
        }
        let size = whole.count - 34
        frames[3].bytes = fragment(0..<24, isLast: false)
        frames.insert(
            Exchange.Frame(time: frames[3].time + 1000, bytes: fragment(24..<size, isLast: true)), at: 4)
        let path = try Exchange.capture(frames, in: folder)
        let out = folder.path("one.pcapng")
        #expect(try await Run("flow", path, "-w", out).status == 0)
        let kept = try packets(out)
        #expect(kept.map(\.frame) == frames.map(\.bytes))
        #expect(kept[3].comments == ["An IP fragment of the segment that #5 completes."])
        #expect(kept[4].comments.count == 1 && kept[4].comments[0].hasPrefix("Data from the client"))
    }

    @Test("the capture that is read is never written over, whatever it is called")
    func input() async throws {
        let path = try Exchange.tutorial(in: folder)
        let bytes = try Data(contentsOf: URL(filePath: path))
        try FileManager.default.createSymbolicLink(atPath: folder.path("soft"), withDestinationPath: path)
        try FileManager.default.linkItem(atPath: path, toPath: folder.path("hard"))
        for name in [path, folder.path("soft"), folder.path("hard"), folder.path + "/./capture.pcapng"] {
            for option in ["-w \(name)", "--format svg -o \(name)"] {
                let run = try await Run(shell: "\"$TCPLENS\" flow \(path) \(option)")
                #expect(run.status == 2 && run.out == "", "\(option)")
                #expect(run.err.contains("is the capture that is read"))
            }
            let run = try await Run(shell: "\"$TCPLENS\" flow - -w \(name) < \(path)")
            #expect(run.status == 2)
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
        let both = try await Run("flow", path, "-w", folder.path("k"), "-o", folder.path("k"), "--format", "json")
        #expect(both.status == 2 && both.err.contains("-w and -o would write the same file"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("k")))
        // What is no regular file is nobody's capture.
        #expect(try await Run("flow", path, "-w", "/dev/null").status == 0)
    }

    @Test("where it cannot be written: why, code 4")
    func refused() async throws {
        let run = try await Run("flow", Exchange.tutorial(in: folder), "-w", folder.path)
        #expect(run.status == 4 && run.err.contains("is a directory; -w needs a file's name"))
    }
}
