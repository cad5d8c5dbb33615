extension Rule {
    /// The rules as a table, in the order of ``Rule``'s cases.
    static let table: [Rule: Entry] = [
        .passiveOpen: Entry(document: "RFC 9293", section: "3.10.1", text: "OPEN, passive: wait in LISTEN for a SYN"),
        .activeOpen: Entry(
            document: "RFC 9293", section: "3.10.1",
            text: "OPEN, active: send a SYN with the initial number, enter SYN-SENT"),
        .closeCall: Entry(document: "RFC 9293", section: "3.10.4", text: "CLOSE: a FIN follows what was written"),
        .closeBeforeEstablished: Entry(
            document: "RFC 9293", section: "3.10.4",
            text: "CLOSE in SYN-RECEIVED was queued until the connection was open"),
        .abortCall: Entry(
            document: "RFC 9293", section: "3.10.5",
            text: "ABORT: tell the other end with an RST, delete the connection"),
        .lingerZero: Entry(
            document: "RFC 9293", section: "3.10.5", text: "closed with a linger time of zero: an abort"),
        .unreadData: Entry(
            document: "RFC 9293", section: "3.6.1",
            text: "closed with octets unread: the other end must learn that they are lost (SHLD-3)"),
        .noConnection: Entry(document: "RFC 9293", section: "3.10.7.1", text: "no such connection: answer with an RST"),
        .resetInClosed: Entry(document: "RFC 9293", section: "3.10.7.1", text: "an RST for no connection: drop it"),
        .resetInListen: Entry(document: "RFC 9293", section: "3.10.7.2 first", text: "an RST in LISTEN: ignore it"),
        .acknowledgmentInListen: Entry(
            document: "RFC 9293", section: "3.10.7.2 second",
            text: "an ACK in LISTEN acknowledges nothing that was sent: answer with an RST"),
        .synInListen: Entry(
            document: "RFC 9293", section: "3.10.7.2 third", text: "a SYN in LISTEN: send SYN-ACK, enter SYN-RECEIVED"),
        .nothingInListen: Entry(
            document: "RFC 9293", section: "3.10.7.2 fourth", text: "neither RST, ACK nor SYN in LISTEN: drop it"),
        .badAcknowledgmentInSynSent: Entry(
            document: "RFC 9293", section: "3.10.7.3 first", text: "the ACK is not of our SYN: answer with an RST"),
        .resetInSynSent: Entry(
            document: "RFC 9293", section: "3.10.7.3 second",
            text: "an RST that acknowledges our SYN: connection refused"),
        .resetWithoutAcknowledgmentInSynSent: Entry(
            document: "RFC 9293", section: "3.10.7.3 second",
            text: "an RST that does not acknowledge our SYN: drop it"),
        .synAckInSynSent: Entry(
            document: "RFC 9293", section: "3.10.7.3 fourth", text: "our SYN is acknowledged by a SYN: ESTABLISHED"),
        .simultaneousOpen: Entry(
            document: "RFC 9293", section: "3.10.7.3 fourth",
            text: "a SYN without ACK: both ends open at once, send SYN-ACK, enter SYN-RECEIVED"),
        .nothingInSynSent: Entry(
            document: "RFC 9293", section: "3.10.7.3 fifth", text: "neither SYN nor RST in SYN-SENT: drop it"),
        .oldTimestamp: Entry(
            document: "RFC 7323", section: "5.3 R1",
            text: "older than what has been received (PAWS): acknowledge and drop"),
        .unacceptable: Entry(
            document: "RFC 9293", section: "3.10.7.4 first",
            text: "no octet of it lies in the window: acknowledge and drop"),
        .zeroWindow: Entry(
            document: "RFC 9293", section: "3.10.7.4 first",
            text: "the window is closed: the text is dropped, ACK and URG are looked at (MUST-66)"),
        .resetOutsideWindow: Entry(
            document: "RFC 5961", section: "3.2", text: "an RST outside the window: drop it silently"),
        .resetNotExact: Entry(
            document: "RFC 5961", section: "3.2",
            text: "an RST in the window that is not exactly next: challenge its sender with an ACK"),
        .resetExact: Entry(
            document: "RFC 9293", section: "3.10.7.4 second",
            text: "an RST that is exactly next: the connection is reset"),
        .resetInSynReceived: Entry(
            document: "RFC 9293", section: "3.10.7.4 second",
            text: "an RST in SYN-RECEIVED: back to LISTEN, or refused (MUST-11)"),
        .resetWhileClosing: Entry(
            document: "RFC 9293", section: "3.10.7.4 second", text: "an RST when both ends have closed: CLOSED"),
        .synAgainInSynReceived: Entry(
            document: "RFC 9293", section: "3.8.1", text: "the SYN came again: our SYN-ACK was lost, send it again"),
        .synAckInSynReceived: Entry(document: "RFC 9293", section: "3.5", text: "the SYN-ACK of a simultaneous open"),
        .synInSynReceived: Entry(
            document: "RFC 9293", section: "3.10.7.4 fourth", text: "another SYN in SYN-RECEIVED: back to LISTEN"),
        .synInConnection: Entry(
            document: "RFC 5961", section: "4.2",
            text: "a SYN in an open connection: challenge its sender with an ACK"),
        .challengeLimited: Entry(
            document: "RFC 5961", section: "7", text: "one such answer went out just now: this segment gets none"),
        .noAcknowledgment: Entry(document: "RFC 9293", section: "3.10.7.4 fifth", text: "no ACK bit: drop it"),
        .badAcknowledgmentInSynReceived: Entry(
            document: "RFC 9293", section: "3.10.7.4 fifth", text: "the ACK is not of our SYN: answer with an RST"),
        .acknowledgmentOfSYN: Entry(
            document: "RFC 9293", section: "3.10.7.4 fifth", text: "our SYN is acknowledged: ESTABLISHED"),
        .acknowledgmentOfUnsent: Entry(
            document: "RFC 9293", section: "3.10.7.4 fifth",
            text: "it acknowledges what was never sent: acknowledge and drop"),
        .acknowledgmentTooOld: Entry(
            document: "RFC 5961", section: "5.2",
            text: "its ACK is older than the largest window: acknowledge and drop"),
        .acknowledgmentOfFIN: Entry(document: "RFC 9293", section: "3.10.7.4 fifth", text: "our FIN is acknowledged"),
        .congestionEcho: Entry(
            document: "RFC 3168", section: "6.1.2",
            text: "the receiver saw a congestion mark: halve the window once a round trip"),
        .urgentPointer: Entry(
            document: "RFC 9293", section: "3.10.7.4 sixth", text: "the urgent pointer moved: tell the program"),
        .textInOrder: Entry(document: "RFC 9293", section: "3.10.7.4 seventh", text: "text in order: to the program"),
        .gap: Entry(
            document: "RFC 9293", section: "3.10.7.4 seventh",
            text: "something before it is missing: keep it, repeat the ACK at once (SHLD-31)"),
        .gapClosed: Entry(
            document: "RFC 9293", section: "3.10.7.4 seventh",
            text: "the gap is filled, at least in part: acknowledge at once"),
        .duplicateText: Entry(
            document: "RFC 9293", section: "3.10.7.4 seventh",
            text: "the text has been received before: acknowledge again"),
        .textAfterClose: Entry(
            document: "RFC 9293", section: "3.6.1",
            text: "text for a program that has closed: it is lost, answer with an RST"),
        .textAfterFIN: Entry(document: "RFC 9293", section: "3.10.7.4 seventh", text: "text behind a FIN: ignore it"),
        .receiveBufferFull: Entry(
            document: "RFC 9293", section: "3.8.6", text: "more than the buffer holds: drop it, it comes again"),
        .finArrived: Entry(
            document: "RFC 9293", section: "3.10.7.4 eighth",
            text: "a FIN, everything before it is here: acknowledge it"),
        .finAgainInTimeWait: Entry(
            document: "RFC 9293", section: "3.10.7.4 eighth",
            text: "the FIN came again in TIME-WAIT: acknowledge it, wait 2 MSL anew"),
        .congestionMarked: Entry(
            document: "RFC 3168", section: "6.1.3", text: "the packet was marked on its way: say so with ECE"),
        .delayedAcknowledgment: Entry(
            document: "RFC 9293", section: "3.8.6.3", text: "the ACK has waited long enough for data to ride on"),
        .everySecondSegment: Entry(
            document: "RFC 9293", section: "3.8.6.3", text: "an ACK for every second full segment (SHLD-19)"),
        .quickAcknowledgment: Entry(
            document: "RFC 5681", section: "4.2", text: "the other end is in slow start: acknowledge at once"),
        .windowUpdate: Entry(
            document: "RFC 9293", section: "3.8.6.2.2",
            text: "the program has read enough that a larger window is worth telling (MUST-39)"),
        .fullSegment: Entry(document: "RFC 9293", section: "3.8.6.2.1 (1)", text: "a full segment can be sent"),
        .lastOfQueue: Entry(
            document: "RFC 9293", section: "3.8.6.2.1 (2)",
            text: "it is all there is, and Nagle's algorithm lets it go"),
        .halfWindow: Entry(
            document: "RFC 9293", section: "3.8.6.2.1 (3)", text: "half of the largest window can be sent"),
        .overrideTimeout: Entry(
            document: "RFC 9293", section: "3.8.6.2.1 (4)", text: "small data has waited long enough"),
        .limitedTransmit: Entry(
            document: "RFC 3042", section: "2",
            text: "duplicate ACKs say that segments leave the network: new data may follow"),
        .sendFinish: Entry(document: "RFC 9293", section: "3.10.4", text: "everything written is sent: FIN"),
        .restartAfterIdle: Entry(
            document: "RFC 5681", section: "4.1",
            text: "idle for longer than an RTO: begin with the initial window again"),
        .fastRetransmit: Entry(
            document: "RFC 5681", section: "3.2", text: "taken for lost: send it again without waiting for the timer"),
        .threeDuplicates: Entry(
            document: "RFC 5681", section: "3.2", text: "the third duplicate ACK: the next segment is lost"),
        .sackLoss: Entry(
            document: "RFC 6675", section: "4 IsLost", text: "three segments behind it have arrived: it is lost"),
        .recentAcknowledgment: Entry(
            document: "RFC 8985", section: "6.2 step 5",
            text: "something sent later has arrived, and time enough has passed: it is lost"),
        .partialAcknowledgment: Entry(
            document: "RFC 6582", section: "3.2 step 3", text: "acknowledged in part: the next segment is lost too"),
        .enterRecovery: Entry(document: "RFC 5681", section: "3.2", text: "a loss: reduce the congestion window"),
        .proportionalReduction: Entry(
            document: "RFC 6937", section: "3",
            text: "in recovery as much may go out as has arrived, in the proportion the window is to shrink by"),
        .recoveryOver: Entry(
            document: "RFC 6582", section: "3.2 step 3",
            text: "everything sent before the loss was found is acknowledged: recovery is over"),
        .lossWindow: Entry(
            document: "RFC 5681", section: "3.1", text: "after a time-out the congestion window is one segment"),
        .retransmitAfterTimeout: Entry(
            document: "RFC 6298", section: "5.4", text: "the timer ran out: send the earliest segment again"),
        .retransmissionTimeout: Entry(document: "RFC 6298", section: "5.4", text: "no ACK within the RTO"),
        .spuriousTimeout: Entry(
            document: "RFC 3522", section: "3.2",
            text: "the ACK answers what was sent before the time-out: nothing was lost, undo"),
        .forwardRecovery: Entry(
            document: "RFC 5682", section: "3.1 step 2",
            text: "after a time-out: new data first, its answer tells whether the time-out was spurious"),
        .forwardRecoverySpurious: Entry(
            document: "RFC 5682", section: "3.1 step 3",
            text: "what was sent once, before the time-out, has arrived: it was spurious, undo"),
        .lossProbe: Entry(
            document: "RFC 8985", section: "7.3", text: "two round trips without an ACK: probe for a lost tail"),
        .probeFilledHole: Entry(
            document: "RFC 8985", section: "7.4", text: "the probe repaired a loss: reduce the congestion window"),
        .retransmissionWarning: Entry(
            document: "RFC 9293", section: "3.8.3",
            text: "R1 retransmissions of one segment: look for another way (MUST-20)"),
        .retransmissionLimit: Entry(
            document: "RFC 9293", section: "3.8.3",
            text: "R2 retransmissions of one segment: close the connection (MUST-20)"),
        .persistTimeout: Entry(document: "RFC 9293", section: "3.8.6.1", text: "nothing under way and no room to send"),
        .windowProbe: Entry(
            document: "RFC 9293", section: "3.8.6.1", text: "ask whether the window is still closed (MUST-36)"),
        .keepAlive: Entry(document: "RFC 9293", section: "3.8.4", text: "idle for long: is the other end still there?"),
        .keepAliveLimit: Entry(
            document: "RFC 9293", section: "3.8.4",
            text: "no answer to several keep-alives: the connection is dead (MUST-29)"),
        .userTimeout: Entry(
            document: "RFC 9293", section: "3.10.8", text: "the user time-out: the connection is aborted"),
        .finWait2Over: Entry(
            document: "RFC 9293", section: "3.6.1",
            text: "the program has closed and the other end does not: stop waiting for its FIN"),
        .timeWaitOver: Entry(document: "RFC 9293", section: "3.10.8", text: "2 MSL have passed: CLOSED"),
        .icmpNotOurs: Entry(
            document: "RFC 5927", section: "4.1",
            text: "the quoted number is not under way: the message is old or forged"),
        .icmpHardError: Entry(
            document: "RFC 9293", section: "3.9.2.2",
            text: "a hard error before the connection is open: abort (SHLD-26)"),
        .icmpSoftError: Entry(
            document: "RFC 9293", section: "3.9.2.2",
            text: "a soft error: keep trying, tell the program (MUST-56, SHLD-25)"),
        .icmpHardErrorInConnection: Entry(
            document: "RFC 5461", section: "3.1",
            text: "a hard error in an open connection may be forged: take it for a soft one"),
        .icmpInOpening: Entry(
            document: "RFC 5461", section: "4.2",
            text: "unreachable while the connection is being opened: give up, as was asked for"),
        .icmpSourceQuench: Entry(
            document: "RFC 9293", section: "3.9.2.2", text: "source quench: discard it silently (MUST-55)"),
        .icmpPacketTooBig: Entry(
            document: "RFC 1191", section: "6.4", text: "a packet was too large for the path: send smaller ones"),
        .notForHost: Entry(document: "RFC 1122", section: "3.2.1.3", text: "the packet is not for this host"),
        .badPacket: Entry(
            document: "RFC 1122", section: "3.2.1", text: "lengths or checksum of the IP header are wrong"),
        .badChecksum: Entry(
            document: "RFC 9293", section: "3.1", text: "the checksum is wrong: drop it silently (MUST-3)"),
        .invalidSource: Entry(
            document: "RFC 9293", section: "3.9.2.3",
            text: "from or to a broadcast or multicast address: drop it silently (MUST-57, MUST-63)"),
        .fragmentKept: Entry(document: "RFC 791", section: "3.2", text: "a fragment: kept until the others are here"),
        .fragmentDropped: Entry(
            document: "RFC 5722", section: "4", text: "the fragments overlap, or are too many: drop the datagram"),
        .synQueueFull: Entry(
            document: "RFC 4987", section: "3.6",
            text: "too many half-open connections: answer with a SYN cookie and remember nothing"),
        .cookieAccepted: Entry(
            document: "RFC 4987", section: "3.6", text: "the ACK brings back a SYN cookie: the connection is open"),
        .cookieWrong: Entry(document: "RFC 4987", section: "3.6", text: "the ACK brings no valid SYN cookie"),
        .acceptQueueFull: Entry(
            document: "RFC 9293", section: "3.10.7.2", text: "the program does not accept: drop it, it comes again"),
        .synInTimeWait: Entry(
            document: "RFC 6191", section: "2",
            text: "a SYN newer than everything in TIME-WAIT: a new connection may begin"),
        .listenerClosed: Entry(
            document: "RFC 9293", section: "3.10.4", text: "the listener was closed: what nobody accepted is reset"),
        .tooManyConnections: Entry(document: "RFC 9293", section: "3.10.1", text: "insufficient resources"),
        .echoReply: Entry(document: "RFC 1122", section: "3.2.2.6", text: "an echo request: answer it"),
        .otherProtocol: Entry(
            document: "RFC 1122", section: "3.2.2.1", text: "a protocol that this host does not have"),
    ]
}
