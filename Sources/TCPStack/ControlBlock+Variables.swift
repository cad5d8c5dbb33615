import TCPState
import TCPWire

/// The options that the two SYNs agreed on.
public struct Agreement: Hashable, Sendable {
    /// Whether windows are scaled (RFC 7323 2).
    public internal(set) var windowScaling = false
    /// Whether SACK is used (RFC 2018).
    public internal(set) var selectiveAcknowledgment = false
    /// Whether every segment carries timestamps (RFC 7323 3).
    public internal(set) var timestamps = false
    /// Whether ECN is used (RFC 3168 6.1.1).
    public internal(set) var explicitCongestionNotification = false
}

/// The state of timestamps (RFC 7323 4.3 and 5).
public struct TimestampVariables: Hashable, Sendable {
    /// TS.Recent.
    public internal(set) var recent: UInt32?
    /// When TS.Recent was set.
    public internal(set) var recentAt = Instant()
    /// Last.ACK.sent.
    public internal(set) var lastAcknowledgment = SequenceNumber(0)
    /// The number that is added to the clock.
    public internal(set) var offset: UInt32

    init(offset: UInt32) { self.offset = offset }

    /// The timestamp clock, with one tick per millisecond (RFC 7323 5.4).
    func value(at now: Instant) -> UInt32 { UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000) &+ offset }
}

/// The state that determines when an ACK is sent (RFC 9293 3.8.6.3).
public struct AcknowledgmentVariables: Hashable, Sendable {
    /// Whether something must be acknowledged, now or later.
    var isWaiting = false
    /// Whether it must be acknowledged at the end of this event.
    var isNow = false
    var reason = Rule.delayedAcknowledgment
    /// How many octets have been received since the last ACK.
    var octets: UInt32 = 0
    /// How many more ACKs are sent without delay.
    var quick = 0
    /// A block that was received twice and must be reported (RFC 2883).
    var duplicate: SACKBlock?
}

/// Loss recovery.
public struct RecoveryVariables: Hashable, Sendable {
    /// The phase of loss recovery.
    public enum Phase: String, Hashable, Sendable {
        /// No loss is being recovered.
        case open = "Open"
        /// Fast recovery (RFC 6582, RFC 6675).
        case recovery = "Recovery"
        /// Recovery after a retransmission timeout.
        case loss = "Loss"
    }

    /// The phase of loss recovery: whether losses are being repaired, and how they were detected.
    public internal(set) var phase = Phase.open
    /// RecoveryPoint: the phase ends when this number is acknowledged.
    public internal(set) var point: SequenceNumber?
    /// How many duplicate ACKs arrived in a row (RFC 5681 2).
    public internal(set) var duplicates = 0
    /// How many segments have left the network, as shown by duplicate ACKs without SACK.
    var departed: UInt32 = 0
    /// Whether the next retransmission is sent regardless of the congestion window (RFC 6675 5 step 4.3).
    var mustRetransmit = false
    /// How many timeouts the segment at SND.UNA has had.
    public internal(set) var timeouts = 0
    /// How many retransmissions were sent since something was last acknowledged.
    public internal(set) var retransmissions = 0
    /// The state to restore if the timeout turns out to be spurious.
    var undo: UndoPoint?
    /// The state to restore if the whole fast recovery turns out to be needless.
    var fastUndo: FastUndo?
    /// The step of F-RTO in finding out whether the timeout was spurious; `nil` while F-RTO is not in use.
    var forward: ForwardRecovery?
    var reduction: RateReduction?
    var recent = RecentAcknowledgment()
    var probe: LossProbe?

    struct FastUndo: Hashable, Sendable {
        var window: UInt32
        var threshold: UInt32
        /// The sequence number after everything that was outstanding.
        var end: SequenceNumber
        /// How many retransmissions no DSACK has reported yet.
        var unreported = 0
        /// The timestamp of the first retransmission, until the first ACK that advances SND.UNA has been examined.
        var stamp: UInt32?
    }

