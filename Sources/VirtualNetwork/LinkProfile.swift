import TCPStack

/// What a link does to the packets of one direction. The default is a wire without delay, limits or faults.
public struct LinkProfile: Hashable, Sendable {
    /// The time from the departure of a packet's last bit to its arrival.
    public var delay = Interval.zero
    /// Bits per second; `nil`: unlimited.
    public var rate: Int?
    /// The most packets that may wait while the link is busy; further ones are dropped.
    public var queue = 1000
    /// Probability, 0 to 1, that a packet is lost.
    public var loss = 0.0
    /// Probability that a packet arrives twice.
    public var duplication = 0.0
    /// Probability that a packet is delayed by ``reorderingDelay``, so that later ones overtake it.
    public var reordering = 0.0
    /// The additional delay of a packet that is to be overtaken.
    public var reorderingDelay = Interval.milliseconds(10)
    /// Probability that one bit of a packet is inverted.
    public var corruption = 0.0
    /// The largest packet, in octets; larger ones are answered with an ICMP error (RFC 1191, RFC 8201).
    public var mtu = 65_535

    /// A wire without delay, limits or faults.
    public init() {}

    /// A wire with this delay and rate.
    public init(delay: Interval, rate: Int? = nil, queue: Int = 1000, loss: Double = 0) {
        self.delay = delay
        self.rate = rate
        self.queue = queue
        self.loss = loss
    }
}

/// Faults that an experiment applies to one packet on a link. The default is none.
public struct PacketFault: Hashable, Sendable {
    /// Whether the packet is lost; if so, the other faults have no effect.
    public var isLost = false
    /// Whether the packet arrives twice.
    public var isDoubled = false
    /// By how much its arrival is delayed.
    public var delay = Interval.zero

    /// Faults of a packet; by default none.
    public init(isLost: Bool = false, isDoubled: Bool = false, delay: Interval = .zero) {
        self.isLost = isLost
        self.isDoubled = isDoubled
        self.delay = delay
    }
}
