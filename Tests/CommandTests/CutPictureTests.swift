import Foundation
import Testing

/// A picture has room for 100,000 segments; what it tells of the connection is of all of them.
@Suite("a picture that is cut") struct CutPictureTests {
    private let folder: ScratchFolder
    private let path: String

    init() throws {
        folder = try ScratchFolder()
        path = try Exchange.capture(Exchange.long(segments: 100_007), in: folder)
    }

    @Test("from a file and from a pipe the same: the whole connection's end, and how much is left out")
    func sameFromPipe() async throws {
        let file = try await Run("flow", "--json", path)
        let pipe = try await Run(shell: "\"$TCPLENS\" flow --json - < '\(path)'")
        #expect(file.out == pipe.out)
        #expect(file.status == 0 && pipe.status == 0)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(file.out.utf8)) as? [String: Any])
        let connection = try #require(document["connection"] as? [String: Any])
        #expect(document["leftOut"] as? Int == 7)
        #expect((document["segments"] as? [Any])?.count == 100_000)
        #expect(connection["ending"] as? String == "closed" && connection["endedBy"] as? String == "client")
        #expect((connection["fromClient"] as? [String: Any])?["bytes"] as? Int == 100_001)
        let list = try await Run("connections", "--json", path)
        let listed = try JSONSerialization.jsonObject(with: Data(list.out.utf8)) as? [String: Any]
        #expect(listed.map { $0 as NSDictionary } == connection as NSDictionary)
    }

    @Test("under the picture, in both languages", arguments: [("en", "The last 7 segments"), ("zh", "最后 7 个报文段未画出")])
    func summary(language: String, words: String) async throws {
        let run = try await Run("flow", path, "--lang", language)
        #expect(run.lines.suffix(8).joined().contains(words))
        #expect(run.lines.suffix(8).joined().contains(language == "en" ? "Closed by FINs" : "FIN"))
        #expect(run.err.contains("7"))
    }
}
