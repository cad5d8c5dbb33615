import CaptureFile
import TCPState
import TCPWire
import Tracking

/// What stands in a capture and did not happen so on the wire, or happened to a copy: found before anything is concluded
/// from the segments.
struct CaptureArtefacts {
    /// What kind of artefact a segment is.
    enum Kind {
        /// Its checksum is wrong, and its receiver dropped it.
        case corrupt
        /// The same packet as the one at `original`, seen again.
        case duplicate(original: Int)
    }

    /// By segment, as handed in; `nil` for what really happened.
    private(set) var kinds: [Kind?]
    /// Segments whose checksum was left for the network card to fill in.
    private(set) var unfilled: [Bool]

    private let facts: [SegmentFacts]
    private let segments: [StoredSegment]

    init(_ segments: [StoredSegment], _ facts: [SegmentFacts]) {
        self.segments = segments
        self.facts = facts
        kinds = Array(repeating: nil, count: facts.count)
        unfilled = facts.map { fact in
            switch fact.checksum {
            case .partial, .zero: true
            default: false
            }
        }
        findCorrupt()
        findDuplicates()
    }

    // MARK: Checksums

    private mutating func findCorrupt() {
        for side in 0...1 {
            var verified = 0
            var wrong: [Int] = []
            for (index, fact) in facts.enumerated() where fact.side == side && fact.checksum != .cannotVerify {
                verified += 1
                if case .wrong = fact.checksum { wrong.append(index) }
            }
            guard !wrong.isEmpty else { continue }
            if wrong.count * 2 >= verified {
                // Nobody's packets are all damaged: the sums were not there yet when the packets were captured, or the
                // capture was changed afterwards.
                for index in wrong { unfilled[index] = true }
            } else {
                markCorrupt(wrong, of: side)
            }
        }
    }

    /// All but those that the other end acknowledged though no other segment began with their number: of these it is the
    /// capture that is damaged.
    private mutating func markCorrupt(_ wrong: [Int], of side: Int) {
        var carriers: [UInt32: Int] = [:]
        var acknowledged: SequenceNumber?
        for fact in facts {
            if fact.side == side {
                if fact.length > 0 { carriers[fact.sequence, default: 0] += 1 }
            } else if fact.isACK {
                let number = SequenceNumber(fact.acknowledgment)
                acknowledged = acknowledged?.later(number) ?? number
            }
        }
        for index in wrong {
            let fact = facts[index]
            let end = SequenceNumber(fact.sequence) + fact.length
            let isOnlyCarrier = fact.length > 0 && carriers[fact.sequence] == 1
            if isOnlyCarrier, let acknowledged, acknowledged.isAtOrAfter(end) { continue }
            kinds[index] = .corrupt
        }
    }

    // MARK: Copies

    private struct Fingerprint: Hashable {
        var side: Int
        var identification: UInt32
        var sequence: UInt32
        var acknowledgment: UInt32
        var length: UInt32
        var flags: TCPFlags
        var checksum: UInt16
    }

    /// A copy without an identification of its own is one only where the capture is known to see packets twice, and this
    /// soon; in nanoseconds.
    private static let copyDelay: Int64 = 500_000

    private mutating func findDuplicates() {
        var first: [Fingerprint: Int] = [:]
        var candidates: [(copy: Int, original: Int)] = []
        var proved = 0
        for (index, fact) in facts.enumerated() where kinds[index] == nil {
            let fingerprint = Fingerprint(
                side: fact.side, identification: fact.identification, sequence: fact.sequence,
                acknowledgment: fact.acknowledgment, length: fact.payloadLength, flags: fact.flags,
                checksum: segments[index].header.checksum)
            guard let original = first[fingerprint] else {
                first[fingerprint] = index
                continue
            }
            guard hasSameOctets(index, original) else { continue }
            if fact.identification != 0 {
                kinds[index] = .duplicate(original: original)
                proved += 1
            } else if fact.time.nanoseconds(since: facts[original].time).magnitude <= Self.copyDelay.magnitude {
                candidates.append((index, original))
            } else {
                first[fingerprint] = index
            }
        }
        guard proved > 0 || candidates.count * 5 >= facts.count * 2 else { return }
        for (copy, original) in candidates { kinds[copy] = .duplicate(original: original) }
    }

    private func hasSameOctets(_ one: Int, _ other: Int) -> Bool {
        let octets = octets(segments[one])
        return !octets.isEmpty && octets == self.octets(segments[other])
    }

    /// The TCP header and what follows it, as captured.
    private func octets(_ segment: StoredSegment) -> ArraySlice<UInt8> {
        let start = Int(segment.header.tcpOffset)
        let end = start + Int(segment.header.headerLength) + Int(segment.header.capturedPayloadLength)
        guard start <= segment.frame.count else { return [] }
        return segment.frame[start..<min(end, segment.frame.count)]
    }
}
