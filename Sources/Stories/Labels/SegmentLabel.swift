import Tracking

/// What a segment is beyond its flags: what it repeats and why, what it answers, what it proves about the network, the
/// other end or the capture. The raw value is the label's name in JSON and filters.
///
/// Labels that say what the segment is come before those that add something: a picture may have room only for the first
/// one.
public enum SegmentLabel: String, Sendable, CaseIterable {
    // What the capture shows wrongly, or twice.
    case corruptChecksum = "corrupt-checksum"
    case wireDuplicate = "duplicate-on-wire"

    // What happened to it afterwards.
    case reportedDropped = "icmp-dropped"
    case lost
    case notTaken = "not-taken"

    // Opening.
    case selfConnection = "self-connection"
    case refusedRetry = "retry-after-refusal"
    case synRetry = "syn-retry"
    case synAckRetry = "syn-ack-retry"
    case simultaneousOpen = "simultaneous-open"
    case fastOpenData = "fast-open"
    case fastOpenRequest = "fast-open-request"
    case fastOpenAccepted = "fast-open-accepted"
    case fastOpenIgnored = "fast-open-ignored"

    // Resets.
    case refused
    case resetForeign = "reset-foreign-ttl"
    case resetNotTaken = "reset-not-taken"
    case resetOldDuplicate = "reset-to-old-duplicate"
    case resetClosedSocket = "reset-closed-socket"
    case resetGivingUp = "reset-giving-up"
    case resetUnreadData = "reset-unread-data"
    case resetAbort = "reset-abort"

    // Probes.
    case windowProbe = "window-probe"
    case windowProbeAnswer = "window-probe-answer"
    case keepAlive = "keep-alive"
    case keepAliveAnswer = "keep-alive-answer"

    // Numbers sent before.
    case reordered
    case fastRetransmission = "fast-retransmission"
    case recoveryRetransmission = "recovery-retransmission"
    case tailLossProbe = "tail-loss-probe"
    case timeoutRetransmission = "timeout-retransmission"
    case timerRetransmission = "timer-retransmission"
    case probedRetransmission = "retransmission-after-probe"
    case smallerRetransmission = "smaller-retransmission"
    case retransmission

    // Octets that are not what the numbers say.
    case beyondFIN = "beyond-fin"
    case otherOctets = "other-octets"

    // Acknowledgments and windows.
    case zeroWindow = "zero-window"
    case windowUpdate = "window-update"
    case challengeACK = "challenge-ack"
    case duplicateSACK = "dsack"
    case answersDuplicate = "answers-duplicate"
    case duplicateACK = "duplicate-ack"
    case ackedUnseen = "acked-unseen"

    // Missing numbers.
    case captureGap = "capture-gap"
    case missingBefore = "missing-before"

    case simultaneousClose = "simultaneous-close"

    // Labels that are added to one of the above.
    case nagleWait = "nagle-wait"
    case delayedACK = "delayed-ack"
    case spurious
    case originalNotCaptured = "original-not-captured"
    case lostBeforeCapture = "lost-before-capture"
    case windowFull = "window-full"
    case reusedTuple = "reused-tuple"
    case inFragments = "ip-fragments"
    case sharesFrame = "shares-frame"
    case restNotCaptured = "rest-not-captured"
    case segmentationOffload = "segmentation-offload"
    case checksumOffload = "checksum-offload"
}

extension SegmentLabel {
    /// How prominently a label is shown.
    public enum Prominence: Sendable {
        /// It says what the segment is.
        case headline
        /// It adds to a headline.
        case detail
        /// It is shown only in JSON and in the long explanation.
        case quiet
    }

    /// One row of the table of labels.
    public struct Entry: Sendable {
        /// Whether it means that something went wrong on the way, at an end or in the capture.
        public let isFault: Bool
        /// How prominently the label is shown.
        public let prominence: Prominence
        /// The document, or the implementation, that describes the case.
        public let source: String

        init(_ source: String, fault: Bool = false, _ prominence: Prominence = .headline) {
            self.source = source
            isFault = fault
            self.prominence = prominence
        }
    }

