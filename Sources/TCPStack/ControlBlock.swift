import TCPState
import TCPWire

/// A connection: RFC 9293's transmission control block, with the RFC's names, extended by what later RFCs add.
///
/// It is a value. It reads no clock, draws no random number and sends nothing: it is given events and the time, and
/// returns ``Action``s, each with the ``Rule`` that requires it. A copy is a snapshot.
///
/// Non-mutating functions that are called for every segment are always inlined: the block is so large that the compiler
/// would otherwise copy it as a whole for each call.
public struct ControlBlock: Sendable {
    /// The endpoint of this end.
    public let local: Endpoint
    /// The endpoint of the other end; unspecified in LISTEN.
    public internal(set) var remote: Endpoint
    /// The connection's state.
    public internal(set) var state = State.closed
    /// Whether the connection was opened by a passive OPEN, which decides where an RST leads in SYN-RECEIVED (MUST-11).
    public internal(set) var isPassive = false
    /// ISS: the initial send sequence number, chosen by the caller (RFC 6528).
    public internal(set) var iss: SequenceNumber
    /// IRS: the initial receive sequence number.
    public internal(set) var irs = SequenceNumber(0)
    /// SND.UNA and the others.
    public internal(set) var snd: SendVariables
    /// RCV.NXT and the others.
    public internal(set) var rcv: ReceiveVariables
    /// The options that the program chose.
    public internal(set) var options: ConnectionOptions
    /// The options that the two SYNs agreed on.
    public internal(set) var agreed = Agreement()
    /// Octets that were written and are not acknowledged; the first is that of SND.UNA.
    public internal(set) var sendQueue = ByteQueue()
    /// Octets that have arrived in order and can be read.
    public internal(set) var receiveQueue = ByteQueue()
    /// Octets that have arrived after a gap.
    public internal(set) var reassembly = ReassemblyQueue()
    /// The segments that were sent and are not acknowledged.
    public internal(set) var ledger = SentLedger()
    /// Round-trip times and the RTO.
    public internal(set) var roundTrip: RoundTripEstimator
    /// cwnd and ssthresh.
    public internal(set) var congestion: CongestionWindow
    /// The state of loss recovery.
    public internal(set) var recovery = RecoveryVariables()
    /// The deadlines of all timers.
    public internal(set) var timers = Timers()
    /// TS.Recent and the others.
    public internal(set) var stamps: TimestampVariables
    /// The state of ECN.
    public internal(set) var ecn = ECNVariables()
    /// Fast Open: data in SYNs.
    public internal(set) var fastOpen = FastOpenVariables()
    /// The connection's counters.
    public internal(set) var counters = ConnectionCounters()
    /// How the connection ended; `nil` while it exists.
    public internal(set) var end: ConnectionEnd?
    /// The last error that did not end the connection (SHLD-25).
    public internal(set) var softError: ICMPReason?

    /// Whether the program has announced more octets after the last ones, so that a segment that is not full must wait.
    var awaitsMore = false
    /// The sequence numbers after the ends of the records that are not sent yet: no segment may contain octets from
    /// both sides of one.
    var recordEnds: [SequenceNumber] = []
    /// Whether the program has closed its sending direction.
    var finishRequested = false
    /// The sequence number of this end's FIN, once it has been sent.
    var finishNumber: SequenceNumber?
    /// The sequence number of the other end's FIN, if it has arrived, even if octets before it are still missing.
    var remoteFinish: SequenceNumber?
    /// Whether everything up to that FIN has been received.
    var remoteFinished = false
    /// Whether the program has given up the connection.
    public internal(set) var isOrphan = false
    /// Whether the program has closed the receiving direction.
    var readShutdown = false
    /// When an ACK must be sent, and why.
    var acknowledgment = AcknowledgmentVariables()
    /// The path MTU: the largest IP packet to send, in octets.
    var pathMTU: Int
    /// The earliest time since the last progress from which on something has been unanswered.
    var unansweredSince: Instant?
    /// When the last acceptable segment arrived, for keep-alive.
    var lastHeard = Instant()
    /// When new text last arrived; before that, when the connection was opened.
    var lastTaken: Instant?
    /// For how long the sender was busy, and what limited it.
    var busy = BusyTimes()
    /// Whether the program has found too little room for what it wanted to write.
    var isShortOfRoom = false
    /// When data was last sent, for the restart of the window after idle.
    var lastSent = Instant()
    /// When the SYN, or SYN-ACK, was first sent; its answer gives the first round-trip time.
    var openedAt = Instant()
    var lastChallenge: Instant?
    /// Whether the time from SYN-ACK to ACK can be measured, which is not so after a SYN cookie.
    var measuresHandshake = true
    /// The time of the current event.
    var clock = Instant()
    /// The segments to be sent. They are kept apart from ``outbox``, so that they can be written to packets without
    /// being copied.
    var transmissions: [Transmitted] = []
    /// All other actions.
    var outbox: [Action] = []
    /// Whether the caller will ask for the actions in ``outbox``.
    var tellsActions = true

