import Foundation
import Testing

/// `tcplens demo --wire` as an ordinary user: a device node that everybody may open, and namespaces of the user's own.
@Suite("tcplens demo --wire", .serialized, .enabled(if: Needs.namespaces, "needs root, unshare, ip and setpriv"))
struct WireDemoTests {
    /// Runs it as nobody, with a node of its own in the device's place.
    private func run(_ options: String, mode: String = "0666", _ language: String = "en") async throws -> Run {
        let folder = try ScratchFolder()
        return try await Run(
            shell: """
                mknod '\(folder.path("tun"))' c 10 200 && chmod \(mode) '\(folder.path("tun"))' || exit 99
                exec unshare -m sh -c "mount --bind '\(folder.path("tun"))' /dev/net/tun && exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$TCPLENS\" demo --lang \(language) \(options)"
                """)
    }

    @Test("every state is the kernel's, and the page says where it was", arguments: ["en", "zh"])
    func states(language: String) async throws {
        let run = try await run("--wire --json", language)
        let document = try DemoDocument(run.out)
        let paths = try #require(document.story?.paths)
        #expect(
            paths["client"]?.map(\.state) == ["CLOSED", "SYN-SENT", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"])
        #expect(
            paths["server"]?.map(\.state) == [
                "LISTEN", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
            ])
        #expect(paths.values.joined().allSatisfy { $0.provenance == "kernel" })
        let page = try await self.run("--wire --width 80", language)
        #expect(page.status == 0 && page.err.isEmpty, "\(page.err)")
        #expect(page.out.contains(language == "en" ? "two kernels on a wire" : "两个内核协议栈"))
        #expect(!page.out.contains("S?") && !page.out.contains("R?"))
    }

    @Test("the third segment is lost: the client's data completes the handshake; kept silent, a challenge ACK does")
    func thirdSegmentLost() async throws {
        func picture(_ options: String) async throws -> [Substring] {
            let run = try await run("\(options) --width 90")
            #expect(run.status == 0, "\(run.err)")
            return run.lines.filter { $0.contains(" #") && $0.contains("seq=") }
        }
        let saved = try await picture("--do 'drop C:ACK#1'")
        #expect(saved[2].contains("lost on the way") && saved[3].contains("E*"))
        let repaired = try await picture("--do 'drop C:ACK#1' --do 'wait C 2s'")
        #expect(
            repaired[3].contains("again #2 RTO") && repaired[4].contains("challenge ACK") && repaired[4].contains("E*"))
    }

    @Test("a segment that never was is told of")
    func unmatched() async throws {
        let run = try await run("--lose 99")
        #expect(run.status == 0 && run.out.contains("#99: no such segment was sent"))
    }

    @Test("where the device may not be opened: why, and what else there is", arguments: ["en", "zh"])
    func refused(language: String) async throws {
        let run = try await run("--wire", mode: "0600", language)
        #expect(run.status == 3)
        #expect(run.err.contains("open") && run.err.contains("--on stack"), "\(run.err)")
    }

    @Test("words that say nothing are refused with those that do", arguments: ["drop", "hold C:ACK#1", "lose #4"])
    func nonsense(words: String) async throws {
        let run = try await Run("demo", "--do", words, "--lang", "en")
        #expect(run.status == 2 && run.err.contains("'drop SEGMENT'"))
    }
}
