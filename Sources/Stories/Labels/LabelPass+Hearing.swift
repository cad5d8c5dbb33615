import CaptureFile
import TCPState
import TCPWire
import Tracking

/// What an end had heard when it sent something: by what arrived, where that is told; else by what had been sent.
extension LabelPass {
    /// At most so many segments before one are looked at: a limit for hostile captures.
    private static let hearingLimit = 64

    /// When a segment had reached the other end; as soon as it was sent where nobody tells; `nil` where it never did.
    func hearing(of index: Int) -> Timestamp? {
        switch facts[index].arrival {
        case .unknown: facts[index].time
        case .at(let time): time
        case .never: nil
        }
    }

    /// The last segment of the other end that had reached a segment's sender.
    func lastHeard(before index: Int) -> Int? {
        let side = facts[index].side
        guard facts[index].arrival != .unknown else { return ends[1 - side].last }
        return heard(before: index).max { hearing(of: $0) ?? facts[$0].time < hearing(of: $1) ?? facts[$1].time }
    }

    /// The other end's segments that had reached a segment's sender, the latest ones.
    private func heard(before index: Int) -> [Int] {
        facts.indices[..<index].suffix(Self.hearingLimit).filter {
            facts[$0].side != facts[index].side && hearing(of: $0).map { $0 <= facts[index].time } ?? false
        }
    }

    /// Whether a segment reached an end after that had sent another one.
    func isHeard(_ index: Int, since own: Int) -> Bool {
        guard facts[index].arrival != .unknown else { return index > own }
        return hearing(of: index).map { $0 >= facts[own].time } ?? false
    }

    /// The SYN that reached the sender of a SYN-ACK after it had sent that last.
    func synHeard(before index: Int, since own: Int) -> Int? {
        guard facts[index].arrival != .unknown else {
            return ends[1 - facts[index].side].syn.flatMap { $0.last > own ? $0.last : nil }
        }
        return heard(before: index).last { facts[$0].isSYN && !facts[$0].isACK && isHeard($0, since: own) }
    }
}
