import Foundation
import Testing

/// Writes the files that fuzzing starts from to the directory named by `TCPLENS_FUZZ_SEEDS`, else to one that is removed.
@Test("the fuzzer's first files can be made of every sample, packed and not")
func seedsForFuzzing() throws {
    let named = ProcessInfo.processInfo.environment["TCPLENS_FUZZ_SEEDS"].map { URL(fileURLWithPath: $0) }
    let directory = named ?? FileManager.default.temporaryDirectory.appendingPathComponent("tcplens-seeds-\(UUID())")
    defer { if named == nil { try? FileManager.default.removeItem(at: directory) } }
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for sample in Sample.allCases {
        try Data(sample.bytes).write(to: directory.appendingPathComponent("\(sample)"))
        try Data(gzip(sample.bytes)).write(to: directory.appendingPathComponent("\(sample).gz"))
    }
    let written = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(written.count >= Sample.allCases.count * 2)
}
