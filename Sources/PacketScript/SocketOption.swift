/// An option of setsockopt(2), with Linux's numbers.
public struct SocketOption: Hashable, Sendable {
    /// SOL_SOCKET 1, IPPROTO_IP 0, IPPROTO_TCP (SOL_TCP) 6, IPPROTO_IPV6 41.
    public var level: Int32
    /// The SO_, TCP_, IP_ and IPV6_ constants, which depend on the level.
    public var name: Int32

    /// The option of this level and name, whether or not this room knows it.
    public init(level: Int32, name: Int32) {
        self.level = level
        self.name = name
    }

    /// The value that an option is set to.
    public enum Value: Hashable, Sendable {
        case integer(Int32)
        /// SO_LINGER.
        case linger(isOn: Bool, seconds: Int32)
        /// TCP_CONGESTION: an algorithm's name.
        case text(String)
        /// TCP_FASTOPEN_KEY, and other options whose value is no number.
        case octets([UInt8])
    }

    private static func socket(_ name: Int32) -> SocketOption { SocketOption(level: 1, name: name) }
    private static func tcp(_ name: Int32) -> SocketOption { SocketOption(level: 6, name: name) }

    /// SO_REUSEADDR
    public static let reuseAddress = socket(2)
    /// SO_ERROR: the pending error; reading it resets it to 0.
    public static let error = socket(4)
    /// SO_SNDBUF: Linux doubles the value.
    public static let sendBuffer = socket(7)
    /// SO_RCVBUF: Linux doubles the value.
    public static let receiveBuffer = socket(8)
    /// SO_KEEPALIVE
    public static let keepAlive = socket(9)
    /// SO_OOBINLINE
    public static let outOfBandInline = socket(10)
    /// SO_LINGER
    public static let linger = socket(13)
    /// SO_REUSEPORT
    public static let reusePort = socket(15)
    /// SO_RCVLOWAT
    public static let receiveLowWater = socket(18)
    /// TCP_NODELAY
    public static let noDelay = tcp(1)
    /// TCP_MAXSEG
    public static let maximumSegment = tcp(2)
    /// TCP_CORK
    public static let cork = tcp(3)
    /// TCP_KEEPIDLE, in seconds.
    public static let keepIdle = tcp(4)
    /// TCP_KEEPINTVL, in seconds.
    public static let keepInterval = tcp(5)
    /// TCP_KEEPCNT
    public static let keepCount = tcp(6)
    /// TCP_SYNCNT
    public static let synCount = tcp(7)
    /// TCP_LINGER2: how many seconds FIN-WAIT-2 lasts; negative: it is skipped.
    public static let linger2 = tcp(8)
    /// TCP_DEFER_ACCEPT, in seconds.
    public static let deferAccept = tcp(9)
    /// TCP_WINDOW_CLAMP
    public static let windowClamp = tcp(10)
    /// TCP_QUICKACK
    public static let quickAck = tcp(12)
    /// TCP_CONGESTION
    public static let congestion = tcp(13)
    /// TCP_USER_TIMEOUT, in milliseconds.
    public static let userTimeout = tcp(18)
    /// TCP_FASTOPEN: the length of the listener's queue of Fast Open requests.
    public static let fastOpen = tcp(23)
    /// TCP_FASTOPEN_KEY: 16 octets, or 32 for two keys.
    public static let fastOpenKey = tcp(33)
    /// TCP_FASTOPEN_NO_COOKIE
    public static let fastOpenNoCookie = tcp(34)
    /// TCP_NOTSENT_LOWAT
    public static let notSentLowWater = tcp(25)
    /// TCP_FASTOPEN_CONNECT
    public static let fastOpenConnect = tcp(30)
    /// TCP_INQ
    public static let inQueue = tcp(36)
}
