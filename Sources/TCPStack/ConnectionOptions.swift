/// What a program, or the host on its behalf, chooses for a connection. Every default is that of the RFC that defines
/// the option, or its comment says why not.
public struct ConnectionOptions: Hashable, Sendable {
    /// How keep-alive behaves (RFC 9293 3.8.4).
    public struct KeepAlive: Hashable, Sendable {
        /// Off unless the program asks for it (MUST-25).
        public var isEnabled = false
        /// How long the connection must be silent before the first probe: at least two hours by default (MUST-28).
        public var idle = Interval.seconds(7200)
        /// The time between two probes.
        public var interval = Interval.seconds(75)
        /// How many unanswered probes end the connection.
        public var limit = 9
        /// Whether a probe carries one octet, for peers that do not answer empty probes (MAY-6).
        public var sendsOctet = false
    }

    /// What `close` does about data that has not been sent.
    public enum Linger: Hashable, Sendable {
        /// It returns at once, and the rest is sent in the background.
        case background
        /// The program waits at most this long; zero aborts the connection (RFC 9293 3.10.5).
        case wait(Interval)
    }

    /// When the small segment at the end of a write is held back (RFC 9293 3.7.4).
    public enum Nagle: Hashable, Sendable {
        /// While any octets are unacknowledged (RFC 896).
        case whileUnacknowledged
        /// While a small segment is unacknowledged: Minshall's variant (RFC 9293 A.3), which Linux uses.
        case whileSmallUnacknowledged
        /// Never (MUST-17).
        case off
    }

    /// The segment that probes a closed window (RFC 9293 3.8.6.1).
    public enum WindowProbe: Hashable, Sendable {
        /// An empty segment with the sequence number before SND.UNA: it is not acceptable, so it is answered. Linux
        /// does this.
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

    /// The size of the receive buffer in octets, which limits the window offered.
    public var receiveBuffer = 131_072
    /// The size of the send buffer in octets, which holds what is not acknowledged or not sent yet.
    public var sendBuffer = 131_072
    /// If this many octets are unsent, no more are accepted until they are fewer (TCP_NOTSENT_LOWAT), so that programs
    /// write data as late as possible.
    public var unsentLowWater: Int?
    /// For a listener: how long a connection is kept from the program while the other end has sent no data
    /// (TCP_DEFER_ACCEPT).
    public var acceptDeferral: Interval?
    /// The MSS to announce; `nil`: what the interface's MTU leaves (MUST-67).
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
    /// The window shift to offer, at most 14; `nil`: the smallest with which the window field can express the whole
    /// buffer.
    public var windowShift: UInt8?
    /// For a listener: how many connections that a SYN with data has opened may be waiting for the end of their
    /// handshake (RFC 7413 5.1); none by default.
    public var fastOpenQueue = 0
    /// Whether `connect` sends no SYN at first if the other end's cookie is known; the SYN then goes out with the first
    /// data.
    public var fastOpenOnConnect = false
    /// Whether to send data in the SYN without a cookie, and to accept it: for networks where no addresses are forged.
    public var fastOpenWithoutCookie = false
    /// When the small segment at the end of a write is held back; by default as Minshall proposed.
    public var nagle = Nagle.whileSmallUnacknowledged
    /// Whether to hold back every segment that is not full.
    public var cork = false
    /// Whether, and how often, an idle connection is probed; off by default.
    public var keepAlive = KeepAlive()
    /// How long data may stay unacknowledged (RFC 9293 3.10.8, RFC 5482); `nil`: only R2 ends a connection.
    public var userTimeout: Interval?
    /// What `close` does about data that has not been sent, and whether it waits for it; by default it does not wait.
    public var linger = Linger.background
    /// How long FIN-WAIT-2 lasts after the program has closed the connection; `nil`: forever.
    public var finWait2Timeout: Interval? = .seconds(60)
    /// R1: the number of retransmissions of one segment after which IP and the program are told (SHLD-10: at least 3).
    public var retransmissionWarning = 3
    /// R2: the number of retransmissions of one segment that ends the connection. With the default timeouts, 15 take
    /// well over the 100 seconds of SHLD-11.
    public var retransmissionLimit = 15
    /// R2 for a SYN: with the initial RTO of 1 s, 7 retransmissions take 4 minutes (MUST-23: at least 3 minutes).
    public var synRetransmissionLimit = 7
    /// The RTO before a round trip has been measured (RFC 6298 2.1).
    public var initialRTO = Interval.seconds(1)
    /// The smallest RTO. RFC 6298 2.4 says one second, but with finer clocks hosts have long used less; this is Linux's
    /// value.
    public var minimumRTO = Interval.milliseconds(200)
    /// The greatest RTO (RFC 6298 2.5: at least 60 s).
    public var maximumRTO = Interval.seconds(120)
    /// The maximum segment lifetime. RFC 9293 3.4.2 assumes 2 minutes and calls it an engineering choice; this is
    /// Linux's value.
    public var maximumSegmentLifetime = Interval.seconds(30)
    /// How long an ACK may be delayed: less than 0.5 s (MUST-40).
    public var acknowledgmentDelay = Interval.milliseconds(40)
    /// How many ACKs at the beginning are sent at once, because the other end is in slow start. Linux's number.
    public var initialQuickAcknowledgments = 16
    /// How the congestion window grows and shrinks; by default as Linux's does.
    public var congestionControl = CongestionControl.cubic
    /// The initial congestion window in segments (RFC 6928 2).
    public var initialWindow = 10
    /// How many segments an ACK may add to the congestion window in slow start (RFC 3465 2.3: L is two); `nil`: as many
    /// as it acknowledges, as in Linux.
    public var slowStartLimit: Int? = 2
    /// Whether the congestion window is reduced to the initial one after a silence longer than the RTO (RFC 5681 4.1).
    public var restartsAfterIdle = true
    /// The segment that probes a closed window; by default the one that Linux sends.
    public var windowProbe = WindowProbe.oldNumber
    /// Whether RACK-TLP (RFC 8985) detects losses, besides RFC 6675's rule.
    public var usesRecentAcknowledgment = true
    /// Whether loss probes are sent for the last segments of a flight (RFC 8985 7).
    public var usesLossProbe = true
    /// Whether an ICMP "unreachable" ends a connection that is being opened, as RFC 5461 4.1 reports of many systems.
    /// RFC 9293 forbids it (MUST-56).
    public var unreachableEndsOpening = false
    /// Whether soft errors are reported to the program (SHLD-20).
    public var reportsErrors = true
    /// DSCP and ECN bits of the packets sent (MUST-48); where ECN is in use, RFC 3168 determines the ECN bits.
    public var trafficClass: UInt8 = 0
    /// Time to live, or hop limit (MUST-49).
    public var hopLimit: UInt8 = 64
    /// The shortest time between two challenge ACKs (RFC 5961 7).
    public var challengeInterval = Interval.milliseconds(500)

    /// The defaults.
    public init() {}
}
