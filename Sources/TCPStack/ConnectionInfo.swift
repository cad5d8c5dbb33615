import TCPState
import TCPWire

/// The state of a connection for the program, or for a diagram: only scalars, so that keeping a copy for every segment
/// is cheap.
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
    /// How many octets of text a segment may carry.
    public var segmentSize: UInt32
    /// The segment size of the other end, estimated from the segments received.
    public var receivedSegmentSize: UInt32
    public var agreed: Agreement
    public var phase: RecoveryVariables.Phase
    /// Outside of a recovery: whether octets that are not acknowledged yet are reported as arrived out of order, or
    /// were retransmitted (other than by a loss probe).
    public var isDisordered: Bool
    /// Whether the window was reduced because of ECE less than a round trip ago.
    public var isReducing: Bool
    /// cwnd and ssthresh, in octets; ssthresh is `UInt32.max` until it is first set.
    public var congestionWindow: UInt32
    public var congestionThreshold: UInt32
    /// SRTT, RTTVAR, the smallest round trip measured, and the RTO including its backoff, which is the number of
    /// doublings.
    public var roundTrip: Interval?
    public var roundTripVariation: Interval
    public var minimumRoundTrip: Interval?
    public var retransmissionTimeout: Interval
    public var backoff: Int
    /// How many segments are outstanding; how many octets of them are presumed lost, retransmitted, and reported by
    /// SACK.
    public var segmentsInFlight: Int
    public var octetsLost: UInt32
    public var octetsRetransmitted: UInt32
    public var octetsSacked: UInt32
    public var reorderingSeen: Bool
    /// The largest number of segments by which one was overtaken; at least three.
    public var reorderingDegree: Int
    /// How many octets are written but not sent; sent or to be sent but not acknowledged; received but not read.
    public var unsent: Int
    public var unacknowledged: Int
    public var unread: Int
    public var urgentAhead: UInt32
    public var probes: Int
    public var fastOpen: FastOpenVariables
    /// The MSS that this end announced; `pathMTU` is the largest packet that the path is known to let through.
    public var announcedSegmentSize: UInt32
    public var pathMTU: Int
    /// When data was last sent and received, and when the last acceptable segment arrived.
    public var lastDataSent: Instant
    public var lastDataReceived: Instant?
    public var lastHeard: Instant
    /// For how long there was something to send, and for how much of it the other end's window or this end's buffer was
    /// the limit.
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
