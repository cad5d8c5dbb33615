import CaptureFile
import TCPState
import TCPWire
import Tracking

/// How the loss of a segment was repaired, judged by what arrived afterwards.
public struct Repair: Sendable, Equatable {
    /// What kind of segment was lost.
    public enum Loss: String, Sendable {
        case syn
        case synAck = "syn-ack"
        /// The third segment of the handshake.
        case handshakeAck = "handshake-ack"
        case data
        case fin
        /// The ACK of a FIN.
        case finAck = "fin-ack"
        /// The ACK of data.
        case dataAck = "data-ack"
    }

    /// What repaired the loss.
    public enum Cure: String, Sendable {
        /// The lost octets were sent again, and arrived.
        case again
        /// They were sent again because a segment of the other end came again.
        case askedFor = "asked-for"
        /// The other end sent its segment again, and it was acknowledged again.
        case answeredAgain = "answered-again"
        /// Data that carried the same acknowledgment.
        case text
        /// A later ACK, which covers what the lost one acknowledged.
        case laterAck = "later-ack"
    }

    /// The kind of segment that was lost.
    public let loss: Loss
    /// The number of the lost segment's packet.
    public let lost: Int
    /// Who sent the lost segment.
    public let sender: Party
    /// What repaired the loss; `nil` where nothing did before the story ends.
    public let cure: Cure?
    /// The segments that repaired the loss, in order; the arrival of the last one completed the repair.
    public let segments: [Int]
}

extension ConnectionStory {
    /// For each segment that was lost, according to an end or to the wire: how the loss was repaired.
    public var repairs: [Repair] {
        steps.indices.compactMap { index in
            guard case .lost = steps[index].account?.fate, steps[index].account?.original == nil else { return nil }
            return repair(of: index)
        }
    }

    private func repair(of index: Int) -> Repair? {
        let step = steps[index]
        let later = steps.indices.dropFirst(index + 1).filter { hasArrived($0) && steps[$0].account?.original == nil }
        func made(_ loss: Repair.Loss, _ cure: Repair.Cure?, _ places: [Int]) -> Repair {
            Repair(
                loss: loss, lost: step.segment.number, sender: step.sender, cure: cure,
                segments: places.map { steps[$0].segment.number })
        }
        func again(_ loss: Repair.Loss) -> Repair {
            guard let place = later.first(where: { repeats($0, step) }) else { return made(loss, nil, []) }
            let isAskedFor = steps[place].labels.contains { $0.label == .synAckRetry && $0.ordinal == nil }
            return made(loss, isAskedFor ? .askedFor : .again, [place])
        }
        switch step.kind {
        case .syn: return again(.syn)
        case .synAck: return again(.synAck)
        case .data: return again(.data)
        case .fin: return again(.fin)
        case .handshakeAck:
            let (cure, places) = answer(step, among: later)
            return made(.handshakeAck, cure, places)
        case .acknowledgment where step.covers.fin || step.covers.octets > 0:
            let (cure, places) = answer(step, among: later)
            return made(step.covers.fin ? .finAck : .dataAck, cure, places)
        case .acknowledgment, .reset: return nil
        }
    }

    private func hasArrived(_ index: Int) -> Bool { steps[index].account?.fate.arrival != nil }

    /// Whether a segment carries everything that another one carried.
    private func repeats(_ index: Int, _ step: Step) -> Bool {
        let (one, other) = (steps[index].segment.header, step.segment.header)
        guard steps[index].sender == step.sender else { return false }
        let needed = other.flags.intersection([.syn, .fin])
        let (begin, end) = (steps[index].sequence.value, steps[index].sequence.value &+ UInt64(one.payloadLength))
        return one.flags.isSuperset(of: needed) && begin <= step.sequence.value
            && end >= step.sequence.value &+ UInt64(other.payloadLength)
    }

    /// The segment that brought what a lost ACK acknowledged, and how.
    private func answer(_ step: Step, among later: [Int]) -> (Repair.Cure?, [Int]) {
        guard let number = step.acknowledgment?.value else { return (nil, []) }
        let found = later.first {
            steps[$0].sender == step.sender && steps[$0].acknowledgment.map { $0.value >= number } ?? false
        }
        guard let found else { return (nil, []) }
        // A segment of the other end that came again in between, and that `found` answers.
        let question = later.last {
            $0 < found && steps[$0].sender != step.sender && steps[$0].isRepetition
        }
        if steps[found].segment.header.payloadLength > 0 { return (.text, [found]) }
        guard let question else { return (.laterAck, [found]) }
        return (.answeredAgain, [question, found])
    }
}
