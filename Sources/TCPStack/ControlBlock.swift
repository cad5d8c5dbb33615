import TCPState
import TCPWire

/// A connection: RFC 9293's transmission control block, with the RFC's names, and what the later RFCs add to it.
///
/// It is a value. It reads no clock, draws no random number and sends nothing: an event and the time go in, ``Action``s
/// come out, each with the ``Rule`` that asked for it. A copy is a snapshot.
///
/// What is called for every segment is always inlined: the block is so large that the compiler would otherwise copy all of it
/// for the call of a non-mutating method.
public struct ControlBlock: Sendable {
    /// This end.
    public let local: Endpoint
    /// The other end; unspecified in LISTEN.
    public internal(set) var remote: Endpoint
    /// One of the eleven.
    public internal(set) var state = State.closed
    /// Whether the connection was opened by a passive OPEN: where SYN-RECEIVED came from (MUST-11).
    public internal(set) var isPassive = false
    /// ISS: the initial send sequence number, handed in (RFC 6528).
    public internal(set) var iss: SequenceNumber
    /// IRS: the initial receive sequence number.
    public internal(set) var irs = SequenceNumber(0)
    /// SND.UNA and the others.
    public internal(set) var snd: SendVariables
    /// RCV.NXT and the others.
    public internal(set) var rcv: ReceiveVariables
    /// What the program chose.
    public internal(set) var options: ConnectionOptions
    /// What the two SYNs agreed upon.
    public internal(set) var agreed = Agreement()
    /// What was written and is not acknowledged: it begins at SND.UNA.
    public internal(set) var sendQueue = ByteQueue()
    /// What may be read.
    public internal(set) var receiveQueue = ByteQueue()
    /// What came too early.
    public internal(set) var reassembly = ReassemblyQueue()
    /// The segments under way.
    public internal(set) var ledger = SentLedger()
    /// Round trips and the RTO.
    public internal(set) var roundTrip: RoundTripEstimator
    /// cwnd and ssthresh.
    public internal(set) var congestion: CongestionWindow
    /// Fast recovery and the like.
    public internal(set) var recovery = RecoveryVariables()
    /// When what is due.
    public internal(set) var timers = Timers()
    /// TS.Recent and the others.
    public internal(set) var stamps: TimestampVariables
    /// ECN's bits.
    public internal(set) var ecn = ECNVariables()
    /// Data in SYNs.
    public internal(set) var fastOpen = FastOpenVariables()
    /// What has been counted.
    public internal(set) var counters = ConnectionCounters()
    /// How it ended; `nil` while it lasts.
    public internal(set) var end: ConnectionEnd?
    /// The last error that did not end the connection (SHLD-25).
    public internal(set) var softError: ICMPReason?

    /// Whether the program said with its last octets that more will follow: the small segment at the end waits for it.
    var awaitsMore = false
    /// The numbers behind the records that are not sent yet: no segment goes across one.
    var recordEnds: [SequenceNumber] = []
    /// Whether the program has closed its sending direction.
    var finishRequested = false
    /// The FIN's own number, once it has gone out.
    var finishNumber: SequenceNumber?
    /// The number of the other end's FIN, once it is known; it may be known before it is reached.
    var remoteFinish: SequenceNumber?
    /// Whether that FIN has been reached and acknowledged.
    var remoteFinished = false
    /// Whether the program has let go of the connection.
    public internal(set) var isOrphan = false
    /// Whether the program will not read any more.
    var readShutdown = false
    /// When an ACK is due.
    var acknowledgment = AcknowledgmentVariables()
    /// Bytes of link and path: the largest packet to send.
    var pathMTU: Int
    /// The first moment since the last progress at which something went unanswered.
    var unansweredSince: Instant?
    /// When the last segment came, for keep-alive.
    var lastHeard = Instant()
    /// When text last came that was new; before any, when the connection was open.
    var lastTaken: Instant?
    /// What the sender has been about.
    var busy = BusyTimes()
    /// Whether the program found no room for what it wanted to write.
    var isShortOfRoom = false
    /// When data last went out, for the restart window.
    var lastSent = Instant()
    /// When the SYN, or SYN-ACK, first went out: its answer gives the first round trip.
    var openedAt = Instant()
    var lastChallenge: Instant?
    /// Whether the time from SYN-ACK to ACK is known: not after a SYN cookie.
    var measuresHandshake = true
    /// The time of the event in hand.
    var clock = Instant()
    /// What goes out; kept apart from ``outbox`` so that it can be written to the wire where it stands.
    var transmissions: [Transmitted] = []
    /// Everything else that is done.
    var outbox: [Action] = []
    /// Whether anybody will ask for what is in ``outbox``.
    var tellsActions = true

    /// A block in CLOSED.
    ///
    /// - Parameters:
    ///   - iss: where the numbers begin; keyed and driven by a clock (RFC 6528, MUST-8, MUST-9), which ``ISNGenerator`` does.
    ///   - timestampOffset: added to the clock in timestamps, so that they do not tell how long the host is up.
    ///   - mtu: of the interface towards the other end, in octets.
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

    /// What is done and what goes out, in one order.
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

    /// Deletes the connection: queues and timers go, the reason stays.
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
        // What came before an orderly end may still be read; an RST takes it away (RFC 9293 3.10.7.4: queues flushed).
        if how != .closed { receiveQueue.removeAll() }
    }

    /// Whether the connection uses IPv4.
    var isIPv4: Bool { local.address.isIPv4 }
}

/// A segment on its way out.
struct Transmitted: Sendable {
    var segment: Segment
    var kind: Transmission
    var reason: Rule
    /// How many other actions come before it.
    var place: Int
}

/// The send sequence variables (RFC 9293 3.3.1).
public struct SendVariables: Hashable, Sendable {
    /// SND.UNA.
    public internal(set) var una: SequenceNumber
    /// SND.NXT. It never goes back: what is sent again is kept in the ``SentLedger``.
    public internal(set) var nxt: SequenceNumber
    /// SND.WND, in octets, unsigned and unscaled (MUST-1).
    public internal(set) var wnd: UInt32 = 0
    /// SND.UP: the number behind the urgent data.
    public internal(set) var up: SequenceNumber
    /// SND.WL1.
    public internal(set) var wl1 = SequenceNumber(0)
    /// SND.WL2.
    public internal(set) var wl2 = SequenceNumber(0)
    /// Max(SND.WND): the largest window ever offered (RFC 9293 3.8.6.2.1, RFC 5961 5.2).
    public internal(set) var maxWindow: UInt32 = 0
    /// Snd.Wind.Shift (RFC 7323 2.3).
    public internal(set) var shift: UInt8 = 0
    /// SendMSS: what the other end takes (RFC 9293 3.7.1).
    public internal(set) var mss: UInt32 = 536
    /// The number behind the last small segment sent (RFC 9293 A.3).
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
    /// RCV.WND: what has been offered and not used, in octets.
    public internal(set) var wnd: UInt32 = 0
    /// RCV.UP: the number behind the urgent data; `nil` without any.
    public internal(set) var up: SequenceNumber?
    /// Rcv.Wind.Shift (RFC 7323 2.3).
    public internal(set) var shift: UInt8 = 0
    /// The largest text received, from which full segments are told (SHLD-19).
    public internal(set) var mss: UInt32 = 536

    /// The number behind the window.
    public var edge: SequenceNumber { nxt + wnd }
}
