/// Why a control block or a host does something: the rule, with the document and the section that state it.
///
/// The raw value is the rule's permanent name. Its explanation in words is in the room `Narration`.
public enum Rule: String, Hashable, Sendable, CaseIterable {
    // Calls of the program.
    case passiveOpen, activeOpen, fastOpenAccepted, fastOpenDataAgain
    case closeCall, closeBeforeEstablished, abortCall, lingerZero, unreadData

    // Segments for no connection, or in LISTEN and SYN-SENT.
    case noConnection, resetInClosed, resetInListen, acknowledgmentInListen, synInListen, nothingInListen,
        badAcknowledgmentInSynSent, resetInSynSent, resetWithoutAcknowledgmentInSynSent, synAckInSynSent,
        simultaneousOpen, nothingInSynSent

    // First to fourth step of 3.10.7.4: sequence number, RST, SYN.
    case oldTimestamp, unacceptable, zeroWindow, resetOutsideWindow, resetNotExact, resetExact, resetInSynReceived,
        resetWhileClosing, synAgainInSynReceived, synAckInSynReceived, synInSynReceived, synInConnection,
        challengeLimited

    // Fifth step: ACK.
    case noAcknowledgment, badAcknowledgmentInSynReceived, acknowledgmentOfSYN, acknowledgmentOfText,
        acknowledgmentOfUnsent, acknowledgmentTooOld, acknowledgmentOfFIN, congestionEcho

    // Sixth to eighth step: URG, text, FIN.
    case urgentPointer, textInOrder, gap, gapClosed, duplicateText, textAfterClose, textAfterFIN, receiveBufferFull,
        finArrived, finAgainInTimeWait, segmentInTimeWait, congestionMarked

    // Acknowledging.
    case delayedAcknowledgment, everySecondSegment, quickAcknowledgment, windowUpdate

    // Sending.
    case fullSegment, lastOfQueue, halfWindow, overrideTimeout, limitedTransmit, sendFinish, restartAfterIdle

    // Losses.
    case fastRetransmit, threeDuplicates, sackLoss, recentAcknowledgment, partialAcknowledgment, enterRecovery,
        proportionalReduction, recoveryOver, lossWindow, retransmitAfterTimeout, retransmissionTimeout,
        spuriousTimeout, spuriousRetransmission, forwardRecovery, forwardRecoverySpurious, needlessRecovery, lossProbe,
        probeFilledHole, retransmissionWarning, retransmissionLimit

    // Other timers.
    case persistTimeout, windowProbe, keepAlive, keepAliveLimit, userTimeout, finWait2Over, timeWaitOver

    // ICMP.
    case icmpNotOurs, icmpHardError, icmpSoftError, icmpHardErrorInConnection, icmpInOpening, icmpSourceQuench,
        icmpPacketTooBig

    // The host.
    case notForHost, badPacket, badChecksum, invalidSource, fragmentKept, fragmentDropped, synQueueFull,
        cookieSent, cookieAccepted, cookieWrong, acceptQueueFull,
        acceptDeferred, synInTimeWait, listenerClosed, tooManyConnections,
        echoReply,
        otherProtocol
}

extension Rule {
    /// The document: `RFC 9293`.
    public var document: String { source.document }

    /// The section, and the step in it where there are several: `3.10.7.4 fifth`.
    public var section: String { source.section }
}
