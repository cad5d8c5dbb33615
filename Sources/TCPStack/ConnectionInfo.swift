import TCPState
import TCPWire

/// What a program, or a picture, may know of a connection: scalars only, cheap to keep for every segment.
public struct ConnectionInfo: Hashable, Sendable {
    /// One of the eleven.
    public var state: State
    /// This end.
    public var local: Endpoint
    /// The other end; unspecified in LISTEN.
    public var remote: Endpoint
    /// ISS: the initial send sequence number (RFC 9293 3.3.1).
    public var iss: SequenceNumber
    /// IRS: the initial receive sequence number; 0 before the other end's SYN has come.
    public var irs: SequenceNumber
    /// SND.UNA: the oldest number sent and not acknowledged (RFC 9293 3.3.1).
    public var sendUnacknowledged: SequenceNumber
    /// SND.NXT: the next number to be sent. It never goes back.
    public var sendNext: SequenceNumber
    /// SND.WND: what the other end offers from SND.UNA on, in octets, its scale applied.
    public var sendWindow: UInt32
    /// RCV.NXT: the next number expected (RFC 9293 3.3.1).
    public var receiveNext: SequenceNumber
    /// RCV.WND: what is offered to the other end from RCV.NXT on, in octets, not scaled down.
    public var receiveWindow: UInt32
    /// Snd.Wind.Shift: by how many bits the other end's window field is shifted, 0 to 14 (RFC 7323 2.3).
    public var sendScale: UInt8
    /// Rcv.Wind.Shift: by how many bits this end's window field is shifted, 0 to 14 (RFC 7323 2.3).
    public var receiveScale: UInt8
    /// Octets of text that a segment may carry.
    public var segmentSize: UInt32
    /// What the other end's segments were seen to carry.
    public var receivedSegmentSize: UInt32
    /// What the two SYNs agreed upon; nothing before the other end's has come.
    public var agreed: Agreement
    /// Whether losses are being repaired, and by what they were found.
    public var phase: RecoveryVariables.Phase
    /// Outside of a recovery: whether something arrived out of order, or went out again (as a probe
    /// alone it counts not), and is not acknowledged yet.
    public var isDisordered: Bool
    /// Whether the window was reduced because of ECE less than a round trip ago.
    public var isReducing: Bool
    /// cwnd, in octets.
    public var congestionWindow: UInt32
    /// ssthresh, in octets; `UInt32.max` while none has been set.
    public var congestionThreshold: UInt32
    /// SRTT (RFC 6298 2.3); `nil` before the first measurement.
    public var roundTrip: Interval?
    /// RTTVAR (RFC 6298 2.3); zero before the first measurement.
    public var roundTripVariation: Interval
    /// The shortest round trip ever measured; `nil` before the first.
    public var minimumRoundTrip: Interval?
    /// The RTO as it is now, doubled ``backoff`` times (RFC 6298 5.5), within its limits.
    public var retransmissionTimeout: Interval
    /// How often the RTO is doubled at the moment: time-outs since something new was acknowledged.
    public var backoff: Int
    /// Segments sent and not acknowledged; those that SACK has reported count too.
    public var segmentsInFlight: Int
    /// Octets taken for lost and not sent again yet.
    public var octetsLost: UInt32
    /// Octets sent again and still under way.
    public var octetsRetransmitted: UInt32
    /// Octets that SACK has reported as received and no acknowledgment number covers yet.
    public var octetsSacked: UInt32
    /// Whether a segment sent once was delivered behind one with a higher number: RACK.reordering_seen (RFC 8985 5.3).
    public var reorderingSeen: Bool
    /// By how many segments one was overtaken, at most; three where none was by more.
    public var reorderingDegree: Int
    /// Octets written and not sent.
    public var unsent: Int
    /// Octets written and not acknowledged, whether or not they were sent.
    public var unacknowledged: Int
    /// Octets received in order that the program has not read.
    public var unread: Int
    /// Octets from the next one to be read up to the end of urgent data, which may not all have come; 0 without any.
    public var urgentAhead: UInt32
    /// Probes in a row (of a closed window, or keep-alive) that nothing answered.
    public var probes: Int
    /// Where a connection with data in its SYN stands (RFC 7413).
    public var fastOpen: FastOpenVariables
    /// The MSS that this end announced, in octets.
    public var announcedSegmentSize: UInt32
    /// The largest packet that the path is known to take, in octets with the IP header: the interface's MTU, or what
    /// ICMP told
    /// (RFC 1191, RFC 8201).
    public var pathMTU: Int
    /// When data last went out.
    public var lastDataSent: Instant
    /// When new data last came; before any, when the connection was open; `nil` before that.
    public var lastDataReceived: Instant?
    /// When the last acceptable segment came.
    public var lastHeard: Instant
    /// How long there was something to send, and what of that the other end's window or this end's buffer held up.
    public var busy: BusyTimes
    /// What has been counted since the connection was made.
    public var counters: ConnectionCounters
    /// When the first of its timers runs out; `nil` where none is on.
    public var nextDeadline: Instant?
    /// The last ICMP error that did not end the connection (RFC 9293 SHLD-25); `nil` once something new is
    /// acknowledged.
    public var softError: ICMPReason?
    /// How the connection ended; `nil` while it lasts.
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
