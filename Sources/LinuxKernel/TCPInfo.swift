import FlatMemory

/// The kernel's measurements of a connection (`struct tcp_info`).
///
/// An older kernel sends a shorter structure; values that it does not send are 0.
public struct TCPInfo: Hashable, Sendable {
    /// The features that the handshake agreed on (TCPI_OPT_*).
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
        /// A segment with an ECN congestion mark has been received.
        public static let congestionSeen = Options(rawValue: 16)
        /// The peer acknowledged the SYN's data (RFC 7413).
        public static let fastOpenData = Options(rawValue: 32)
    }

    /// The kernel's number of the state. Request and timewait sockets have no `TCPInfo`.
    public var kernelState: UInt8 = 0
    /// Congestion state: 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss.
    public var congestionState: UInt8 = 0
    /// Consecutive retransmissions, by timeout, of the segment that is waiting for an acknowledgment.
    public var retransmits: UInt8 = 0
    /// Consecutive window or keep-alive probes without an answer.
    public var probes: UInt8 = 0
    /// How often the retransmission timeout has been doubled.
    public var backoff: UInt8 = 0
    /// The features that the handshake agreed on, and whether they took effect.
    public var options: Options = []
    /// The shift of the windows that the peer announces (RFC 7323 2.2).
    public var sendWindowScale: UInt8 = 0
    /// The shift of the windows that this end announces.
    public var receiveWindowScale: UInt8 = 0
    /// Retransmission timeout, in microseconds (RFC 6298).
    public var retransmissionTimeout: UInt32 = 0
    /// Delayed-acknowledgment timeout, in microseconds.
    public var acknowledgmentTimeout: UInt32 = 0
    /// The MSS by which this end sends, in octets.
    public var sendMSS: UInt32 = 0
    /// The MSS of the peer's segments, estimated from those received, in octets.
    public var receiveMSS: UInt32 = 0
    /// Segments in flight; of a listener, the length of its accept queue.
    public var unacknowledged: UInt32 = 0
    /// Segments selectively acknowledged; of a listener, its backlog.
    public var selectivelyAcknowledged: UInt32 = 0
    /// Segments that are considered lost.
    public var lost: UInt32 = 0
    /// Segments retransmitted and not yet acknowledged.
    public var retransmitted: UInt32 = 0
    /// Milliseconds since data was last sent.
    public var lastDataSent: UInt32 = 0
    /// Milliseconds since data was last received.
    public var lastDataReceived: UInt32 = 0
    /// Milliseconds since an acknowledgment was last received.
    public var lastAcknowledgmentReceived: UInt32 = 0
    /// The path MTU as far as it is known, in octets.
    public var pathMTU: UInt32 = 0
    /// Smoothed round-trip time, in microseconds (RFC 6298 2).
    public var roundTripTime: UInt32 = 0
    /// The variation of the round-trip time, in microseconds (RFC 6298 2).
    public var roundTripVariation: UInt32 = 0
    /// Slow-start threshold, in segments; `nil` as long as no loss has set it.
    public var slowStartThreshold: UInt32?
    /// Congestion window, in segments.
    public var congestionWindow: UInt32 = 0
    /// The MSS that this end announced, in octets.
    public var advertisedMSS: UInt32 = 0
    /// Segments retransmitted since the connection began.
    public var totalRetransmitted: UInt32 = 0
    /// Octets that the peer has acknowledged (RFC 4898 tcpEStatsAppHCThruOctetsAcked); the SYN counts as one.
    public var bytesAcknowledged: UInt64 = 0
    /// Octets received in order (RFC 4898 tcpEStatsAppHCThruOctetsReceived); the FIN counts as one.
    public var bytesReceived: UInt64 = 0
    /// Segments sent, including retransmissions (RFC 4898 tcpEStatsPerfSegsOut).
    public var segmentsOut: UInt32 = 0
    /// Segments received (RFC 4898 tcpEStatsPerfSegsIn).
    public var segmentsIn: UInt32 = 0
    /// Octets in the send queue that have never been sent.
    public var notSent: UInt32 = 0
    /// The minimum round-trip time of the last minutes, in microseconds.
    public var minimumRoundTripTime: UInt32 = 0

    /// How many segments may arrive out of order before one is considered lost.
    public var reordering: UInt32 = 0
    /// The round-trip time as estimated by this end as a receiver, in microseconds.
    public var receiverRoundTripTime: UInt32 = 0
    /// The space that the receive buffer is tuned for, in octets.
    public var receiveSpace: UInt32 = 0
    /// The limit to which the window that this end announces may grow, in octets.
    public var receiveSlowStartThreshold: UInt32 = 0
    /// The rate at which the kernel sends at most, in octets per second; all bits set for no limit.
    public var pacingRate: UInt64 = 0
    /// The limit of the pacing rate that the program has set, in octets per second; all bits set for no limit.
    public var maximumPacingRate: UInt64 = 0
    /// Segments with data received.
    public var dataSegmentsIn: UInt32 = 0
    /// Segments with data sent, including retransmissions.
    public var dataSegmentsOut: UInt32 = 0
    /// The rate at which data arrived at the peer, as last measured, in octets per second.
    public var deliveryRate: UInt64 = 0
    /// Whether ``deliveryRate`` was limited by the program, not the network.
    public var isApplicationLimited = false
    /// Microseconds during which data was in flight.
    public var busyTime: UInt64 = 0
    /// Microseconds of ``busyTime`` during which the peer's window limited sending.
    public var receiveWindowLimited: UInt64 = 0
    /// Microseconds of ``busyTime`` during which the size of the send buffer limited sending.
    public var sendBufferLimited: UInt64 = 0
    /// Segments that arrived at the peer, including selectively acknowledged ones.
    public var delivered: UInt32 = 0
    /// Octets sent, including retransmissions.
    public var bytesSent: UInt64 = 0
    /// Octets retransmitted.
    public var bytesRetransmitted: UInt64 = 0
    /// Segments that the peer reported as received twice (RFC 2883).
    public var duplicatesReported: UInt32 = 0
    /// How often the network was seen to reorder segments that this end sent.
    public var reorderings: UInt32 = 0
    /// Segments received out of order.
    public var receivedOutOfOrder: UInt32 = 0
    /// The window that the peer announced, in octets.
    public var sendWindow: UInt32 = 0
    /// The window that this end announced, in octets.
    public var receiveWindow: UInt32 = 0

    /// Creates values that are all 0: nothing is known.
    public init() {}

    /// Reads the kernel's structure. CLinux's Layouts.c checks the offsets against `linux/tcp.h` at compile time,
    /// except for bit fields, which have no offset in C, and ``receiveWindow``, which the headers of some supported
    /// systems lack.
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
        // C bit fields fill a byte from its low bits on a little-endian machine, from its high bits on a big-endian
        // one.
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
        // TCP_INFINITE_SSTHRESH means that no threshold is set.
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

    /// Reads the fields that kernels since 4.9 have added.
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