    struct UndoPoint: Hashable, Sendable {
        var window: UInt32
        var threshold: UInt32
        /// The timestamp of the first retransmission; `nil` on a connection without timestamps.
        var stamp: UInt32?
    }

    /// The steps of RFC 5682 3.1.
    enum ForwardRecovery: Hashable, Sendable {
        /// Step 2: the first segment was retransmitted, and its acknowledgment has not arrived yet.
        case retransmitted
        /// Step 3: new data was sent from this number on, and the next acknowledgment decides.
        case probing(from: SequenceNumber)
    }

    /// PRR's variables (RFC 9937 6.1), in octets.
    struct RateReduction: Hashable, Sendable {
        /// RecoverFS: the octets that were outstanding when recovery began, without those that had arrived before the
        /// ACK that began it.
        var flight: UInt32
        /// prr_delivered.
        var delivered: UInt32 = 0
        /// prr_out.
        var out: UInt32 = 0
        var hasBegun = false
    }

    struct LossProbe: Hashable, Sendable {
        var end: SequenceNumber
        var isRetransmission: Bool
    }
}

/// RACK's variables (RFC 8985 5.2 and 5.3).
struct RecentAcknowledgment: Hashable, Sendable {
    /// RACK.xmit_ts and RACK.end_seq, of the most recently sent segment that has been delivered.
    var sentAt: Instant?
    var end = SequenceNumber(0)
    /// RACK.rtt.
    var roundTrip = Interval.zero
    /// RACK.fack: the highest sequence number delivered.
    var forward: SequenceNumber?
    var reorderingSeen = false
    /// The largest number of segments by which one was overtaken; at least three, the number that fast retransmit waits
    /// for.
    var reorderingDegree = 3
    /// RACK.reo_wnd_mult.
    var windowFactor = 1
    /// RACK.reo_wnd_persist: how many recoveries there will be until the factor is reset.
    var windowPersistence = 0
    /// RACK.dsack_round: the round trip, given by its SND.NXT, in which the factor last grew.
    var duplicateRound: SequenceNumber?
}

/// ECN (RFC 3168 6.1).
public struct ECNVariables: Hashable, Sendable {
    /// Whether every ACK carries ECE, until CWR arrives.
    public internal(set) var isEchoing = false
    /// Whether the next new data carries CWR.
    public internal(set) var owesCWR = false
    /// The window is not reduced again before this number is acknowledged.
    var reducedUntil: SequenceNumber?
}

/// Fast Open (RFC 7413).
public struct FastOpenVariables: Hashable, Sendable {
    /// The option of this end's SYN or SYN-ACK; for a client, after the SYN-ACK has arrived, the cookie that came with
    /// it.
    var option: FastOpenOption?
    /// Whether the SYN requested a cookie, and by which option number.
    var wish: Wish?

    enum Wish: Hashable, Sendable {
        case right, experimental
    }

    /// How many octets were sent with the SYN.
    public internal(set) var sent: UInt32 = 0
    /// Whether data in a SYN was acknowledged by the other end, or accepted by this one.
    public internal(set) var carriedData = false
    /// Whether this end, as a server, accepts data in the SYN (even if the SYN had none), so that it may send before
    /// the handshake is over.
    var isServing = false
    /// Whether the SYN's data was not accepted and has not been retransmitted yet.
    var isResending = false
    /// Whether this end's SYN-ACK has not been acknowledged yet.
    var awaitsHandshake = false
    /// The MSS in the SYN-ACK.
    var learnedSize: UInt16 = 0
    /// Whether the host has not processed yet what the SYN-ACK said about Fast Open.
    var isNews = false
}

