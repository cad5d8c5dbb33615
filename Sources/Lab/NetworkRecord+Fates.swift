import CaptureFile
import Stories
import TCPStack
import TCPState
import TCPWire
import VirtualNetwork

extension Testimony.Fate {
    /// What became of a packet; if it arrived, according to the rules by which its receiver treated the segment in it.
    init(_ packet: NetworkRecord.Packet, _ record: HostRecord?) {
        switch packet.fate {
        case .underWay: self = .underWay
        case .lost: self = .lost(.link)
        case .queueFull: self = .lost(.queue)
        case .intercepted: self = .lost(.middlebox)
        case .tooLarge: self = .lost(.size)
        case .noRoute: self = .lost(.route)
        case .arrived(let instant):
            let time = Timestamp(instant)
            guard let record else {
                // A host that has no record of the packet dropped it before its TCP.
                self = packet.receiver == nil ? .arrived(at: time) : .dropped(at: time)
                return
            }
            let isTaken = record.actions.contains { $0.kind.isProgress } && !record.losesText
            // Where no connection exists for the segment, it is not dropped but answered with an RST.
            let dropping = record.actions.first { $0.kind == .discard && $0.reason != .noConnection }
            guard !isTaken, let dropping else {
                self = .arrived(at: time)
                return
            }
            self = record.hadReceived(what: dropping.reason) ? .useless(at: time) : .dropped(at: time)
        }
    }
}

extension HostRecord {
    /// Whether it was caused by a SYN that opened nothing: a connection dropped it and went on (RFC 5961 4.2), or went
    /// back to LISTEN because of it (RFC 9293 3.10.7.4, fourth).
    var refusesSYN: Bool {
        guard case .segment(let segment) = cause, segment.flags.contains(.syn), let after, !isDamaged else {
            return false
        }
        return returnsToListen
            || stateBefore.isSynchronized && after.state.isSynchronized && actions.contains { $0.kind == .discard }
    }

    /// Whether the connection went back to LISTEN: its control block was deleted, and the other end now finds the
    /// listener here (RFC 9293 3.10.7.4, MUST-11).
    var returnsToListen: Bool { actions.contains { $0.kind == .end(.returnedToListen) } }

    /// Whether it is only about a damaged segment, whose addresses may be wrong too.
    var isDamaged: Bool { actions.map(\.reason) == [.badChecksum] }

    /// Whether the payload of the segment that caused it was dropped, though its ACK may have been processed.
    fileprivate var losesText: Bool {
        actions.contains { $0.kind == .discard && Self.droppingText.contains($0.reason) }
            && !actions.contains { if case .deliver = $0.kind { true } else { false } }
    }

    private static let droppingText: Set<Rule> = [.zeroWindow, .receiveBufferFull, .textAfterFIN]

    /// Whether the segment that caused it was dropped by that rule because everything in it had been received before.
    fileprivate func hadReceived(what rule: Rule) -> Bool {
        switch rule {
        case .duplicateText, .synAgainInSynReceived, .finAgainInTimeWait: return true
        case .unacceptable, .oldTimestamp, .challengeLimited:
            guard case .segment(let segment) = cause, segment.length > 0, let after else { return false }
            // Numbers below the connection's ISN belong to another connection. Before any data, the SYN's own number
            // may also be that of a keep-alive.
            let isOfThis =
                segment.flags.contains(.syn)
                ? segment.sequence == after.irs : segment.sequence.isAtOrAfter(after.irs)
            return isOfThis && segment.end.isAtOrBefore(after.receiveNext)
        default: return false
        }
    }
}

extension Action.Kind {
    /// Whether an action of this kind means that the segment that caused it was of use.
    fileprivate var isProgress: Bool {
        switch self {
        case .enter, .deliver, .acknowledged, .endOfStream, .urgent, .end: true
        default: false
        }
    }
}
