import TCPWire

/// How a host uses Fast Open (RFC 7413).
public struct FastOpenPolicy: Sendable {
    /// Whether it requests cookies and sends data in SYNs.
    public var isClient = true
    /// Whether its listeners send cookies and accept data in SYNs.
    public var isServer = true
    /// Whether it sends data in a SYN to servers whose cookie it does not have.
    public var sendsWithoutCookie = false
    /// Whether it accepts data in a SYN that has no cookie, or a wrong one.
    public var takesWithoutCookie = false
    /// Whether every listener accepts data in SYNs, for as many connections at a time as its backlog allows.
    public var coversEveryListener = false
    /// The keys that cookies are made with; without any, the host's secret is used. Cookies of keys after the first are
    /// accepted too, and replaced.
    public var keys: [FastOpenKey] = []
}

/// A host's addresses, secrets and limits.
public struct HostConfiguration: Sendable {
    /// When SYN cookies are sent (RFC 4987 3.6).
    public enum Cookies: Hashable, Sendable {
        /// When the queue of half-open connections is full.
        case underPressure
        case always
        case never
    }

    /// The host's addresses, IPv4 and IPv6.
    public var addresses: [IPAddress]
    /// Broadcast addresses besides 255.255.255.255.
    public var broadcastAddresses: [IPAddress] = []
    /// The MTU of the host's interface, in octets.
    public var mtu = 1500
    /// The secret key for ISNs, timestamps, ports and cookies; it should come from a good source of randomness.
    public var secret = KeyedHash(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
    /// The options of a new socket.
    public var connection = ConnectionOptions()
    /// When a listener answers with a SYN cookie; by default only under pressure.
    public var cookies = Cookies.underPressure
    /// Whether it sends and accepts data in SYNs; by default it does both, where a socket's options ask for it.
    public var fastOpen = FastOpenPolicy()
    /// The most half-open connections of all listeners together.
    public var halfOpenLimit = 256
    /// The most connections of any kind.
    public var connectionLimit = 65_536
    /// The ports for connections that the host opens (RFC 6335 6).
    public var ephemeralPorts: ClosedRange<UInt16> = 49_152...65_535
    /// Whether records are kept for ``Host/takeRecords()``.
    public var keepsRecords = false
    /// The most RSTs per second that answer segments of no connection.
    public var resetLimit = 1000

    /// - Parameter addresses: the host's addresses.
    public init(addresses: [IPAddress]) { self.addresses = addresses }
}