/// The deadlines of the timers; `nil` for a timer that is not running.
public struct Timers: Hashable, Sendable {
    /// The retransmission timer (RFC 6298 5.1), counted from the transmission or acknowledgment that started it last;
    /// it runs while anything is unacknowledged.
    public internal(set) var retransmission: Instant?
    /// RACK's reordering timer (RFC 8985 6.2, step 5): when segments that were overtaken count as lost.
    public internal(set) var reordering: Instant?
    /// TLP's probe timeout (RFC 8985 7): when a loss probe is sent.
    public internal(set) var lossProbe: Instant?
    /// When a window that lets nothing out is probed, or Nagle's algorithm and silly-window avoidance are overridden
    /// (RFC 9293 3.8.6.1, 3.8.6.2.1).
    public internal(set) var persist: Instant?
    /// When a delayed ACK is sent, if no data has carried it before (RFC 9293 3.8.6.3).
    public internal(set) var delayedAcknowledgment: Instant?
    /// When an idle connection is probed next (RFC 9293 3.8.4).
    public internal(set) var keepAlive: Instant?
    /// When the connection ends for lack of an answer, if the program has set a limit (RFC 9293 3.10.8).
    public internal(set) var userTimeout: Instant?
    /// When FIN-WAIT-2 ends even if no FIN has arrived; no RFC has this timer, but most systems do.
    public internal(set) var finWait2: Instant?
    /// When TIME-WAIT ends: 2 MSL after it was entered or last restarted (RFC 9293 3.10.7.4).
    public internal(set) var timeWait: Instant?
    /// How many times in a row the persist timer has expired.
    var persistBackoff = 0
    /// How many probes of any kind in a row were not answered.
    var unansweredProbes = 0

    /// The earliest deadline.
    public var next: Instant? {
        var first = retransmission
        func consider(_ deadline: Instant?) {
            guard let deadline else { return }
            if let earlier = first, earlier <= deadline { return }
            first = deadline
        }
        consider(reordering)
        consider(lossProbe)
        consider(persist)
        consider(delayedAcknowledgment)
        consider(keepAlive)
        consider(userTimeout)
        consider(finWait2)
        consider(timeWait)
        return first
    }

    /// Whether the timer has expired; if so, it is stopped.
    static func isDue(_ timer: inout Instant?, _ now: Instant) -> Bool {
        guard let deadline = timer, deadline <= now else { return false }
        timer = nil
        return true
    }
}

/// Counters of a connection.
public struct ConnectionCounters: Hashable, Sendable {
    /// How many segments of any kind were sent, including retransmissions.
    public internal(set) var segmentsSent = 0
    /// How many segments were received, acceptable or not.
    public internal(set) var segmentsReceived = 0
    /// How many octets of text were sent; octets that are sent again count again.
    public internal(set) var octetsSent: UInt64 = 0
    /// How many octets of text were received in order, each counted once.
    public internal(set) var octetsReceived: UInt64 = 0
    /// How many octets of text the other end has acknowledged, each counted once.
    public internal(set) var octetsAcknowledged: UInt64 = 0
    /// How many segments were sent again for any reason, including SYNs and FINs.
    public internal(set) var retransmissions = 0
    /// How many times the retransmission timer expired.
    public internal(set) var timeouts = 0
    /// How many times fast recovery began (RFC 5681 3.2, RFC 6675 5).
    public internal(set) var fastRecoveries = 0
    /// How many duplicate ACKs (RFC 5681 2) were received.
    public internal(set) var duplicateAcknowledgmentsReceived = 0
    /// Segments that contained octets which had been received before.
    public internal(set) var duplicatesReceived = 0
    /// How many segments are known to have arrived.
    public internal(set) var delivered = 0
    /// How many DSACKs were received.
    public internal(set) var duplicateReports = 0
    /// How many segments were dropped.
    public internal(set) var discarded = 0
    /// How many challenge ACKs were sent (RFC 5961).
    public internal(set) var challenges = 0
    /// How many timeouts turned out to be needless and were undone.
    public internal(set) var spuriousTimeouts = 0
}
