import CaptureFile
import Foundation
import Testing

/// What stands beside packets in pcapng, and how much of it is read.
@Suite("packet comments")
struct CommentTests {
    /// A capture of one packet with these comments.
    private static func capture(_ comments: [[UInt8]]) -> [UInt8] {
        var file = CaptureBytes()
        file.section()
        file.interface()
        file.enhancedPacket([1, 2, 3], options: comments.map { (1, $0) })
        return file.bytes
    }

    private static func comments(_ comments: [String], limit: Int = PacketComments.octetLimit) throws -> PacketComments
    {
        var reader = try CaptureReader(bytes: capture(comments.map { Array($0.utf8) }))
        var packet = CapturedPacket()
        let isThere = try reader.next(&packet)
        try #require(isThere)
        return reader.comments(of: packet, limit: limit)
    }

    private static func told(_ comments: PacketComments) -> [String] {
        comments.kept.map { "\($0.text) +\($0.octetsLeftOut)" } + (comments.leftOut > 0 ? ["+\(comments.leftOut)"] : [])
    }

    @Test("all of them together are held to a limit, cut between characters, and what is left out is counted")
    func limit() throws {
        let texts = ["abc", "小明小美", "z"]
        #expect(try Self.told(Self.comments(texts)) == ["abc +0", "小明小美 +0", "z +0"])
        #expect(try Self.told(Self.comments(texts, limit: 15)) == ["abc +0", "小明小美 +0", "+1"])
        #expect(try Self.told(Self.comments(texts, limit: 14)) == ["abc +0", "小明小 +3", "z +0"])
        #expect(try Self.told(Self.comments(texts, limit: 10)) == ["abc +0", "小明 +6", "z +0"])
        #expect(try Self.told(Self.comments(texts, limit: 3)) == ["abc +0", "+2"])
        #expect(try Self.told(Self.comments(texts, limit: 0)) == ["+3"])
        #expect(try Self.told(Self.comments(texts).limited(to: 10)) == ["abc +0", "小明 +6", "z +0"])
        #expect(try Self.told(Self.comments(texts, limit: 10).limited(to: 7)) == ["abc +0", "小 +9", "z +0"])
        #expect(try Self.told(Self.comments(texts, limit: 3).limited(to: 2)) == ["ab +1", "+2"])
    }

    @Test("a whole option of text, and more comments than anybody writes")
    func many() throws {
        let long = try Self.comments([String(repeating: "长", count: 21_845)])
        #expect(long.kept.map(\.octets.count) == [8190] && long.kept.map(\.octetsLeftOut) == [57_345])
        let many = try Self.comments((0..<100).map { "\($0)" })
        #expect(many.kept.map(\.text) == (0..<16).map { "\($0)" } && many.leftOut == 84)
        #expect(try Self.comments(Array(repeating: "", count: 100)).leftOut == 84)
        #expect(try Self.comments([]).isEmpty)
    }

    @Test("octets that are no UTF-8 are kept as they are, NULs at the end are not; a cut never runs away")
    func octets() throws {
        var reader = try CaptureReader(
            bytes: Self.capture([[0x61, 0xff, 0x62], [0x61, 0, 0x62, 0, 0], Array(repeating: 0x80, count: 9)]))
        var packet = CapturedPacket()
        let isThere = try reader.next(&packet)
        try #require(isThere)
        let comments = reader.comments(of: packet)
        #expect(comments.kept.prefix(2).map(\.text) == ["a\u{fffd}b", "a\0b"])
        #expect(comments.kept.map(\.octets.count) == [3, 3, 9])
        #expect(comments.limited(to: 12).kept.map(\.octets.count) == [3, 3, 3])
    }

    @Test("a packet that is fetched again has them too, in memory and through a window")
    func fetched() throws {
        var file = CaptureBytes()
        file.section()
        file.interface()
        for number in 0..<20_000 {
            file.enhancedPacket([1, 2, 3], options: [(2, [1, 0, 0, 0]), (1, Array("number \(number)".utf8))])
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "many.pcapng").path(percentEncoded: false)
        try Data(file.bytes).write(to: URL(filePath: path))
        for fromFile in [false, true] {
            var reader = try fromFile ? CaptureReader(path: path) : CaptureReader(bytes: file.bytes)
            var places: [Int] = []
            var packet = CapturedPacket()
            while try reader.next(&packet) { places.append(packet.blockOffset) }
            for number in [0, 19_999, 7, 12_345] {
                let isThere = try reader.fetch(at: places[number], &packet)
                #expect(isThere)
                #expect(reader.fetchedComments(of: packet).kept.map(\.text) == ["number \(number)"])
            }
        }
    }
}
