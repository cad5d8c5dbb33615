import Foundation
import Passes
import Stories
import Testing
import Tracking
import Transcripts

/// Our labels beside tshark's `tcp.analysis` over every shared capture.
struct LabelOracle {
    /// One frame of which only one of the two says this.
    struct Difference: Hashable, Comparable, CustomStringConvertible {
        var capture: String
        var frame: Int
        /// As tshark calls it, without `tcp.analysis.`.
        var label: String
        /// Whether it is tshark that says so.
        var isTheirs: Bool

        var description: String { "\(capture) \(frame) \(label) \(isTheirs ? "only tshark" : "only here")" }

        static func < (left: Difference, right: Difference) -> Bool {
            (left.capture, left.label, left.frame) < (right.capture, right.label, right.frame)
        }
    }

    struct Tally {
        /// Frames of which both say it, and of which at least one does.
        var agree = 0
        var of = 0
    }

    /// What tshark calls each of our labels. Those without a counterpart there are not compared.
    static func counterpart(_ label: SegmentLabel) -> String? {
        switch label {
        case .reordered: "out_of_order"
        case .captureGap, .missingBefore: "lost_segment"
        case .ackedUnseen: "ack_lost_segment"
        case .duplicateACK, .duplicateSACK, .answersDuplicate, .challengeACK: "duplicate_ack"
        case .keepAlive: "keep_alive"
        case .keepAliveAnswer: "keep_alive_ack"
        case .zeroWindow: "zero_window"
        case .windowUpdate: "window_update"
        case .windowFull: "window_full"
        // Nothing was lost where somebody refuses.
        case .refusedRetry: nil
        default: label.isRepetition ? "retransmission" : nil
        }
    }

    private(set) var tallies: [String: Tally] = [:]
    private(set) var differences: [Difference] = []
    private(set) var segments = 0

    init() throws {
        let theirs = try Self.theirs()
        for path in SharedCaptures.paths {
            let name = SharedCaptures.name(path)
            let analysis = try SharedCaptures.analysis(path)
            for number in 1...max(1, analysis.connections.count) {
                guard let story = analysis.stored(number).flatMap({ ConnectionStory($0) }) else { continue }
                for step in story.steps { compare(name, step, theirs[name]?[step.segment.number]) }
            }
        }
        differences.sort()
    }

    private mutating func compare(_ capture: String, _ step: ConnectionStory.Step, _ theirs: Set<String>?) {
        // tshark shows a segment in fragments in another frame.
        guard let theirs else { return }
        segments += 1
        var ours = Set(step.labels.compactMap { Self.counterpart($0.label) })
        if step.has(.fastRetransmission) { ours.insert("fast_retransmission") }
        for label in ours.union(theirs) {
            tallies[label, default: Tally()].of += 1
            if ours.contains(label), theirs.contains(label) {
                tallies[label, default: Tally()].agree += 1
            } else {
                differences.append(
                    Difference(
                        capture: capture, frame: step.segment.number, label: label, isTheirs: theirs.contains(label)))
            }
        }
    }

    /// tshark's labels by capture and frame.
    private static func theirs() throws -> [String: [Int: Set<String>]] {
        let file = SharedCaptures.root.appending(path: "oracles/tshark-segments.tsv")
        var labels: [String: [Int: Set<String>]] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            let frame = try #require(Int(fields[1]))
            labels[String(fields[0]), default: [:]][frame] = Set(fields[9].split(separator: ",").map(String.init))
        }
        return labels
    }

    /// What `script/oracle` reads: a line for each kind, and one for all frames on which nothing differs.
    var lines: [String] {
        let differing = Set(differences.map { "\($0.capture) \($0.frame)" }).count
        return tallies.sorted { $0.key < $1.key }
            .map { "oracle: tshark \($0.key) agree=\($0.value.agree) of=\($0.value.of)" }
            + ["oracle: tshark segments agree=\(segments - differing) of=\(segments)"]
    }
}
