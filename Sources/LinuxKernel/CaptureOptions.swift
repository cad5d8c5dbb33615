/// What to capture, and how.
public struct CaptureOptions: Sendable {
    /// When the kernel hands packets over.
    public enum Delivery: Hashable, Sendable {
        /// Each at once. The kernel's ring then gives every packet a slot of the snap length, so keep that small.
        case immediate
        /// In blocks, after this many milliseconds at the latest. The ring holds far more; the timestamps are the same.
        case batched(milliseconds: Int32)
    }

    /// An interface's name (`lo`, `eth0`), or `any` for all.
    public var interface: String
    /// A filter in libpcap's language (pcap-filter(7)); `nil` or empty for everything.
    public var filter: String?
    /// Octets to keep of each packet.
    public var snapLength: Int32
    /// Octets of the kernel's ring.
    public var bufferSize: Int32
    /// When the kernel hands packets over; by default in blocks of 10 ms.
    public var delivery: Delivery
    /// Whether to ask the interface for packets that are not for this host.
    public var isPromiscuous: Bool

    /// All packets of the interface, whole, in blocks, where nothing else is given.
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
    /// The kernel wants CAP_NET_RAW of whoever captures.
    case notPermitted(interface: String)
    case noSuchInterface(String)
    case interfaceDown(String)
    /// The filter does not parse; libpcap's words.
    case filterSyntax(filter: String, message: String)
    /// A system call failed that is not libpcap's.
    case system(interface: String, SystemError)
    /// Anything else; libpcap's words.
    case failed(interface: String, message: String)
}

/// How many packets a capture has seen since it began.
public struct CaptureStatistics: Hashable, Sendable {
    /// Packets that passed the filter; on a loopback interface each counts twice, out and in.
    public var received: UInt32
    /// Packets that the kernel dropped because the ring was full.
    public var droppedByKernel: UInt32
    /// Packets that the interface says it dropped.
    public var droppedByInterface: UInt32

    /// Nothing seen, or what of it is given.
    public init(received: UInt32 = 0, droppedByKernel: UInt32 = 0, droppedByInterface: UInt32 = 0) {
        self.received = received
        self.droppedByKernel = droppedByKernel
        self.droppedByInterface = droppedByInterface
    }
}
