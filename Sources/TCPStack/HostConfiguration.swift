import TCPWire

/// What a host does of Fast Open (RFC 7413).
public struct FastOpenPolicy: Sendable {
    /// Whether it asks for cookies and sends data in a SYN.
    public var isClient = true
    /// Whether its listeners give cookies and take data in a SYN.
    public var isServer = true
    /// Whether it sends data in a SYN to servers whose cookie it does not have.
    public var sendsWithoutCookie = false
    /// Whether it takes data in a SYN that has no cookie, or a wrong one.
    public var takesWithoutCookie = false
    /// Whether every listener does, as many at a time as may wait to be accepted.
    public var coversEveryListener = false
    /// What cookies are made with; by default the host's secret. A cookie of the second one is taken too, and replaced.
    public var keys: [FastOpenKey] = []
}

/// What a host is given: addresses, secrets, limits.
public struct HostConfiguration: Sendable {
    /// When SYN cookies are sent (RFC 4987 3.6).
    public enum Cookies: Hashable, Sendable {
        /// When the queue of half-open connections is full.
        case underPressure
        case always
        case never
    }

    /// Its own addresses, IPv4 and IPv6.
    public var addresses: [IPAddress]
    /// Addresses that are everybody's, besides 255.255.255.255.
    public var broadcastAddresses: [IPAddress] = []
    /// Of its interface, in octets.
    public var mtu = 1500
    /// The key of ISNs, timestamps, ports and cookies: from a good source of randomness.
    public var secret = KeyedHash(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
    /// What a new socket begins with.
    public var connection = ConnectionOptions()
    /// When a listener answers with a SYN cookie; by default only under pressure.
    public var cookies = Cookies.underPressure
    /// Whether it sends and takes data in SYNs; both by default, where a socket asks for it.
    public var fastOpen = FastOpenPolicy()
    /// Half-open connections of all listeners together.
    public var halfOpenLimit = 256
    /// Connections of any kind.
    public var connectionLimit = 65_536
    /// Ports for connections of its own (RFC 6335 6).
    public var ephemeralPorts: ClosedRange<UInt16> = 49_152...65_535
    /// Whether ``Host/takeRecords()`` has something to give.
    public var keepsRecords = false
    /// RSTs and the like to segments of no connection that may go out in a second.
    public var resetLimit = 1000

    /// - Parameter addresses: its own.
    public init(addresses: [IPAddress]) { self.addresses = addresses }
}
