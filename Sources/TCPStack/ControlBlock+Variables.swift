import TCPState
import TCPWire

/// What the two SYNs agreed upon.
public struct Agreement: Hashable, Sendable {
    /// Windows are scaled (RFC 7323 2).
    public internal(set) var windowScaling = false
    /// SACK may be sent and is understood (RFC 2018).
    public internal(set) var selectiveAcknowledgment = false
    /// Every segment carries timestamps (RFC 7323 3).
    public internal(set) var timestamps = false
    /// ECN is used (RFC 3168 6.1.1).
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
    /// Added to the clock.
    public internal(set) var offset: UInt32

    init(offset: UInt32) { self.offset = offset }

    /// The timestamp clock: a millisecond a tick (RFC 7323 5.4).
    func value(at now: Instant) -> UInt32 { UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000) &+ offset }
}

/// What decides when an ACK goes out (RFC 9293 3.8.6.3).
public struct AcknowledgmentVariables: Hashable, Sendable {
    /// Something is to be acknowledged, sooner or later.
    var isWaiting = false
    /// It is to be acknowledged at the end of this event.
    var isNow = false
    var reason = Rule.delayedAcknowledgment
    /// Octets received since the last ACK.
    var octets: UInt32 = 0
    /// ACKs that still go out at once.
    var quick = 0
    /// A block to report as received twice (RFC 2883).
    var duplicate: SACKBlock?
}

/// Loss recovery.
public struct RecoveryVariables: Hashable, Sendable {
    /// What the sender is about.
    public enum Phase: String, Hashable, Sendable {
        /// Nothing is missing.
        case open = "Open"
        /// Fast recovery (RFC 6582, RFC 6675).
        case recovery = "Recovery"
        /// After a time-out.
        case loss = "Loss"
    }

    /// Whether losses are being repaired, and by what they were found.
    public internal(set) var phase = Phase.open
    /// RecoveryPoint: the phase ends when this is acknowledged.
    public internal(set) var point: SequenceNumber?
    /// Duplicate ACKs in a row (RFC 5681 2).
    public internal(set) var duplicates = 0
    /// Segments that have left the network, told by duplicate ACKs without SACK.
    var departed: UInt32 = 0
    /// Whether the next retransmission goes out whatever the window says (RFC 6675 5 step 4.3).
    var mustRetransmit = false
    /// Time-outs of the segment at SND.UNA.
    public internal(set) var timeouts = 0
    /// Retransmissions in a row without anything new acknowledged.
    public internal(set) var retransmissions = 0
    /// What a spurious time-out is undone to.
    var undo: UndoPoint?
    /// What a fast recovery is undone to, should all of it prove needless.
    var fastUndo: FastUndo?
    /// How far F-RTO is in finding out whether the time-out was spurious; `nil` where it does not try.
    var forward: ForwardRecovery?
    var reduction: RateReduction?
    var recent = RecentAcknowledgment()
    var probe: LossProbe?

    struct FastUndo: Hashable, Sendable {
        var window: UInt32
        var threshold: UInt32
        /// The number behind everything that was under way.
        var end: SequenceNumber
        /// Retransmissions that no DSACK has reported yet.
        var unreported = 0
        /// The timestamp of the first retransmission, until the first ACK of something new has been looked at.
        var stamp: UInt32?
    }

    struct UndoPoint: Hashable, Sendable {
        var window: UInt32
        var threshold: UInt32
        /// The timestamp of the first retransmission, where the connection has timestamps.
        var stamp: UInt32?
    }

    /// The steps of RFC 5682 3.1.
    enum ForwardRecovery: Hashable, Sendable {
        /// Step 2: the first segment has gone out again, its acknowledgment is awaited.
        case retransmitted
        /// Step 3: new data has gone out from this number on, and the next acknowledgment decides.
        case probing(from: SequenceNumber)
    }

    /// PRR's variables (RFC 9937 6.1), in octets.
    struct RateReduction: Hashable, Sendable {
        /// RecoverFS: what was outstanding when recovery began and had not arrived before the ACK that began it.
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
    /// RACK.xmit_ts and RACK.end_seq: the delivered segment that was sent last.
    var sentAt: Instant?
    var end = SequenceNumber(0)
    /// RACK.rtt.
    var roundTrip = Interval.zero
    /// RACK.fack: the highest number delivered.
    var forward: SequenceNumber?
    var reorderingSeen = false
    /// By how many segments one was overtaken, at most; three at the beginning, as many as fast retransmit waits for.
    var reorderingDegree = 3
    /// RACK.reo_wnd_mult.
    var windowFactor = 1
    /// RACK.reo_wnd_persist: recoveries until the factor is forgotten.
    var windowPersistence = 0
    /// The DSACK round in which the factor last grew.
    var duplicateRound: SequenceNumber?
}

/// ECN (RFC 3168 6.1).
public struct ECNVariables: Hashable, Sendable {
    /// ECE goes into every ACK until CWR comes.
    public internal(set) var isEchoing = false
    /// CWR goes with the next new data.
    public internal(set) var owesCWR = false
    /// No second reduction before this is acknowledged.
    var reducedUntil: SequenceNumber?
}

/// Fast Open (RFC 7413).
public struct FastOpenVariables: Hashable, Sendable {
    /// What goes into this end's SYN, or SYN-ACK; of a client, from the SYN-ACK on, the cookie that came with that.
    var option: FastOpenOption?
    /// Whether the SYN asked for a cookie, and by which number.
    var wish: Wish?

