import Foundation
import Testing

/// A file that was named to keep packets in, and cannot: the page is shown, why is said, and nothing half is left.
@Suite("files that are written")
struct WritingTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    static let hosts = Needs.root ? ["stack", "kernel", "loopback"] : ["stack"]

    private func demo(_ host: String, _ path: String, _ language: String = "en") async throws -> Run {
        try await Run(
            "demo", "--on", host, "-w", path, "--lang", language, "--port", "\(freePort())",
            environment: ["LANG": "C.UTF-8"])
    }

    /// All of the page, and nothing that presumes a file.
    private func expectPage(_ run: Run, _ path: String, _ host: String) {
        #expect(run.status == 4)
        #expect(run.lines.contains { $0.hasPrefix("6. ") }, "\(run.out)")
        #expect(!run.out.contains(path))
        #expect(run.out.contains("tcplens demo \(host == "stack" ? "--on stack " : "")-w hello.pcapng"))
    }

    @Test("a directory", arguments: hosts)
    func directory(host: String) async throws {
        for path in [folder.path, folder.path + "/"] {
            let run = try await demo(host, path)
            expectPage(run, folder.path, host)
            #expect(
                run.err == """
                    tcplens: \(path): is a directory; -w needs a file's name
                      try:  -w \(folder.path)/hello.pcapng

                    """)
        }
        let chinese = try await demo(host, folder.path, "zh")
        #expect(chinese.err.hasPrefix("tcplens：\(folder.path)：这是目录，-w 需要文件名\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test("no such directory, or a file in its place", arguments: hosts)
    func missing(host: String) async throws {
        let file = try folder.write([1], to: "file")
        for parent in [folder.path("nowhere"), file] {
            let run = try await demo(host, parent + "/hello.pcapng")
            expectPage(run, parent, host)
            #expect(run.err.hasPrefix("tcplens: \(parent)/hello.pcapng: there is no directory \(parent)"))
            #expect(run.err.contains("\n  make it:  mkdir -p \(parent)"))
        }
    }

    @Test("a full device", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")), arguments: hosts)
    func fullDevice(host: String) async throws {
        let run = try await demo(host, "/dev/full")
        expectPage(run, "/dev/full", host)
        #expect(run.err == "tcplens: /dev/full: no space left on the disk\n  look:  df -h\n")
    }

    @Test(
        "a full disk: a new file is gone again, one that was there stays",
        .enabled(if: Needs.namespaces, "needs root and unshare"), arguments: ["stack", "kernel"])
    func fullDisk(host: String) async throws {
        let run = try await Run(
            shell: """
                exec unshare -m sh -c '
                    mount -t tmpfs -o size=4k none "\(folder.path)" && cd "\(folder.path)" && echo full > full && : > old.pcapng
                    for file in new.pcapng old.pcapng; do
                        "$TCPLENS" demo --on \(host) --lang en -w $file | grep -c "^6\\. "
                    done
                    ls'
                """)
        #expect(run.out == "1\n1\nfull\nold.pcapng\n")
        #expect(
            run.err
                == ["new", "old"].map { "tcplens: \($0).pcapng: no space left on the disk\n  look:  df -h\n" }.joined())
    }

    @Test(
        "where an ordinary user may not write", .enabled(if: Needs.namespaces, "needs root, unshare and setpriv"),
        arguments: [("en", "not allowed to write there"), ("zh", "没有写入权限")])
    func forbidden(language: String, words: String) async throws {
        let run = try await Run(
            namespace: "$AS_USER \"$PUBLIC\" demo --on stack -w '\(folder.path)/hello.pcapng' --lang \(language)")
        #expect(run.status == 4)
        #expect(run.lines.contains { $0.hasPrefix("6. ") })
        let colon = language == "zh" ? "：" : ": "
        #expect(run.err.hasPrefix("tcplens\(colon)\(folder.path)/hello.pcapng\(colon)\(words)\n"))
    }

    @Test("into a pipe: the packets alone, whole", arguments: hosts)
    func pipe(host: String) async throws {
        let run = try await Run(
            shell: "\"$TCPLENS\" demo --on \(host) -w - | \"$TCPLENS\" connections - --format tsv")
        #expect(run.status == 0 && run.err == "")
        #expect(run.lines.count == 2)
        #expect(try await Run(shell: "\"$TCPLENS\" demo --on \(host) -w - > /dev/full").status == 4)
        #expect(try await Run("demo", "--on", host, "-w", "-", "--json").status == 2)
    }
}
