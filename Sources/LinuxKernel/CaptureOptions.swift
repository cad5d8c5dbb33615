/// What to capture, and how.
public struct CaptureOptions: Sendable {
    /// When the kernel hands packets to this process.
    public enum Delivery: Hashable, Sendable {
        /// Each packet at once. The kernel's ring then reserves the snap length for every packet, so that should be
        /// small.
        case immediate
        /// In blocks, after this many milliseconds at the latest. The ring then holds far more packets; their
        /// timestamps are the same.
        case batched(milliseconds: Int32)
    }

    /// An interface's name (`lo`, `eth0`), or `any` for all.
    public var interface: String
    /// A filter in libpcap's language (pcap-filter(7)); `nil` or empty for everything.
    public var filter: String?
    /// The most octets to keep of each packet.
    public var snapLength: Int32
    /// The size of the kernel's ring in octets.
    public var bufferSize: Int32
    /// When the kernel hands packets to this process; by default in blocks of 10 ms.
    public var delivery: Delivery
    /// Whether to put the interface into promiscuous mode, in which it also delivers packets addressed to other hosts.
    public var isPromiscuous: Bool

    /// Options for a capture; by default all packets of the interface, whole, delivered in blocks.
    public init(
        interface: String, filter: String? = nil, snapLength: Int32 = 262_144, bufferSize: Int32 = 16 << 20,
        delivery: Delivery = .batched(milliseconds: 10), isPromiscuous: Bool = false
    ) {
        self.interface = interface
        self.filter = filter
        self.snapLength = snapLength
        self.bufferSize = bufferSize
        self.delivery = delivery
        self.isPromiscuous = isPromiscuous
    }
}

/// Why packets cannot be captured.
public enum LiveCaptureError: Error, Hashable, Sendable {
    /// The process lacks CAP_NET_RAW.
    case notPermitted(interface: String)
    case noSuchInterface(String)
    case interfaceDown(String)
    /// The filter does not parse; `message` is libpcap's.
    case filterSyntax(filter: String, message: String)
    /// A system call failed outside of libpcap.
    case system(interface: String, SystemError)
    /// Any other failure; `message` is libpcap's.
    case failed(interface: String, message: String)
}

/// How many packets a capture has seen since it began.
public struct CaptureStatistics: Hashable, Sendable {
    /// Packets that passed the filter; on a loopback interface each is counted twice, as sent and as received.
    public var received: UInt32
    /// Packets that the kernel dropped because the ring was full.
    public var droppedByKernel: UInt32
    /// Packets that the interface reports as dropped.
    public var droppedByInterface: UInt32

    /// Creates counts, which are 0 by default.
    public init(received: UInt32 = 0, droppedByKernel: UInt32 = 0, droppedByInterface: UInt32 = 0) {
        self.received = received
        self.droppedByKernel = droppedByKernel
        self.droppedByInterface = droppedByInterface
    }
}
