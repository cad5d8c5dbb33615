import Foundation
import Testing

/// Writes the files that fuzzing starts from to the directory named by `TCPLENS_FUZZ_SEEDS`, else to one that is removed.
@Test("the fuzzer's first files, of every sample, packed and not, are read as the samples are")
func seedsForFuzzing() throws {
    let named = ProcessInfo.processInfo.environment["TCPLENS_FUZZ_SEEDS"].map { URL(fileURLWithPath: $0) }
    let directory = named ?? FileManager.default.temporaryDirectory.appendingPathComponent("tcplens-seeds-\(UUID())")
    defer { if named == nil { try? FileManager.default.removeItem(at: directory) } }
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for sample in Sample.allCases {
        try Data(sample.bytes).write(to: directory.appendingPathComponent("\(sample)"))
        try Data(gzip(sample.bytes)).write(to: directory.appendingPathComponent("\(sample).gz"))
    }
    for sample in Sample.allCases {
        let expected = try ReadCapture(sample.bytes)
        #expect(!expected.packets.isEmpty)
        for name in ["\(sample)", "\(sample).gz"] {
            #expect(try ReadCapture(path: directory.appendingPathComponent(name).path) == expected, "\(name)")
        }
    }
}
