/// What a program, or the host for it, chooses for a connection. Everything has the default of the RFC that it comes from,
/// or says why not.
public struct ConnectionOptions: Hashable, Sendable {
    /// How keep-alive behaves (RFC 9293 3.8.4).
    public struct KeepAlive: Hashable, Sendable {
        /// Off unless asked for (MUST-25).
        public var isEnabled = false
        /// Silence before the first probe: at least two hours by default (MUST-28).
        public var idle = Interval.seconds(7200)
        /// Between probes.
        public var interval = Interval.seconds(75)
        /// Probes without answer that end the connection.
        public var limit = 9
        /// Whether a probe carries one octet, for peers that answer no other (MAY-6).
        public var sendsOctet = false
    }

    /// What to do with data unsent at close.
    public enum Linger: Hashable, Sendable {
        /// Close at once, send the rest in the background.
        case background
        /// Let the program wait that long; zero aborts the connection (RFC 9293 3.10.5).
        case wait(Interval)
    }

    /// How the small segment at the end of a write is held back (RFC 9293 3.7.4).
    public enum Nagle: Hashable, Sendable {
        /// While anything is unacknowledged (RFC 896).
        case whileUnacknowledged
        /// While a small segment is unacknowledged: Minshall's way (RFC 9293 A.3), Linux's too.
        case whileSmallUnacknowledged
        /// Never (MUST-17).
        case off
    }

    /// What is sent into a closed window (RFC 9293 3.8.6.1).
    public enum WindowProbe: Hashable, Sendable {
        /// An empty segment with the number of the last octet acknowledged: not acceptable, so answered. Linux's way.
        case oldNumber
        /// The next octet of new data.
        case newOctet
    }

    /// How the congestion window grows and shrinks.
    public enum CongestionControl: String, Hashable, Sendable, CaseIterable {
        /// RFC 5681 with RFC 6582.
        case reno
        /// RFC 9438.
        case cubic
    }

    /// Octets that the program has not read yet; the window offered.
    public var receiveBuffer = 131_072
    /// Octets not yet acknowledged or not yet sent.
    public var sendBuffer = 131_072
    /// As many octets unsent, and no more are taken until they are fewer (TCP_NOTSENT_LOWAT): what is written late is fresh.
    public var unsentLowWater: Int?
    /// Of a listener: how long a connection is not told of while its other end has sent no data (TCP_DEFER_ACCEPT).
    public var acceptDeferral: Interval?
    /// The MSS to announce; by default what the interface's MTU leaves (MUST-67).
    public var maximumSegmentSize: UInt16?
    /// Whether to offer window scaling (RFC 7323 2).
    public var windowScaling = true
    /// Whether to offer SACK (RFC 2018 2).
    public var selectiveAcknowledgment = true
    /// Whether to offer timestamps (RFC 7323 3).
    public var timestamps = true
    /// Whether to offer ECN, and accept it (RFC 3168).
    public var explicitCongestionNotification = false
    /// Whether to accept ECN where the other end offers it.
    public var acceptsExplicitCongestionNotification = false
    /// The shift of windows to offer, at most 14; by default the least with which the whole buffer can be told.
    public var windowShift: UInt8?
    /// Of a listener: how many connections may be open by a SYN with data whose handshake is not over (RFC 7413 5.1); none by
    /// default.
    public var fastOpenQueue = 0
    /// Whether to connect without a SYN where the cookie of the other end is known, which then goes out with the first data.
    public var fastOpenOnConnect = false
    /// Whether to send data in the SYN without a cookie, and to take it: for networks where nobody forges addresses.
    public var fastOpenWithoutCookie = false
    /// How the small segment at the end of a write is held back; by default Minshall's way.
    public var nagle = Nagle.whileSmallUnacknowledged
    /// Whether to hold every segment that is not full.
    public var cork = false
    /// Whether, and how often, an idle connection is probed; off by default.
    public var keepAlive = KeepAlive()
    /// How long data may stay unacknowledged (RFC 9293 3.10.8, RFC 5482); by default only R2 ends a connection.
    public var userTimeout: Interval?
    /// What becomes of data unsent at close, and whether closing waits for it.
    public var linger = Linger.background
    /// How long FIN-WAIT-2 lasts once the program has closed; `nil`: forever.
    public var finWait2Timeout: Interval? = .seconds(60)
    /// R1: retransmissions of one segment after which IP and the program are told (SHLD-10: at least 3).
    public var retransmissionWarning = 3
    /// R2: retransmissions of one segment that end the connection. With the default time-outs 15 are well over the 100
    /// seconds of SHLD-11.
    public var retransmissionLimit = 15
    /// R2 of a SYN: with the initial RTO of 1 s, 7 of them last 4 minutes (MUST-23: at least 3).
    public var synRetransmissionLimit = 7
    /// RFC 6298 2.1.
    public var initialRTO = Interval.seconds(1)
    /// RFC 6298 2.4 says a second; with clocks finer than that, hosts have long gone lower. Linux's.
    public var minimumRTO = Interval.milliseconds(200)
    /// RFC 6298 2.5: at least 60 s.
    public var maximumRTO = Interval.seconds(120)
    /// The maximum segment lifetime: RFC 9293 3.4.2 takes 2 minutes and calls it an engineering choice. Linux's.
    public var maximumSegmentLifetime = Interval.seconds(30)
    /// How long an ACK waits for company: below 0.5 s (MUST-40).
    public var acknowledgmentDelay = Interval.milliseconds(40)
    /// How many ACKs at the beginning go out at once, because the other end is in slow start. Linux's number.
    public var initialQuickAcknowledgments = 16
    /// How the congestion window grows and shrinks; by default as Linux's does.
    public var congestionControl = CongestionControl.cubic
    /// The initial window in segments (RFC 6928 2).
    public var initialWindow = 10
    /// How many segments an ACK may add to the window in slow start (RFC 3465 2.3: L of two); `nil`: as many as it acknowledges,
    /// as Linux does.
    public var slowStartLimit: Int? = 2
    /// Whether a silence longer than the RTO makes the window small again (RFC 5681 4.1).
    public var restartsAfterIdle = true
    /// What asks a closed window whether it is open again; by default Linux's way.
    public var windowProbe = WindowProbe.oldNumber
    /// Whether RACK-TLP (RFC 8985) finds losses besides RFC 6675's rule.
    public var usesRecentAcknowledgment = true
    /// Whether a lost tail is probed for (RFC 8985 7).
    public var usesLossProbe = true
    /// Whether an ICMP "unreachable" ends a connection that is being opened, as RFC 5461 4.1 tells of many systems. RFC 9293
    /// forbids it (MUST-56).
    public var unreachableEndsOpening = false
    /// Whether soft errors are told to the program (SHLD-20).
    public var reportsErrors = true
    /// DSCP and ECN of what is sent (MUST-48); the ECN bits belong to RFC 3168 where ECN is in use.
    public var trafficClass: UInt8 = 0
    /// Time to live, or hop limit (MUST-49).
    public var hopLimit: UInt8 = 64
    /// The least time between two ACKs that answer what cannot be right (RFC 5961 7).
    public var challengeInterval = Interval.milliseconds(500)

    /// The defaults.
    public init() {}
}