    /// A control block in CLOSED.
    ///
    /// - Parameters:
    ///   - iss: the initial sequence number, which should depend on a key and a clock (RFC 6528, MUST-8, MUST-9), as
    ///     ``ISNGenerator`` makes it.
    ///   - timestampOffset: is added to the clock in timestamps, so that they do not reveal for how long the host has
    ///     been running.
    ///   - mtu: the MTU of the interface towards the other end, in octets.
    public init(
        local: Endpoint, remote: Endpoint, iss: SequenceNumber, timestampOffset: UInt32 = 0, mtu: Int = 1500,
        options: ConnectionOptions = ConnectionOptions()
    ) {
        self.local = local
        self.remote = remote
        self.iss = iss
        self.options = options
        pathMTU = max(mtu, 68)
        snd = SendVariables(start: iss)
        rcv = ReceiveVariables()
        stamps = TimestampVariables(offset: timestampOffset)
        roundTrip = RoundTripEstimator(
            initial: options.initialRTO, least: options.minimumRTO, most: options.maximumRTO)
        congestion = CongestionWindow(
            control: options.congestionControl, segmentSize: 536, initialSegments: options.initialWindow)
        acknowledgment.quick = options.initialQuickAcknowledgments
    }

    /// The actions since the last call, oldest first.
    public mutating func takeActions() -> [Action] {
        defer {
            outbox = []
            transmissions = []
        }
        return actions
    }

    /// All actions, those that send segments among them, in the order in which they happened.
    var actions: [Action] {
        var merged: [Action] = []
        var place = 0
        for sent in transmissions {
            merged += outbox[place..<sent.place]
            merged.append(Action(.transmit(sent.segment, sent.kind), because: sent.reason))
            place = sent.place
        }
        return merged + outbox[place...]
    }

    mutating func act(_ kind: Action.Kind, because reason: Rule) {
        if tellsActions { outbox.append(Action(kind, because: reason)) }
    }

    mutating func emit(_ segment: Segment, _ kind: Transmission, because reason: Rule) {
        transmissions.append(Transmitted(segment: segment, kind: kind, reason: reason, place: outbox.count))
    }

    mutating func enter(_ next: State, because reason: Rule) {
        guard next != state else { return }
        act(.enter(next, from: state), because: reason)
        state = next
    }

    /// Ends the connection: deletes queues and timers, and keeps the reason.
    mutating func finish(_ how: ConnectionEnd, because reason: Rule) {
        enter(.closed, because: reason)
        guard end == nil else { return }
        end = how
        act(.end(how), because: reason)
        timers = Timers()
        ledger.removeAll()
        sendQueue.removeAll()
        reassembly.removeAll()
        acknowledgment.isNow = false
        acknowledgment.isWaiting = false
        // Octets that arrived before an orderly end can still be read; after an RST they cannot (RFC 9293 3.10.7.4:
        // queues flushed).
        if how != .closed { receiveQueue.removeAll() }
    }

    /// Whether the connection uses IPv4.
    var isIPv4: Bool { local.address.isIPv4 }
}

/// A segment to be sent.
struct Transmitted: Sendable {
    var segment: Segment
    var kind: Transmission
    var reason: Rule
    /// How many actions of other kinds come before it.
    var place: Int
}

/// The send sequence variables (RFC 9293 3.3.1).
public struct SendVariables: Hashable, Sendable {
    /// SND.UNA.
    public internal(set) var una: SequenceNumber
    /// SND.NXT. It never goes back: retransmissions are recorded in the ``SentLedger``.
    public internal(set) var nxt: SequenceNumber
    /// SND.WND, in octets, unsigned and unscaled (MUST-1).
    public internal(set) var wnd: UInt32 = 0
    /// SND.UP: the sequence number after the urgent data.
    public internal(set) var up: SequenceNumber
    /// SND.WL1.
    public internal(set) var wl1 = SequenceNumber(0)
    /// SND.WL2.
    public internal(set) var wl2 = SequenceNumber(0)
    /// Max(SND.WND): the largest window ever offered (RFC 9293 3.8.6.2.1, RFC 5961 5.2).
    public internal(set) var maxWindow: UInt32 = 0
    /// Snd.Wind.Shift (RFC 7323 2.3).
    public internal(set) var shift: UInt8 = 0
    /// SendMSS: the segment size that the other end accepts (RFC 9293 3.7.1).
    public internal(set) var mss: UInt32 = 536
    /// SND.SML: the sequence number after the last small segment sent (RFC 9293 A.3).
    public internal(set) var sml: SequenceNumber

    init(start: SequenceNumber) {
        una = start
        nxt = start
        up = start
        sml = start
    }
}

/// The receive sequence variables (RFC 9293 3.3.1).
public struct ReceiveVariables: Hashable, Sendable {
    /// RCV.NXT.
    public internal(set) var nxt = SequenceNumber(0)
    /// RCV.WND: the part of the offered window that is not used, in octets.
    public internal(set) var wnd: UInt32 = 0
    /// RCV.UP: the sequence number after the urgent data; `nil` where there is none.
    public internal(set) var up: SequenceNumber?
    /// Rcv.Wind.Shift (RFC 7323 2.3).
    public internal(set) var shift: UInt8 = 0
    /// The length of the longest text received, from which full segments are recognized (SHLD-19).
    public internal(set) var mss: UInt32 = 536

    /// The first sequence number after the window.
    public var edge: SequenceNumber { nxt + wnd }
}
