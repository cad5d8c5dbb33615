import CaptureFile
import LinuxKernel
import TCPWire

/// Something that happened at a ``GreetingServer``.
public struct ServerEvent: Hashable, Sendable {
    /// When it happened (CLOCK_REALTIME, which captured packets have too).
    public var time: Timestamp
    /// What happened.
    public var kind: Kind

    /// What happened.
    public enum Kind: Hashable, Sendable {
        /// Clients can connect now. `taken` is the port that was asked for, if another one was used instead.
        case listening(Endpoint, taken: UInt16?)
        /// A client has connected; clients are numbered from 1.
        case accepted(client: Int, peer: Endpoint, local: Endpoint)
        /// What a client sent: how many octets, and the first of them (``GreetingServer/shownOctets`` at most).
        case received(client: Int, octets: Int, first: [UInt8])
        /// What the server sends; the time is when it began to send.
        case replied(client: Int, octets: Int)
        /// The server has closed its sending side, and reads on.
        case halfClosed(client: Int)
        case closed(client: Int, how: Ending)
        /// A system call failed. `client` is `nil` if it was accept(2), after which the server may go on.
        case failed(client: Int?, SystemError)
        case stopped(ServerSummary)
    }

    /// How a client's connection ended.
    public enum Ending: Hashable, Sendable {
        /// The server closed first.
        case byServer
        /// The client closed first.
        case byClient
        /// The client sent an RST.
        case reset
        /// Nothing came for the time that is allowed.
        case idle
        /// The server was stopped.
        case stopped
        case failed
    }
}

/// What a ``GreetingServer`` has done.
public struct ServerSummary: Hashable, Sendable {
    /// Connections accepted.
    public var clients = 0
    /// Octets that were received from all clients together.
    public var octetsReceived = 0
    /// Octets of all clients together that were passed to the kernel to be sent.
    public var octetsSent = 0
    /// Connections that ended with an RST or an error.
    public var failures = 0
    /// Events that were dropped because nobody read them in time.
    public var eventsDropped = 0

    /// Creates an empty summary.
    public init() {}
}