    enum Wish: Hashable, Sendable {
        case right, experimental
    }

    /// Octets that went out with the SYN.
    public internal(set) var sent: UInt32 = 0
    /// Whether data in a SYN was acknowledged, or taken.
    public internal(set) var carriedData = false
    /// Whether this end took the SYN's data, or would have, so that it may send before the handshake is over.
    var isServing = false
    /// Whether the SYN's data was not taken and has not gone out again yet.
    var isResending = false
    /// Whether the ACK of its SYN-ACK is still to come.
    var awaitsHandshake = false
    /// The MSS that the SYN-ACK announced.
    var learnedSize: UInt16 = 0
    /// Whether the host has not looked yet at what the SYN-ACK said.
    var isNews = false
}

/// Deadlines; `nil` where a timer is off.
public struct Timers: Hashable, Sendable {
    /// The RTO (RFC 6298 5.1), from the last transmission or acknowledgment that started it; on while anything is
    /// unacknowledged.
    public internal(set) var retransmission: Instant?
    /// RACK's reordering timer (RFC 8985 6.2, step 5): when what was overtaken counts as lost.
    public internal(set) var reordering: Instant?
    /// TLP's probe time-out (RFC 8985 7): when the tail is probed.
    public internal(set) var lossProbe: Instant?
    /// When a window that does not let anything out is probed, or Nagle's rule and silly-window avoidance are
    /// overridden (RFC
    /// 9293 3.8.6.1, 3.8.6.2.1).
    public internal(set) var persist: Instant?
    /// When an ACK that waits for company goes out alone (RFC 9293 3.8.6.3).
    public internal(set) var delayedAcknowledgment: Instant?
    /// When an idle connection is probed next (RFC 9293 3.8.4).
    public internal(set) var keepAlive: Instant?
    /// When the connection ends for want of an answer, where the program set a limit (RFC 9293 3.10.8).
    public internal(set) var userTimeout: Instant?
    /// When FIN-WAIT-2 ends though no FIN has come; no RFC's, but most systems'.
    public internal(set) var finWait2: Instant?
    /// When TIME-WAIT ends: 2 MSL after it was entered, or last entered anew (RFC 9293 3.10.7.4).
    public internal(set) var timeWait: Instant?
    /// How often the persist timer ran out in a row.
    var persistBackoff = 0
    /// Probes of any kind in a row that nothing answered.
    var unansweredProbes = 0

    /// The first of them.
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

    /// Whether its time has come; it is off then.
    static func isDue(_ timer: inout Instant?, _ now: Instant) -> Bool {
        guard let deadline = timer, deadline <= now else { return false }
        timer = nil
        return true
    }
}

/// What has been counted of a connection.
public struct ConnectionCounters: Hashable, Sendable {
    /// Segments that went out, of any kind, retransmissions among them.
    public internal(set) var segmentsSent = 0
    /// Segments that came in, acceptable or not.
    public internal(set) var segmentsReceived = 0
    /// Octets of text that went out, each time that they did.
    public internal(set) var octetsSent: UInt64 = 0
    /// Octets of text taken in order, each once.
    public internal(set) var octetsReceived: UInt64 = 0
    /// Octets of text that the other end acknowledged, each once.
    public internal(set) var octetsAcknowledged: UInt64 = 0
    /// Segments that went out again: SYNs and FINs too, for whatever reason.
    public internal(set) var retransmissions = 0
    /// Times that the retransmission timer ran out.
    public internal(set) var timeouts = 0
    /// Times that fast recovery began (RFC 5681 3.2, RFC 6675 5).
    public internal(set) var fastRecoveries = 0
    /// Duplicate ACKs (RFC 5681 2) that came.
    public internal(set) var duplicateAcknowledgmentsReceived = 0
    /// Segments that brought only what was there already.
    public internal(set) var duplicatesReceived = 0
    /// Segments known to have arrived.
    public internal(set) var delivered = 0
    /// DSACKs that came.
    public internal(set) var duplicateReports = 0
    /// Segments that were dropped.
    public internal(set) var discarded = 0
    /// ACKs sent in answer to what cannot be right (RFC 5961).
    public internal(set) var challenges = 0
    /// Time-outs that turned out to be needless and were undone.
    public internal(set) var spuriousTimeouts = 0
}
