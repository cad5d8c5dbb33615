import TCPStack

/// What a link does to the packets of one direction. The default is a wire without length, limits or faults.
public struct LinkProfile: Hashable, Sendable {
    /// From the last bit's departure to its arrival.
    public var delay = Interval.zero
    /// Bits in a second; `nil`: unlimited.
    public var rate: Int?
    /// Packets that may wait while the link is busy; more are dropped.
    public var queue = 1000
    /// Probability, 0 to 1, that a packet is lost.
    public var loss = 0.0
    /// Probability that it arrives twice.
    public var duplication = 0.0
    /// Probability that it is held up by ``reorderingDelay``, so that later ones overtake it.
    public var reordering = 0.0
    /// How long.
    public var reorderingDelay = Interval.milliseconds(10)
    /// Probability that one of its bits is turned over.
    public var corruption = 0.0
    /// The largest packet, in octets; larger ones are answered with an ICMP error (RFC 1191, RFC 8201).
    public var mtu = 65_535

    /// A perfect wire.
    public init() {}

    /// A wire of that length and rate.
    public init(delay: Interval, rate: Int? = nil, queue: Int = 1000, loss: Double = 0) {
        self.delay = delay
        self.rate = rate
        self.queue = queue
        self.loss = loss
    }
}

/// What is to happen to one packet on a link. The default is nothing.
public struct PacketFault: Hashable, Sendable {
    /// Whether it is lost; nothing else counts then.
    public var isLost = false
    /// Whether it arrives twice.
    public var isDoubled = false
    /// How much later it arrives.
    public var delay = Interval.zero

    /// Nothing, or what of it is given.
    public init(isLost: Bool = false, isDoubled: Bool = false, delay: Interval = .zero) {
        self.isLost = isLost
        self.isDoubled = isDoubled
        self.delay = delay
    }
}
