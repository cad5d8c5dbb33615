import Foundation
import Passes
import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

/// Every shared capture beside tshark's reading of it. Where the two differ, the difference is listed with its reason, and
/// a difference that goes away fails too.
@Suite(.enabled(if: !SharedCaptures.paths.isEmpty || SharedCaptures.requiresAll, "../shared/captures is not there"))
struct TsharkTests {
    /// A segment's place: which connection, in the order of first segments, and from which of its ports.
    private struct Place: Hashable {
        var stream: Int
        var port: Int
    }

    private struct Difference {
        /// Frames that are a segment only here, and only there.
        var frames: (ours: Int, theirs: Int)
        /// By how many segments the totals of connections' directions differ.
        var segments: Int
        var why: String
    }

    private static let differences: [String: Difference] = [
        "gtp1_gn_normal_incl_fragmentation.pcap": Difference(
            frames: (4, 0), segments: 4,
            why:
                "four outer packets lack their last fragments; the first has the TCP header, and tshark shows nothing of it"
        ),
        "smtp.pcap": Difference(
            frames: (0, 4), segments: 4, why: "tshark counts segments quoted in ICMP errors as if they had been sent"),
    ]

    @Test func connectionsAndTheirSegments() throws {
        #expect(!SharedCaptures.paths.isEmpty)
        let expected = try Self.oracle()
        for path in SharedCaptures.paths {
            let name = SharedCaptures.name(path)
            let analysis = try SharedCaptures.analysis(path)
            var ours: [Int: Place] = [:]
            for stream in 0..<analysis.count {
                for segment in analysis.stored(stream + 1)?.segments ?? [] {
                    ours[segment.number] = Place(stream: stream, port: Int(segment.header.sourcePort))
                }
            }
            let theirs = expected[name, default: [:]]
            let difference = Self.differences[name]
            let onlyOurs = ours.filter { theirs[$0.key] != $0.value }
            let onlyTheirs = theirs.filter { ours[$0.key] != $0.value }
            #expect(onlyOurs.count == difference?.frames.ours ?? 0, "\(name): \(onlyOurs.keys.sorted())")
            #expect(onlyTheirs.count == difference?.frames.theirs ?? 0, "\(name): \(onlyTheirs.keys.sorted())")
            #expect(analysis.connections.count == Set(theirs.values.map(\.stream)).count, "\(name)")
            #expect(Self.distance(ours, theirs) == difference?.segments ?? 0, "\(name)")
        }
    }

    /// Segments by which the totals of each connection's directions differ.
    private static func distance(_ ours: [Int: Place], _ theirs: [Int: Place]) -> Int {
        var totals: [Place: Int] = [:]
        for place in ours.values { totals[place, default: 0] += 1 }
        for place in theirs.values { totals[place, default: 0] -= 1 }
        return totals.values.map(abs).reduce(0, +)
    }

    private static func oracle() throws -> [String: [Int: Place]] {
        let file = SharedCaptures.root.appending(path: "oracles/tshark-segments.tsv")
        var places: [String: [Int: Place]] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            let frame = try #require(Int(fields[1]))
            places[String(fields[0]), default: [:]][frame] = Place(
                stream: try #require(Int(fields[2])), port: try #require(Int(fields[3])))
        }
        return places
    }

    @Test(.enabled(if: SharedCaptures.hasTshark || SharedCaptures.requiresAll, "tshark is not installed"))
    func relativeNumbers() throws {
        var refusals = 0
        var compared = 0
        for path in SharedCaptures.paths {
            let name = SharedCaptures.name(path)
            let theirs = try Self.numbers(path)
            let analysis = try SharedCaptures.analysis(path)
            for number in 1...max(1, analysis.connections.count) {
                guard let story = analysis.stored(number).flatMap({ ConnectionStory($0) }) else { continue }
                for step in story.steps {
                    guard let fields = theirs[step.segment.number] else { continue }
                    let (sequence, acknowledgment) = (step.sequence, step.acknowledgment?.value ?? 0)
                    let length = step.segment.header.payloadLength
                    compared += 1
                    if sequence.base == .none {
                        // An end that refuses has no numbers: what tshark shows as 1 is 0, and relative to nothing.
                        #expect(sequence.raw == 0 && step.has(.refused) && fields.sequence == 1)
                        refusals += 1
                    } else {
                        #expect(sequence.value == fields.sequence, "\(name) \(step.segment.number)")
                    }
                    #expect(acknowledgment == fields.acknowledgment, "\(name) \(step.segment.number)")
                    // Of a frame cut off behind the header tshark says no length; the IP header does.
                    #expect(length == fields.length ?? length, "\(name) \(step.segment.number)")
                }
            }
        }
        #expect(refusals == 4)
        #expect(compared > 17_000)
    }

    private struct Numbers {
        var sequence: UInt32
        var acknowledgment: UInt32
        var length: UInt32?
    }

    private static func numbers(_ path: String) throws -> [Int: Numbers] {
        let lines = try SharedCaptures.output(
            of: "tshark", "-n", "-r", path, "-Y", "tcp", "-T", "fields", "-e", "frame.number", "-e", "tcp.seq", "-e",
            "tcp.ack", "-e", "tcp.len")
        var numbers: [Int: Numbers] = [:]
        for line in lines.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            // A frame with a segment inside an ICMP error has two values in each field.
            guard fields.count == 4, let frame = Int(fields[0]), let sequence = UInt32(fields[1]) else { continue }
            numbers[frame] = Numbers(
                sequence: sequence, acknowledgment: UInt32(fields[2]) ?? 0, length: UInt32(fields[3]))
        }
        return numbers
    }
}
