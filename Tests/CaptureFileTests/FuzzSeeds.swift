import Foundation
import Testing

/// Not a test of anything: writes the files that fuzzing starts from to the directory named by `TCPLENS_FUZZ_SEEDS`.
@Test(.enabled(if: seedDirectory != nil, "TCPLENS_FUZZ_SEEDS names no directory"))
func seedsForFuzzing() throws {
    let directory = URL(fileURLWithPath: try #require(seedDirectory))
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for sample in Sample.allCases {
        try Data(sample.bytes).write(to: directory.appendingPathComponent("\(sample)"))
        try Data(gzip(sample.bytes)).write(to: directory.appendingPathComponent("\(sample).gz"))
    }
}

private let seedDirectory = ProcessInfo.processInfo.environment["TCPLENS_FUZZ_SEEDS"]