    /// The label's row in the table.
    public var entry: Entry {
        switch self {
        case .corruptChecksum: Entry("RFC 9293 3.1", fault: true)
        case .wireDuplicate: Entry("RFC 791 3.1, Identification", fault: true)
        case .reportedDropped: Entry("RFC 9293 3.9.2.2", fault: true)
        case .lost: Entry("RFC 7323 4.3, RFC 2018", fault: true)
        case .notTaken: Entry("RFC 9293 3.10.7.4", fault: true)
        case .selfConnection: Entry("RFC 9293 3.5, Figure 7")
        case .refusedRetry: Entry("RFC 9293 3.10.7.1", fault: true)
        case .synRetry: Entry("RFC 6298 5", fault: true)
        case .synAckRetry: Entry("RFC 6298 5", fault: true)
        case .simultaneousOpen: Entry("RFC 9293 3.5, Figure 7")
        case .fastOpenData: Entry("RFC 7413 4.2")
        case .fastOpenRequest: Entry("RFC 7413 4.1", .quiet)
        case .fastOpenAccepted: Entry("RFC 7413 4.2")
        case .fastOpenIgnored: Entry("RFC 7413 4.2")
        case .refused: Entry("RFC 9293 3.10.7.1", fault: true)
        case .resetForeign: Entry("RFC 9293 3.10.7.4, TTL", fault: true)
        case .resetNotTaken: Entry("RFC 5961 3.2", fault: true)
        case .resetOldDuplicate: Entry("RFC 9293 3.5, Figures 8 and 9", fault: true)
        case .resetClosedSocket: Entry("RFC 9293 3.5.2, group 1", fault: true)
        case .resetGivingUp: Entry("RFC 9293 3.8.3 and 3.8.4", fault: true)
        case .resetUnreadData: Entry("RFC 2525 2.17", fault: true)
        case .resetAbort: Entry("RFC 9293 3.10.5, SO_LINGER 0", fault: true)
        case .windowProbe: Entry("RFC 9293 3.8.6.1; Linux sends it empty")
        case .windowProbeAnswer: Entry("RFC 9293 3.8.6.1")
        case .keepAlive: Entry("RFC 9293 3.8.4")
        case .keepAliveAnswer: Entry("RFC 9293 3.8.4")
        case .reordered: Entry("RFC 4737", fault: true)
        case .fastRetransmission: Entry("RFC 5681 3.2, RFC 6675", fault: true)
        case .recoveryRetransmission: Entry("RFC 6675, RFC 6582", fault: true)
        case .tailLossProbe: Entry("RFC 8985 7", fault: true)
        case .timeoutRetransmission: Entry("RFC 6298 5", fault: true)
        case .timerRetransmission: Entry("RFC 6298 5 or RFC 8985 7", fault: true)
        case .probedRetransmission: Entry("RFC 9293 3.8.6.1")
        case .smallerRetransmission: Entry("RFC 1191 6.4, RFC 8201 5.4", fault: true)
        case .retransmission: Entry("RFC 9293 3.8.1", fault: true)
        case .beyondFIN: Entry("RFC 9293 3.10.7.4", fault: true)
        case .otherOctets: Entry("RFC 9293 3.4", fault: true)
        case .zeroWindow: Entry("RFC 9293 3.8.6", fault: true)
        case .windowUpdate: Entry("RFC 9293 3.8.6.2.2")
        case .challengeACK: Entry("RFC 5961 3, 4 and 5")
        case .duplicateSACK: Entry("RFC 2883 4", fault: true)
        case .duplicateACK: Entry("RFC 5681 2", fault: true)
        case .answersDuplicate: Entry("RFC 9293 3.10.7.4")
        case .ackedUnseen: Entry("RFC 9293 3.10.7.4", fault: true, .detail)
        case .captureGap: Entry("RFC 9293 3.4", fault: true)
        case .missingBefore: Entry("RFC 9293 3.4", fault: true)
        case .nagleWait: Entry("RFC 9293 3.7.4", .detail)
        case .delayedACK: Entry("RFC 9293 3.8.6.3", .detail)
        case .simultaneousClose: Entry("RFC 9293 3.6, Figure 13")
        case .spurious: Entry("RFC 3522, RFC 3708", fault: true, .detail)
        case .originalNotCaptured: Entry("RFC 791 3.1, RFC 7323 3", fault: true, .detail)
        case .lostBeforeCapture: Entry("RFC 2018", fault: true, .detail)
        case .windowFull: Entry("RFC 9293 3.8.6", .detail)
        case .reusedTuple: Entry("RFC 9293 3.4.1", .detail)
        case .inFragments: Entry("RFC 791 3.2, RFC 8200 4.5", .detail)
        case .sharesFrame: Entry("IEEE 802.11 9.3.2.2.2", .detail)
        case .restNotCaptured: Entry("RFC 791 3.2, RFC 8200 4.5", fault: true, .detail)
        case .segmentationOffload: Entry("RFC 9293 3.7.1", .quiet)
        case .checksumOffload: Entry("RFC 9293 3.1", .quiet)
        }
    }

    /// Whether the label says that the segment's numbers were sent before (a retransmission).
    public var isRepetition: Bool {
        switch self {
        case .refusedRetry, .synRetry, .synAckRetry, .fastRetransmission, .recoveryRetransmission, .tailLossProbe,
            .timeoutRetransmission, .timerRetransmission, .probedRetransmission, .smallerRetransmission,
            .retransmission:
            true
        default: false
        }
    }
}

/// A label on a segment, with what proves it.
public struct ProvedLabel: Sendable, Equatable {
    /// What the segment is.
    public let label: SegmentLabel
    /// The numbers of the packets that prove it, together with the segment itself.
    public let evidence: [Int]
    /// The number of the packet whose numbers are sent again; `nil` where the label does not say this, or the packet
    /// was not captured.
    public let original: Int?
    /// For a timer: how often it had been backed off before (RFC 6298 5.5), 0 for the first time. For a duplicate ACK:
    /// its position in the row, from 1. `nil` for other labels.
    public let ordinal: Int?

    init(_ label: SegmentLabel, evidence: [Int] = [], original: Int? = nil, ordinal: Int? = nil) {
        self.label = label
        self.evidence = evidence
        self.original = original
        self.ordinal = ordinal
    }
}
