import TCPState
import TCPWire

/// The state of a connection for the program, or for a diagram: only scalars, so that keeping a copy for every segment
/// is cheap.
public struct ConnectionInfo: Hashable, Sendable {
    /// The connection's state.
    public var state: State
    /// The endpoint of this end.
    public var local: Endpoint
    /// The endpoint of the other end; unspecified in LISTEN.
    public var remote: Endpoint
    /// ISS: the initial send sequence number (RFC 9293 3.3.1).
    public var iss: SequenceNumber
    /// IRS: the initial receive sequence number; 0 until the other end's SYN has arrived.
    public var irs: SequenceNumber
    /// SND.UNA: the oldest sequence number that was sent and is not acknowledged (RFC 9293 3.3.1).
    public var sendUnacknowledged: SequenceNumber
    /// SND.NXT: the next sequence number to be sent. It never goes back.
    public var sendNext: SequenceNumber
    /// SND.WND: the window that the other end offers, counted from SND.UNA, in octets, with its scale applied.
    public var sendWindow: UInt32
    /// RCV.NXT: the next sequence number expected (RFC 9293 3.3.1).
    public var receiveNext: SequenceNumber
    /// RCV.WND: the window that is offered to the other end, counted from RCV.NXT, in octets, not scaled down.
    public var receiveWindow: UInt32
    /// Snd.Wind.Shift: by how many bits the other end's window field is shifted, 0 to 14 (RFC 7323 2.3).
    public var sendScale: UInt8
    /// Rcv.Wind.Shift: by how many bits this end's window field is shifted, 0 to 14 (RFC 7323 2.3).
    public var receiveScale: UInt8
    /// How many octets of text a segment may carry.
    public var segmentSize: UInt32
    /// The segment size of the other end, estimated from the segments received.
    public var receivedSegmentSize: UInt32
    /// The options that the two SYNs agreed on; none until the other end's SYN has arrived.
    public var agreed: Agreement
    /// The phase of loss recovery: whether losses are being repaired, and how they were detected.
    public var phase: RecoveryVariables.Phase
    /// Outside of a recovery: whether octets that are not acknowledged yet are reported as arrived out of order, or
    /// were retransmitted (other than by a loss probe).
    public var isDisordered: Bool
    /// Whether the window was reduced because of ECE less than a round trip ago.
    public var isReducing: Bool
    /// cwnd, in octets.
    public var congestionWindow: UInt32
    /// ssthresh, in octets; `UInt32.max` until it is first set.
    public var congestionThreshold: UInt32
    /// SRTT (RFC 6298 2.3); `nil` before the first measurement.
    public var roundTrip: Interval?
    /// RTTVAR (RFC 6298 2.3); zero before the first measurement.
    public var roundTripVariation: Interval
    /// The shortest round trip measured so far; `nil` before the first measurement.
    public var minimumRoundTrip: Interval?
    /// The current RTO, doubled ``backoff`` times (RFC 6298 5.5), within its limits.
    public var retransmissionTimeout: Interval
    /// How many times the RTO is doubled: once for each timeout since the last new acknowledgment.
    public var backoff: Int
    /// How many segments are sent and not acknowledged, including those that SACK has reported.
    public var segmentsInFlight: Int
    /// How many octets are presumed lost and not retransmitted yet.
    public var octetsLost: UInt32
    /// How many octets are in flight as retransmissions.
    public var octetsRetransmitted: UInt32
    /// How many octets SACK has reported as received that are not acknowledged yet.
    public var octetsSacked: UInt32
    /// Whether a segment that was sent only once was delivered after one with a higher sequence number:
    /// RACK.reordering_seen (RFC 8985 5.3).
    public var reorderingSeen: Bool
    /// The largest number of segments by which one was overtaken; at least three.
    public var reorderingDegree: Int
    /// How many octets are written and not sent.
    public var unsent: Int
    /// How many octets are written and not acknowledged, whether or not they were sent.
    public var unacknowledged: Int
    /// How many octets were received in order and not read by the program.
    public var unread: Int
    /// How many octets there are from the next one to be read to the end of urgent data, which may not all have
    /// arrived; 0 where there is none.
    public var urgentAhead: UInt32
    /// How many probes in a row (of a closed window, or for keep-alive) were not answered.
    public var probes: Int
    /// The state of Fast Open, data in the SYN (RFC 7413).
    public var fastOpen: FastOpenVariables
    /// The MSS that this end announced, in octets.
    public var announcedSegmentSize: UInt32
    /// The largest packet that the path is known to let through, in octets with the IP header: the interface's MTU, or
    /// less if an ICMP error has said so (RFC 1191, RFC 8201).
    public var pathMTU: Int
    /// When data was last sent.
    public var lastDataSent: Instant
    /// When new data last arrived; before that, when the connection was opened; `nil` until then.
    public var lastDataReceived: Instant?
    /// When the last acceptable segment arrived.
    public var lastHeard: Instant
    /// For how long there was something to send, and for how much of it the other end's window or this end's buffer was
    /// the limit.
    public var busy: BusyTimes
    /// The connection's counters.
    public var counters: ConnectionCounters
    /// When the first of its timers expires; `nil` where none is running.
    public var nextDeadline: Instant?
    /// The last ICMP error that did not end the connection (RFC 9293 SHLD-25); `nil` after the next new acknowledgment.
    public var softError: ICMPReason?
    /// How the connection ended; `nil` while it exists.
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
