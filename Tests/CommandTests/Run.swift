import Foundation
import Synchronization

/// One run of the built `tcplens`: what it wrote and how it ended.
///
/// The environment holds nothing but what a test sets, `PATH`, and `TZ=UTC`: no locale, no terminal.
struct Run {
    let status: Int32
    let out: String
    let err: String

    /// Lines of standard output.
    var lines: [Substring] { out.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }

    enum Problem: Error {
        case noBinary([String])
        /// It did not end in time and was killed.
        case timedOut([String])
    }

    /// Runs `tcplens` with these arguments.
    init(
        _ arguments: String..., environment: [String: String] = [:], input: [UInt8]? = nil, seconds: Double = 60
    ) async throws {
        try await self.init(arguments, environment: environment, input: input, seconds: seconds)
    }

    init(
        _ arguments: [String], environment: [String: String] = [:], input: [UInt8]? = nil, seconds: Double = 60
    ) async throws {
        let binary = try Self.binary()
        try await self.init(
            executable: binary, arguments, environment: environment, input: input, seconds: seconds)
    }

    /// Runs a shell command in which `$TCPLENS` is the binary.
    init(shell: String, environment: [String: String] = [:], seconds: Double = 60) async throws {
        var environment = environment
        environment["TCPLENS"] = try Self.binary().path(percentEncoded: false)
        try await self.init(
            executable: URL(filePath: "/bin/sh"), ["-c", shell], environment: environment, input: nil, seconds: seconds)
    }

    private init(
        executable: URL, _ arguments: [String], environment: [String: String], input: [UInt8]?, seconds: Double
    ) async throws {
        // Files, not pipes: they take any amount without anybody reading.
        let folder = try ScratchFolder()
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        process.environment = ["PATH": path, "TZ": "UTC"].merging(environment) { $1 }
        let outPath = try folder.write([], to: "out")
        let errPath = try folder.write([], to: "err")
        let inPath = try folder.write(input ?? [], to: "in")
        let files = [
            try FileHandle(forReadingFrom: URL(filePath: inPath)), try FileHandle(forWritingTo: URL(filePath: outPath)),
            try FileHandle(forWritingTo: URL(filePath: errPath)),
        ]
        (process.standardInput, process.standardOutput, process.standardError) = (files[0], files[1], files[2])
        let isLate = Mutex(false)
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in done.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                done.resume(throwing: error)
                return
            }
            // The program has its own. The process is kept for as long as it might have to be killed, and with thousands of
            // runs the open files would be more than Foundation can wait for.
            for file in files { try? file.close() }
            let number = process.processIdentifier
            DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
                guard process.isRunning, process.processIdentifier == number else { return }
                isLate.withLock { $0 = true }
                // Foundation makes each process the first of a group of its own: what a shell started goes with it.
                kill(-number, SIGKILL)
            }
        }
        if isLate.withLock({ $0 }) { throw Problem.timedOut(arguments) }
        status = process.terminationStatus
        out = String(decoding: try Data(contentsOf: URL(filePath: outPath)), as: UTF8.self)
        err = String(decoding: try Data(contentsOf: URL(filePath: errPath)), as: UTF8.self)
    }

    /// The binary is built beside the tests.
    static func binary() throws -> URL {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folders = [
            URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent(),
            Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent(),
            package.appending(path: ".build/debug"),
        ]
        let candidates = folders.map { $0.appending(path: "tcplens") }
        let found = candidates.first { url in
            var isDirectory: ObjCBool = false
            let path = url.path(percentEncoded: false)
            return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
                && FileManager.default.isExecutableFile(atPath: path)
        }
        guard let found else { throw Problem.noBinary(candidates.map { $0.path(percentEncoded: false) }) }
        return found.resolvingSymlinksInPath()
    }
}

/// A folder of its own for one test, gone with its last reference.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "tcplens-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path(percentEncoded: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }

    /// Writes a file and gives its path.
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: path(name)))
        return path(name)
    }
}

/// What a test may need. Where it is missing the test is skipped, except under TCPLENS_REQUIRE_ALL=1: there it runs, and
/// fails.
enum Needs {
    static let requiresAll = ProcessInfo.processInfo.environment["TCPLENS_REQUIRE_ALL"] == "1"

    static func tool(_ name: String) -> Bool {
        requiresAll || ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].contains { access($0 + name, X_OK) == 0 }
    }

    static var root: Bool { requiresAll || geteuid() == 0 }

    /// Real captures, in a folder that is not part of the repository.
    static let sharedFolder: String = {
        if let folder = ProcessInfo.processInfo.environment["TCPLENS_SHARED"] { return folder }
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appending(path: "shared").path(percentEncoded: false)
    }()

    static var sharedCaptures: [String] {
        let folder = sharedFolder + "/captures"
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.contains(".pcap") }.sorted().map { folder + "/" + $0 }
    }

    static var shared: Bool { requiresAll || !sharedCaptures.isEmpty }
}
