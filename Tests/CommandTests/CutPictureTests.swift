import Foundation
import Testing

/// A picture has room for so many segments; what it tells of the connection is of all of them.
@Suite("a picture that is cut") struct CutPictureTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func long(_ segments: Int) throws -> String {
        try Exchange.capture(Exchange.long(segments: segments), in: folder)
    }

    @Test("from a file and from a pipe the same: the whole connection's end, and how much is left out")
    func sameFromPipe() async throws {
        let path = try long(1007)
        let file = try await Run("flow", "--json", "--limit", "1000", path)
        let pipe = try await Run(shell: "\"$TCPLENS\" flow --json --limit 1000 - < '\(path)'")
        #expect(file.out == pipe.out)
        #expect(file.status == 0 && pipe.status == 0)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(file.out.utf8)) as? [String: Any])
        let connection = try #require(document["connection"] as? [String: Any])
        #expect(document["leftOut"] as? Int == 7)
        #expect((document["segments"] as? [Any])?.count == 1000)
        #expect(connection["ending"] as? String == "closed" && connection["endedBy"] as? String == "client")
        #expect((connection["fromClient"] as? [String: Any])?["bytes"] as? Int == 1001)
        let list = try await Run("connections", "--json", path)
        let listed = try JSONSerialization.jsonObject(with: Data(list.out.utf8)) as? [String: Any]
        #expect(listed.map { $0 as NSDictionary } == connection as NSDictionary)
    }

    @Test("a compressed file, which is read once more from its start, is cut at the same place")
    func sameFromCompressed() async throws {
        let path = try long(107)
        let compressed = try await Run(shell: "gzip -k '\(path)' && \"$TCPLENS\" flow --limit 100 '\(path).gz'")
        let plain = try await Run("flow", "--limit", "100", path)
        #expect(compressed.out == plain.out && compressed.err == plain.err)
        #expect(plain.lines.count { $0.contains("#") } == 100)
    }

    @Test("under the picture, in both languages", arguments: [("en", "The last 7 segments"), ("zh", "最后 7 个报文段未画出")])
    func summary(language: String, words: String) async throws {
        let run = try await Run("flow", try long(107), "--limit", "100", "--lang", language)
        #expect(run.lines.suffix(8).joined().contains(words))
        #expect(run.lines.suffix(8).joined().contains(language == "en" ? "Closed by FINs" : "FIN"))
        #expect(run.err.contains("7") && run.err.contains("--limit 107"))
    }

    @Test("of all connections on one axis the first segments, and how many are not drawn")
    func hosts() async throws {
        let path = try Exchange.three(in: folder)
        let whole = try await Run("flow", "--hosts", path)
        let cut = try await Run("flow", "--hosts", "--limit", "3", path)
        #expect(whole.err == "" && whole.status == 0 && cut.status == 0)
        func segments(_ run: Run) -> Int { run.lines.count { $0.contains("#") } }
        #expect(segments(cut) == 3)
        let left = segments(whole) - 3
        #expect(
            cut.err
                == "tcplens: only the first 3 segments are drawn; \(left) more are in the file; --limit \(left + 3) draws all\n"
        )
    }

    @Test("unasked, text is whole where a picture for a browser is cut at 20,000 segments")
    func unasked() async throws {
        let path = try long(20_007)
        let text = try await Run("flow", path, "--all")
        #expect(text.err == "" && text.lines.count > 20_007)
        let picture = try await Run("flow", path, "--format", "svg", "--lang", "en")
        #expect(
            picture.err
                == "tcplens: only the first 20000 segments are drawn; 7 more are in the file; --limit 20007 draws all\n"
        )
        #expect(picture.out.contains("id=\"seg-20000\"") && !picture.out.contains("id=\"seg-20001\""))
    }
}
