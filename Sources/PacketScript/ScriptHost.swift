import TCPWire

/// The host that executes a script's socket calls and exchanges packets with it: the kernel behind a TUN device, or a
/// TCP of our own in virtual time.
///
/// A host runs one script, from one thread, and must be fresh: without sockets, and with the system's settings. Times
/// are nanoseconds by the host's own clock, which may start anywhere and never goes back. A virtual host advances its
/// clock only inside ``result(until:)``, ``nextPacket(until:)`` and ``wait(until:)``, and runs each timer as its time
/// is reached; the immediate effects of a call or a packet happen inside ``start(_:)`` and ``inject(_:)``, at the
/// current time.
public protocol ScriptHost: AnyObject {
    /// The current time.
    var now: Int64 { get }

    /// Begins a socket call. Only one call may be in progress: the next must not be started before ``result(until:)``
    /// has returned the last one's result.
    ///
    /// - Throws: where the host does not support the call or its option. A call that fails as a socket call may fail
    ///   reports that in its result.
    func start(_ call: ScriptCall) throws(ScriptHostError)

    /// The result of the call in progress, returned once, as soon as it is known; `nil` where the call still blocks at
    /// `deadline`. With a deadline in the past, this does not wait.
    func result(until deadline: Int64) throws(ScriptHostError) -> ScriptResult?

    /// Delivers an IP packet to the host, as from the network.
    func inject(_ packet: [UInt8]) throws(ScriptHostError)

    /// The oldest packet from the host that has not been returned yet. Waits until `deadline` for one, and returns
    /// `nil` then; with a deadline in the past, this does not wait.
    func nextPacket(until deadline: Int64) throws(ScriptHostError) -> ScriptPacket?

    /// Lets time pass until `deadline`. Packets that the host sends meanwhile are kept for ``nextPacket(until:)``.
    func wait(until deadline: Int64) throws(ScriptHostError)

    /// The state of a connection, by the field names of Linux's `struct tcp_info` with their prefix (`tcpi_state`,
    /// `tcpi_snd_cwnd`, ...) and in its units. Fields that the host does not know are missing; for a descriptor that is
    /// no connection, all are. ``ScriptConstants`` has the numbers of states and flags.
    func information(of descriptor: Int32) -> [String: Int64]

    /// Sets a sysctl by its dotted name (`net.ipv4.tcp_sack`) from now on; scripts usually do so before the first
    /// socket.
    ///
    /// - Throws: ``ScriptHostError/unknownSetting(_:)`` where the host has no such sysctl;
    ///   ``ScriptHostError/badSetting(_:)`` where the value is invalid.
    func set(_ name: String, to value: String) throws(ScriptHostError)
}

/// An IP packet that a host sent.
public struct ScriptPacket: Hashable, Sendable {
    /// When TCP sent it, in nanoseconds by the host's clock.
    public var time: Int64
    /// The packet's octets, from the IP header on.
    public var octets: [UInt8]

    /// A packet that was sent at `time`.
    public init(time: Int64, octets: [UInt8]) {
        self.time = time
        self.octets = octets
    }
}

/// Why a host cannot continue with a script. It says nothing about its TCP.
public enum ScriptHostError: Error, Hashable, Sendable {
    /// A sysctl that this host does not have.
    case unknownSetting(String)
    /// A sysctl that does not accept this value.
    case badSetting(String)
    /// A socket call, option or request that this host does not know, by its name.
    case unsupported(String)
    /// The host itself failed: the system call and its errno.
    case system(call: String, errno: Int32)

    /// The name of the setting or call, with that of the errno; no sentence.
    public var name: String {
        switch self {
        case .unknownSetting(let name), .badSetting(let name), .unsupported(let name): name
        case .system(let call, let errno):
            "\(call): \(ScriptConstants.errorName(errno) ?? "errno \(errno)")"
        }
    }
}

/// The addresses and ports of a script, which `...` stands for where a socket call takes an address.
public struct ScriptNetwork: Hashable, Sendable {
    /// The address of the sockets under test.
    public var local: IPAddress
    /// The length of the network prefix of ``local``, in bits.
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

    /// The addresses that packetdrill uses: 192.168.0.1 and 192.0.2.1.
    public static let ipv4 = ScriptNetwork(
        local: IPAddress(ipv4: 0xc0a8_0001), localPrefix: 16, remote: IPAddress(ipv4: 0xc000_0201))
    /// The addresses that packetdrill uses: fd3d:a0b:17d6::1 and 2001:db8::1.
    public static let ipv6 = ScriptNetwork(
        local: IPAddress(high: 0xfd3d_0a0b_17d6_0000, low: 1), localPrefix: 48,
        remote: IPAddress(high: 0x2001_0db8_0000_0000, low: 1))

    init(local: IPAddress, localPrefix: Int, remote: IPAddress) {
        self.local = local
        self.localPrefix = localPrefix
        self.remote = remote
    }
}
