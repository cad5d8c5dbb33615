import CaptureFile
import Foundation
import Passes
import TCPWire

/// Real captures with what tshark says of them: beside a clone of the project, or where `TCPLENS_SHARED` says.
package enum SharedCaptures {
    package static let requiresAll = ProcessInfo.processInfo.environment["TCPLENS_REQUIRE_ALL"] == "1"

    package static let root: URL =
        ProcessInfo.processInfo.environment["TCPLENS_SHARED"].map { URL(fileURLWithPath: $0) }
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")

    /// Paths of all captures, in order of their names.
    package static let paths: [String] = ["captures/teaching", "captures/zeek"].flatMap { folder -> [String] in
        let directory = root.appending(path: folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }.sorted()
            .map { directory.appending(path: $0).path }
    }

    /// Paths of the captures that were made after public bug reports, in order of their names.
    package static let cases: [String] = {
        let directory = root.appending(path: "cases")
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }.sorted()
            .map { directory.appending(path: $0).path }
    }()

    package static func name(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }

    /// A capture, read whole, every segment kept.
    package static func analysis(_ path: String) throws -> CaptureAnalysis {
        var reader = try CaptureReader(path: path)
        var analysis = CaptureAnalysis(keeping: .all(limit: .max))
        try analysis.read(&reader)
        analysis.settle()
        return analysis
    }

    /// The same; `nil` where it holds nothing, as one of the cases does on purpose.
    package static func filled(_ path: String) throws -> CaptureAnalysis? {
        do { return try analysis(path) } catch CaptureError.empty { return nil }
    }

    /// What a program prints.
    package static func output(of arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    package static let hasTshark = (try? output(of: "tshark", "--version").isEmpty) == false
}
