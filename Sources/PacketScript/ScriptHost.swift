import TCPWire

/// Where a script's socket calls and packets go: the kernel behind a TUN device, or a TCP of our own in virtual time.
///
/// One script uses one host, from one thread, and begins with a fresh one: no sockets, settings as the system has them.
/// Times are nanoseconds on the host's own clock, which starts anywhere and never goes back. A virtual host moves its clock
/// only inside ``result(until:)``, ``nextPacket(until:)`` and ``wait(until:)``, and runs its timers as it passes them; what
/// a call or a packet causes at once happens inside ``start(_:)`` and ``inject(_:)`` at the present time.
public protocol ScriptHost: AnyObject {
    /// Now.
    var now: Int64 { get }

    /// Begins a socket call. At most one is under way at a time: the runner starts the next only when ``result(until:)``
    /// has given the last one's result.
    ///
    /// - Throws: where the host does not know the call or its option at all. A call that fails as a call of the socket API
    ///   does so in its result.
    func start(_ call: ScriptCall) throws(ScriptHostError)

    /// The result of the call that was started, once and as soon as it is there; `nil` where it still blocks at `deadline`.
    /// With a deadline that has passed it only looks.
    func result(until deadline: Int64) throws(ScriptHostError) -> ScriptResult?

    /// Hands an IP packet in from the network.
    func inject(_ packet: [UInt8]) throws(ScriptHostError)

    /// The oldest IP packet that went out and was not taken yet; waits for one until `deadline`. With a deadline that has
    /// passed it only looks.
    func nextPacket(until deadline: Int64) throws(ScriptHostError) -> ScriptPacket?

    /// Lets the time pass. Packets that go out meanwhile are kept for ``nextPacket(until:)``.
    func wait(until deadline: Int64) throws(ScriptHostError)

    /// What the host knows of a connection, by the names of Linux's `struct tcp_info` with their prefix (`tcpi_state`,
    /// `tcpi_snd_cwnd`, ...) and in its units; names that the host does not know are missing. ``ScriptConstants`` has the
    /// numbers of states and flags. Empty for a descriptor that is no connection.
    func information(of descriptor: Int32) -> [String: Int64]

    /// Sets a sysctl by its dotted name (`net.ipv4.tcp_sack`) for all that follows; before the first socket, as a rule.
    ///
    /// - Throws: ``ScriptHostError/unknownSetting(_:)`` where nothing here obeys the name; ``ScriptHostError/badSetting(_:)``
    ///   where the value makes no sense.
    func set(_ name: String, to value: String) throws(ScriptHostError)
}

/// An IP packet that a host sent.
public struct ScriptPacket: Hashable, Sendable {
    /// When it left TCP, in nanoseconds of the host's clock.
    public var time: Int64
    /// From the IP header on.
    public var octets: [UInt8]

    /// A packet that left at `time`.
    public init(time: Int64, octets: [UInt8]) {
        self.time = time
        self.octets = octets
    }
}

/// Why a host cannot go on with a script: not a verdict about TCP.
public enum ScriptHostError: Error, Hashable, Sendable {
    /// A sysctl that this host does not have.
    case unknownSetting(String)
    /// A sysctl that does not take this value.
    case badSetting(String)
    /// A socket call, option or request that this host does not know, by its name.
    case unsupported(String)
    /// The host itself broke: the system call and its errno.
    case system(call: String, errno: Int32)

    /// What is meant, without a sentence around it: a setting's or a call's name, with the name of the errno.
    public var name: String {
        switch self {
        case .unknownSetting(let name), .badSetting(let name), .unsupported(let name): name
        case .system(let call, let errno):
            "\(call): \(ScriptConstants.errorName(errno) ?? "errno \(errno)")"
        }
    }
}

/// The addresses and ports of a script: what `...` means where a socket call takes an address.
public struct ScriptNetwork: Hashable, Sendable {
    /// The address of the sockets under test, and how many bits of it name their network.
    public var local: IPAddress
    /// How many bits of ``local`` name its network.
    public var localPrefix: Int
    /// The address that packets come from.
    public var remote: IPAddress
    /// The port of `bind(3, ..., ...)`.
    public var bindPort: UInt16 = 8080
    /// The port of `connect(3, ..., ...)`.
    public var connectPort: UInt16 = 8080
    /// The port that an injected SYN for a listener comes from.
    public var remotePort: UInt16 = 40_000
    /// The link's MTU, in octets.
    public var mtu = 1500

    /// As packetdrill has them: 192.168.0.1 and 192.0.2.1.
    public static let ipv4 = ScriptNetwork(
        local: IPAddress(ipv4: 0xc0a8_0001), localPrefix: 16, remote: IPAddress(ipv4: 0xc000_0201))
    /// As packetdrill has them: fd3d:a0b:17d6::1 and 2001:db8::1.
    public static let ipv6 = ScriptNetwork(
        local: IPAddress(high: 0xfd3d_0a0b_17d6_0000, low: 1), localPrefix: 48,
        remote: IPAddress(high: 0x2001_0db8_0000_0000, low: 1))

    init(local: IPAddress, localPrefix: Int, remote: IPAddress) {
        self.local = local
        self.localPrefix = localPrefix
        self.remote = remote
    }
}
