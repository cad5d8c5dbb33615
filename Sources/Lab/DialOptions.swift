import TCPWire

/// What to dial, and what to do there.
public struct DialOptions: Sendable {
    /// What is sent.
    public enum Input: Hashable, Sendable {
        /// These octets; none for an empty array.
        case octets([UInt8])
        /// What an open file descriptor gives until its end (0 for standard input). It stays open.
        case descriptor(Int32)
    }

    /// When the dialer has heard enough and closes.
    public enum Reading: Hashable, Sendable {
        /// At once: it only connects (and sends).
        case nothing
        /// After the first octets that come: it closes before the server where that waits.
        case once
        /// When the peer has closed its side.
        case untilEnd
    }

    /// A name, an IPv4 address, or an IPv6 address (`fe80::1%eth0` names its interface).
    public var host: String
    /// The TCP port to dial.
    public var port: UInt16
    /// Which of the name's addresses are tried.
    public var family: AddressFamily
    /// The local address to use; `nil` for what the route says.
    public var source: IPAddress?
    /// The local port; 0 for any free one.
    public var sourcePort: UInt16
    /// How long each address is given to answer; `nil` for as long as the kernel tries.
    public var connectLimit: Duration?
    /// What is sent once it is connected.
    public var input: Input
    /// Whether to close the sending side (FIN) after the input's end, and read on.
    public var halfCloses: Bool
    /// When it has heard enough and closes.
    public var reading: Reading
    /// How long silence is waited out while reading; `nil` for ever.
    public var idleLimit: Duration?
    /// Octets of the answer that the story keeps; more are counted.
    public var keptOctets: Int

    /// A dial that sends nothing and reads until the peer closes, where nothing else is given.
    public init(
        host: String, port: UInt16, family: AddressFamily = .any, source: IPAddress? = nil, sourcePort: UInt16 = 0,
        connectLimit: Duration? = nil, input: Input = .octets([]), halfCloses: Bool = false,
        reading: Reading = .untilEnd, idleLimit: Duration? = nil, keptOctets: Int = 65536
    ) {
        self.host = host
        self.port = port
        self.family = family
        self.source = source
        self.sourcePort = sourcePort
        self.connectLimit = connectLimit
        self.input = input
        self.halfCloses = halfCloses
        self.reading = reading
        self.idleLimit = idleLimit
        self.keptOctets = keptOctets
    }
}
