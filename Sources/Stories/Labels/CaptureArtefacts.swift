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
        /// The same packet as the one at `original`, seen again; `nil` where that is of another connection.
        case duplicate(original: Int?)
    }

    /// By segment, as handed in; `nil` for what really happened.
    private(set) var kinds: [Kind?]
    /// Segments whose checksum was left for the network card to fill in.
    private(set) var unfilled: [Bool]

    init(_ segments: [StoredSegment], _ facts: [SegmentFacts]) {
        let places = Dictionary(segments.enumerated().map { ($1.number, $0) }, uniquingKeysWith: { first, _ in first })
        kinds = segments.map { segment in
            switch segment.verdict {
            case .corrupt: .corrupt
            case .copy(let original): places[original].map { .duplicate(original: $0) } ?? .duplicate(original: nil)
            case .taken, .refused, .foreign: nil
            }
        }
        // Nobody's packets are all damaged: where as many are wrong, the sums were not there yet when the packets were captured,
        // or the capture was changed afterwards.
        let isUnsummed = (0...1).map { side in
            let known = facts.filter { $0.side == side && $0.checksum != .cannotVerify }
            return known.count { $0.checksum.isWrong } * 2 >= known.count
        }
        unfilled = facts.map { fact in
            switch fact.checksum {
            case .partial, .zero: true
            case .wrong: isUnsummed[fact.side]
            case .correct, .cannotVerify: false
            }
        }
    }
}

extension ChecksumVerdict {
    fileprivate var isWrong: Bool { if case .wrong = self { true } else { false } }
}
