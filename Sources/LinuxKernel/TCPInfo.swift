import FlatMemory

/// What the kernel measures of a connection (`struct tcp_info`).
///
/// A kernel that knows less sends a shorter structure; what it does not send is 0.
public struct TCPInfo: Hashable, Sendable {
    /// What the handshake agreed on (TCPI_OPT_*).
    public struct Options: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Timestamps (RFC 7323 3).
        public static let timestamps = Options(rawValue: 1)
        /// SACK (RFC 2018).
        public static let selectiveAcknowledgment = Options(rawValue: 2)
        /// Window scaling (RFC 7323 2).
        public static let windowScale = Options(rawValue: 4)
        /// ECN (RFC 3168).
        public static let explicitCongestionNotification = Options(rawValue: 8)
        /// An ECN mark has been seen.
        public static let congestionSeen = Options(rawValue: 16)
        /// The SYN's data was acknowledged (RFC 7413).
        public static let fastOpenData = Options(rawValue: 32)
    }

    /// The kernel's number of the state; of a request or a timewait socket there is no `TCPInfo`.
    public var kernelState: UInt8 = 0
    /// Congestion state: 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss.
    public var congestionState: UInt8 = 0
    /// Retransmissions by timeout in a row, of the segment that waits now.
    public var retransmits: UInt8 = 0
    /// Window or keep-alive probes in a row without an answer.
    public var probes: UInt8 = 0
    /// How often the timeout has doubled.
    public var backoff: UInt8 = 0
    /// What the handshake agreed on, and what came of it.
    public var options: Options = []
    /// Shift of the windows that the peer announces (RFC 7323 2.2).
    public var sendWindowScale: UInt8 = 0
    /// Shift of the windows that we announce.
    public var receiveWindowScale: UInt8 = 0
    /// Retransmission timeout, in microseconds (RFC 6298).
    public var retransmissionTimeout: UInt32 = 0
    /// Delayed-acknowledgment timeout, in microseconds.
    public var acknowledgmentTimeout: UInt32 = 0
    /// The MSS by which we send, in octets.
    public var sendMSS: UInt32 = 0
    /// What the peer's segments are seen to carry, in octets.
    public var receiveMSS: UInt32 = 0
    /// Segments in flight; of a listener the length of its accept queue.
    public var unacknowledged: UInt32 = 0
    /// Segments selectively acknowledged; of a listener its backlog.
    public var selectivelyAcknowledged: UInt32 = 0
    /// Segments taken for lost.
    public var lost: UInt32 = 0
    /// Segments retransmitted and not yet acknowledged.
    public var retransmitted: UInt32 = 0
    /// Milliseconds since data was last sent.
    public var lastDataSent: UInt32 = 0
    /// Milliseconds since data last came.
    public var lastDataReceived: UInt32 = 0
    /// Milliseconds since an acknowledgment last came.
    public var lastAcknowledgmentReceived: UInt32 = 0
    /// The path's MTU as far as it is known, in octets.
    public var pathMTU: UInt32 = 0
    /// Smoothed round-trip time, in microseconds (RFC 6298 2).
    public var roundTripTime: UInt32 = 0
    /// Its variation, in microseconds.
    public var roundTripVariation: UInt32 = 0
    /// Slow-start threshold, in segments; `nil` before anything was lost that would set one.
    public var slowStartThreshold: UInt32?
    /// Congestion window, in segments.
    public var congestionWindow: UInt32 = 0
    /// The MSS that we announced.
    public var advertisedMSS: UInt32 = 0
    /// Segments retransmitted in the connection's life.
    public var totalRetransmitted: UInt32 = 0
    /// Octets that the peer has acknowledged (RFC 4898 tcpEStatsAppHCThruOctetsAcked); the SYN counts as one.
    public var bytesAcknowledged: UInt64 = 0
    /// Octets that came in order (RFC 4898 tcpEStatsAppHCThruOctetsReceived); the FIN counts as one.
    public var bytesReceived: UInt64 = 0
    /// Segments that went out, retransmissions among them (RFC 4898 tcpEStatsPerfSegsOut).
    public var segmentsOut: UInt32 = 0
    /// Segments that came in (RFC 4898 tcpEStatsPerfSegsIn).
    public var segmentsIn: UInt32 = 0
    /// Octets in the send queue that were never sent.
    public var notSent: UInt32 = 0
    /// Least round-trip time of the recent minutes, in microseconds.
    public var minimumRoundTripTime: UInt32 = 0

    /// Segments that may arrive out of order before one counts as lost.
    public var reordering: UInt32 = 0
    /// The receiver's own estimate of the round trip, in microseconds.
    public var receiverRoundTripTime: UInt32 = 0
    /// Octets for which the receive buffer is tuned.
    public var receiveSpace: UInt32 = 0
    /// Octets up to which the window that we offer may grow.
    public var receiveSlowStartThreshold: UInt32 = 0
    /// Octets a second at which it sends at most; all bits set for no limit.
    public var pacingRate: UInt64 = 0
    /// What the program allows at most, in octets a second; all bits set for no limit.
    public var maximumPacingRate: UInt64 = 0
    /// Segments with data that came in.
    public var dataSegmentsIn: UInt32 = 0
    /// Segments with data that went out, retransmissions among them.
    public var dataSegmentsOut: UInt32 = 0
    /// Octets a second that arrived at the peer, as last measured.
    public var deliveryRate: UInt64 = 0
    /// Whether the program, not the network, limited that measurement.
    public var isApplicationLimited = false
    /// Microseconds with data in flight.
    public var busyTime: UInt64 = 0
    /// Microseconds of those that the peer's window held it back.
    public var receiveWindowLimited: UInt64 = 0
    /// Microseconds of those that the send buffer was too small.
    public var sendBufferLimited: UInt64 = 0
    /// Segments that arrived, selectively acknowledged ones included.
    public var delivered: UInt32 = 0
    /// Octets sent, retransmissions included.
    public var bytesSent: UInt64 = 0
    /// Octets sent again.
    public var bytesRetransmitted: UInt64 = 0
    /// Segments that the peer reported as received twice (RFC 2883).
    public var duplicatesReported: UInt32 = 0
    /// How often segments were seen out of order.
    public var reorderings: UInt32 = 0
    /// Segments that came out of order.
    public var receivedOutOfOrder: UInt32 = 0
    /// The window that the peer announced, in octets.
    public var sendWindow: UInt32 = 0
    /// The window that we announced, in octets.
    public var receiveWindow: UInt32 = 0

    /// All 0: nothing is known.
    public init() {}

    /// Reads the kernel's structure; the offsets are held to `linux/tcp.h` by CLinux's Layouts.c, but for bit fields, of which C
    /// tells none, and ``receiveWindow``, which is newer than the headers of some systems that this is built on.
    init(bytes: RawSpan) {
        func byte(_ offset: Int) -> UInt8 { bytes.native(offset, as: UInt8.self) ?? 0 }
        func word(_ offset: Int) -> UInt32 { bytes.native(offset, as: UInt32.self) ?? 0 }
        func long(_ offset: Int) -> UInt64 { bytes.native(offset, as: UInt64.self) ?? 0 }
        kernelState = byte(0)
        congestionState = byte(1)
        retransmits = byte(2)
        probes = byte(3)
        backoff = byte(4)
        options = Options(rawValue: byte(5))
        // C bit fields fill a byte from its low end on a little-endian machine, from its high end on a big-endian one.
        #if _endian(little)
            (sendWindowScale, receiveWindowScale) = (byte(6) & 15, byte(6) >> 4)
        #else
            (sendWindowScale, receiveWindowScale) = (byte(6) >> 4, byte(6) & 15)
        #endif
        retransmissionTimeout = word(8)
        acknowledgmentTimeout = word(12)
        sendMSS = word(16)
        receiveMSS = word(20)
        unacknowledged = word(24)
        selectivelyAcknowledged = word(28)
        lost = word(32)
        retransmitted = word(36)
        lastDataSent = word(44)
        lastDataReceived = word(52)
        lastAcknowledgmentReceived = word(56)
        pathMTU = word(60)
        roundTripTime = word(68)
        roundTripVariation = word(72)
        // TCP_INFINITE_SSTHRESH.
        slowStartThreshold = word(76) < 0x7fff_ffff ? word(76) : nil
        congestionWindow = word(80)
        advertisedMSS = word(84)
        totalRetransmitted = word(100)
        bytesAcknowledged = long(120)
        bytesReceived = long(128)
        segmentsOut = word(136)
        segmentsIn = word(140)
        notSent = word(144)
        minimumRoundTripTime = word(148)
        reordering = word(88)
        receiverRoundTripTime = word(92)
        receiveSpace = word(96)
        receiveSlowStartThreshold = word(64)
        readRates(bytes)
    }

    /// What kernels since 4.9 and later add.
    private mutating func readRates(_ bytes: RawSpan) {
        func word(_ offset: Int) -> UInt32 { bytes.native(offset, as: UInt32.self) ?? 0 }
        func long(_ offset: Int) -> UInt64 { bytes.native(offset, as: UInt64.self) ?? 0 }
        pacingRate = long(104)
        maximumPacingRate = long(112)
        dataSegmentsIn = word(152)
        dataSegmentsOut = word(156)
        deliveryRate = long(160)
        let bits = bytes.native(7, as: UInt8.self) ?? 0
        #if _endian(little)
            isApplicationLimited = bits & 1 != 0
        #else
            isApplicationLimited = bits & 0x80 != 0
        #endif
        busyTime = long(168)
        receiveWindowLimited = long(176)
        sendBufferLimited = long(184)
        delivered = word(192)
        bytesSent = long(200)
        bytesRetransmitted = long(208)
        duplicatesReported = word(216)
        reorderings = word(220)
        receivedOutOfOrder = word(224)
        sendWindow = word(228)
        receiveWindow = word(232)
    }
}
