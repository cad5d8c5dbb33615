import CaptureFile
import TCPState
import TCPWire
import Tracking

/// What an end had received when it sent something: judged by the reported arrivals, or, where none are reported, by
/// what had been sent.
extension LabelPass {
    /// At most this many earlier segments are examined: a limit for hostile captures.
    private static let hearingLimit = 64

    /// When a segment reached the other end; if arrivals are not reported, the time when it was captured; `nil` where
    /// it never arrived.
    func hearing(of index: Int) -> Timestamp? {
        switch facts[index].arrival {
        case .unknown: facts[index].time
        case .at(let time): time
        case .never: nil
        }
    }

    /// The last segment of the other end that had reached the sender of `index` when that was sent.
    func lastHeard(before index: Int) -> Int? {
        let side = facts[index].side
        guard facts[index].arrival != .unknown else { return ends[1 - side].last }
        return heard(before: index).max { hearing(of: $0) ?? facts[$0].time < hearing(of: $1) ?? facts[$1].time }
    }

    /// The latest segments of the other end that had reached the sender of `index` when that was sent.
    private func heard(before index: Int) -> [Int] {
        facts.indices[..<index].suffix(Self.hearingLimit).filter {
            facts[$0].side != facts[index].side && hearing(of: $0).map { $0 <= facts[index].time } ?? false
        }
    }

    /// Whether the segment `index` reached an end after that end had sent `own`.
    func isHeard(_ index: Int, since own: Int) -> Bool {
        guard facts[index].arrival != .unknown else { return index > own }
        return hearing(of: index).map { $0 >= facts[own].time } ?? false
    }

    /// The SYN that reached the sender of the SYN-ACK `index` after it had sent the SYN-ACK `own`.
    func synHeard(before index: Int, since own: Int) -> Int? {
        guard facts[index].arrival != .unknown else {
            return ends[1 - facts[index].side].syn.flatMap { $0.last > own ? $0.last : nil }
        }
        return heard(before: index).last { facts[$0].isSYN && !facts[$0].isACK && isHeard($0, since: own) }
    }
}
