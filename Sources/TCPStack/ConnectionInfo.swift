import TCPState
import TCPWire

/// What a program, or a picture, may know of a connection: scalars only, cheap to keep for every segment.
public struct ConnectionInfo: Hashable, Sendable {
    public var state: State
    public var local: Endpoint
    public var remote: Endpoint
    public var iss: SequenceNumber
    public var irs: SequenceNumber
    /// SND.UNA, SND.NXT, SND.WND.
    public var sendUnacknowledged: SequenceNumber
    public var sendNext: SequenceNumber
    public var sendWindow: UInt32
    /// RCV.NXT, RCV.WND.
    public var receiveNext: SequenceNumber
    public var receiveWindow: UInt32
    public var sendScale: UInt8
    public var receiveScale: UInt8
    /// Octets of text that a segment may carry.
    public var segmentSize: UInt32
    /// What the other end's segments were seen to carry.
    public var receivedSegmentSize: UInt32
    public var agreed: Agreement
    public var phase: RecoveryVariables.Phase
    /// Outside of a recovery: whether something arrived out of order, or went out again (as a probe
    /// alone it counts not), and is not acknowledged yet.
    public var isDisordered: Bool
    /// Whether the window was reduced because of ECE less than a round trip ago.
    public var isReducing: Bool
    /// cwnd and ssthresh, in octets; `UInt32.max` for a threshold never set.
    public var congestionWindow: UInt32
    public var congestionThreshold: UInt32
    /// SRTT, RTTVAR, the least round trip, and the RTO with its backoff.
    public var roundTrip: Interval?
    public var roundTripVariation: Interval
    public var minimumRoundTrip: Interval?
    public var retransmissionTimeout: Interval
    public var backoff: Int
    /// Segments under way, taken for lost, sent again and under way, reported by SACK.
    public var segmentsInFlight: Int
    public var octetsLost: UInt32
    public var octetsRetransmitted: UInt32
    public var octetsSacked: UInt32
    public var reorderingSeen: Bool
    /// By how many segments one was overtaken, at most; three where none was by more.
    public var reorderingDegree: Int
    /// Octets written and not sent; not acknowledged; received and not read.
    public var unsent: Int
    public var unacknowledged: Int
    public var unread: Int
    public var urgentAhead: UInt32
    public var probes: Int
    public var fastOpen: FastOpenVariables
    /// The MSS that this end announced, and the largest packet that the path is known to take.
    public var announcedSegmentSize: UInt32
    public var pathMTU: Int
    /// When data last went out and came, and when the last ACK came.
    public var lastDataSent: Instant
    public var lastDataReceived: Instant?
    public var lastHeard: Instant
    /// How long there was something to send, and what of that the other end's window or this end's buffer held up.
    public var busy: BusyTimes
    public var counters: ConnectionCounters
    public var nextDeadline: Instant?
    public var softError: ICMPReason?
    public var end: ConnectionEnd?
}

extension ControlBlock {
    /// STATUS (RFC 9293 3.10.6).
    public var info: ConnectionInfo {
        ConnectionInfo(
            state: state, local: local, remote: remote, iss: iss, irs: irs, sendUnacknowledged: snd.una,
            sendNext: snd.nxt, sendWindow: snd.wnd, receiveNext: rcv.nxt, receiveWindow: rcv.wnd,
            sendScale: snd.shift, receiveScale: rcv.shift, segmentSize: effectiveSegmentSize(withSACK: false),
            receivedSegmentSize: rcv.mss, agreed: agreed, phase: recovery.phase,
            isDisordered: recovery.phase == .open
                && (departed > 0 || recovery.probe == nil && ledger.retransmittedLength > 0),
            isReducing: recovery.phase == .open && (ecn.reducedUntil.map { $0.isAfter(snd.una) } ?? false),
            congestionWindow: congestion.size,
            congestionThreshold: congestion.threshold, roundTrip: roundTrip.smoothed,
            roundTripVariation: roundTrip.variation, minimumRoundTrip: roundTrip.minimum,
            retransmissionTimeout: roundTrip.timeout, backoff: roundTrip.backoff, segmentsInFlight: ledger.count,
            octetsLost: ledger.lostLength, octetsRetransmitted: ledger.retransmittedLength,
            octetsSacked: ledger.sackedLength, reorderingSeen: recovery.recent.reorderingSeen,
            reorderingDegree: recovery.recent.reorderingDegree,
            unsent: state.isSynchronized ? Int(unsent) : sendQueue.count,
            unacknowledged: sendQueue.count, unread: receiveQueue.count, urgentAhead: urgentAhead,
            probes: timers.unansweredProbes, fastOpen: fastOpen,
            announcedSegmentSize: announcedSegmentSize, pathMTU: pathMTU,
            lastDataSent: lastSent, lastDataReceived: lastTaken, lastHeard: lastHeard,
            busy: busy, counters: counters, nextDeadline: nextDeadline,
            softError: softError,
            end: end)
    }
}
