import Foundation
import Testing
import Transcripts

/// Where our labels and tshark's differ, they do so on purpose: each case is named with its reason, and a difference that
/// goes away fails as one that appears.
@Suite(.enabled(if: !SharedCaptures.paths.isEmpty || SharedCaptures.requiresAll, "../shared/captures is not there"))
struct LabelOracleTests {
    @Test func labels() throws {
        let oracle = try LabelOracle()
        for line in oracle.lines { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
        let named = Set(DeliberateDifference.all.flatMap(\.differences))
        let found = Set(oracle.differences)
        #expect(found.subtracting(named).sorted() == [], "differences without a reason")
        #expect(named.subtracting(found).sorted() == [], "reasons without a difference")
        #expect(DeliberateDifference.all.flatMap(\.differences).count == named.count, "a difference with two reasons")
        #expect(oracle.segments > 17_000)
    }
}

/// Frames of one capture on which tshark and we differ, and why.
struct DeliberateDifference {
    let capture: String
    let label: String
    let frames: [Int]
    /// Whether it is tshark that says so, and not we.
    let isTheirs: Bool
    let why: String

    init(_ capture: String, _ label: String, theirs frames: [Int], _ why: String) {
        (self.capture, self.label, self.frames, isTheirs, self.why) = (capture, label, frames, true, why)
    }

    init(_ capture: String, _ label: String, ours frames: [Int], _ why: String) {
        (self.capture, self.label, self.frames, isTheirs, self.why) = (capture, label, frames, false, why)
    }

    var differences: [LabelOracle.Difference] {
        frames.map { LabelOracle.Difference(capture: capture, frame: $0, label: label, isTheirs: isTheirs) }
    }
}
