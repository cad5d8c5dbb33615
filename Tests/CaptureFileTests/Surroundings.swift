import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Whether a test that lacks a tool or file must fail instead of skip.
let requiresAll = ProcessInfo.processInfo.environment["TCPLENS_REQUIRE_ALL"] == "1"

/// The captures that several projects' tests share; not part of this repository.
let sharedDirectory: String = {
    if let path = ProcessInfo.processInfo.environment["TCPLENS_SHARED"] { return path }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return root.appendingPathComponent("../shared").standardized.path
}()

let sharedCaptures: [String] = {
    let folder = sharedDirectory + "/captures"
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }.sorted().map { folder + "/" + $0 }
}()

func isInstalled(_ tool: String) -> Bool {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
}

/// What `arguments`, a program found in PATH and its arguments, writes to standard output.
func output(of arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
}

func withDirectory(_ body: (String) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("capture-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(url.path)
}

/// Runs `body` with this thread's file accesses those of nobody, if they are root's.
func withoutPrivilege(_ body: () throws -> Void) throws {
    #if canImport(Glibc)
        let isRoot = geteuid() == 0
        if isRoot { _ = setFileUser(65534) }
        defer { if isRoot { _ = setFileUser(0) } }
    #endif
    try body()
}

#if canImport(Glibc)
    // Swift's Glibc module leaves <sys/fsuid.h> out. Unlike seteuid it is of one thread.
    @_silgen_name("setfsuid") private func setFileUser(_ user: uid_t) -> CInt
#endif
