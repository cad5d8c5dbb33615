import CaptureFile
import Narration
import Stories
import TCPWire
import Tracking

extension Scene.Segment {
    /// The segment of a story's step, without its notes and payload.
    init(
        _ step: ConnectionStory.Step, since start: Timestamp, sender: Scene.End, receiver: Scene.End,
        windowShift: UInt8?
    ) {
        let header = step.segment.header
        let departure = step.segment.time.nanoseconds(since: start)
        let fate = Scene.Fate(step)
        self.init(
            number: step.segment.number, departure: departure,
            arrival: step.account.map { $0.fate.arrival?.nanoseconds(since: start) }
                ?? (step.fate == .lost ? nil : departure),
            sender: sender, receiver: receiver, flags: header.flags, sequence: step.sequence,
            acknowledgment: step.acknowledgment, length: header.payloadLength, kind: step.kind)
        self.fate = fate
        original = step.original
        isRepetition = step.isRepetition
        cause = step.cause
        isProbe = step.has(.keepAlive) || step.has(.windowProbe)
        isRoutine = step.isRoutine
        isHeldBack = fate == .arrived && step.isHeldBack
        remark = step.remark
        isTrouble = step.isTrouble
        if step.tellsOfWindow {
            // A SYN's own window is never scaled (RFC 7323 2.2); where the shift is not known, only a window of zero is
            // known.
            let shift: UInt8? = header.flags.contains(.syn) || header.window == 0 ? 0 : windowShift
            window = shift.map { UInt64(header.window) << UInt64($0) }
        }
        part = step.segment.part
    }
}

extension Scene.Fate {
    init(_ step: ConnectionStory.Step) {
        if let account = step.account {
            switch account.fate {
            case .arrived: self = .arrived
            case .dropped: self = .refused
            case .useless: self = .useless
            case .lost(let loss): self = .lost(loss)
            case .underWay: self = .underWay
            }
            return
        }
        switch step.fate {
        case .arrived: self = .arrived
        case .underWay: self = .underWay
        case .lost: self = .lost(nil)
        case .notTaken: self = .notTaken
        case .useless: self = .useless
        }
    }
}

extension ConnectionStory.Step {
    /// Whether the segment's purpose is to announce its window.
    fileprivate var tellsOfWindow: Bool { has(.zeroWindow) || has(.windowUpdate) || has(.windowProbeAnswer) }

    /// Whether the segment shows that something went wrong.
    fileprivate var isTrouble: Bool {
        switch Scene.Fate(self) {
        case .lost, .refused, .notTaken: true
        case .arrived, .underWay, .useless: kind == .reset || (labels.first?.label.entry.isFault ?? false)
        }
    }

    /// Whether the only thing to say of the segment is that it waited: for an ACK (Nagle), or as a delayed ACK.
    fileprivate var isHeldBack: Bool {
        // Most segments have no label.
        guard !labels.isEmpty else { return false }
        let isWait = { (label: SegmentLabel) in label == .delayedACK || label == .nagleWait }
        return labels.contains { isWait($0.label) }
            && labels.allSatisfy { isWait($0.label) || $0.label.entry.prominence == .quiet }
    }

    /// Whether the segment's remark would only repeat what its numbers say.
    fileprivate var isRoutine: Bool {
        guard Scene.Fate(self) == .arrived, original == nil,
            !labels.contains(where: { $0.label.entry.prominence == .headline })
        else { return false }
        switch kind {
        case .syn, .synAck, .handshakeAck, .acknowledgment, .fin: return true
        default: return false
        }
    }
}
