import TCPWire

/// What to dial, and what to do there.
public struct DialOptions: Sendable {
    /// What is sent.
    public enum Input: Hashable, Sendable {
        /// These octets; if the array is empty, nothing is sent.
        case octets([UInt8])
        /// What can be read from an open file descriptor until its end (0 for standard input). The descriptor stays
        /// open.
        case descriptor(Int32)
    }

    /// When the dialer has heard enough and closes.
    public enum Reading: Hashable, Sendable {
        /// It closes at once, after connecting (and sending).
        case nothing
        /// It closes after the first octets that it receives: before the server does, if the server waits for that.
        case once
        /// It closes when the peer has closed its side.
        case untilEnd
    }

    /// A name, an IPv4 address, or an IPv6 address (`fe80::1%eth0` names its interface).
    public var host: String
    /// The TCP port to dial.
    public var port: UInt16
    /// Which of the name's addresses are tried.
    public var family: AddressFamily
    /// The local address to use; `nil` for the one that the route prescribes.
    public var source: IPAddress?
    /// The local port; 0 for any free one.
    public var sourcePort: UInt16
    /// How long to wait for each address to answer; `nil` for as long as the kernel tries.
    public var connectLimit: Duration?
    /// What is sent once it is connected.
    public var input: Input
    /// Whether to close the sending side (FIN) after the end of the input, and to go on reading.
    public var halfCloses: Bool
    /// When the dialer has received enough and closes.
    public var reading: Reading
    /// How long the peer may be silent while the dialer reads; `nil` for no limit.
    public var idleLimit: Duration?
    /// How many octets of the answer the story keeps; further ones are only counted.
    public var keptOctets: Int

    /// Creates options. By default the dialer sends nothing and reads until the peer closes.
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
