import CaptureFile
import LinuxKernel
import TCPWire

/// Something that happened at a ``GreetingServer``.
public struct ServerEvent: Hashable, Sendable {
    /// When (CLOCK_REALTIME, as captured packets are stamped).
    public var time: Timestamp
    /// What happened.
    public var kind: Kind

    /// What happened.
    public enum Kind: Hashable, Sendable {
        /// Clients can connect. `taken` is the port that was asked for, where another was used instead.
        case listening(Endpoint, taken: UInt16?)
        /// A client, by its number from 1.
        case accepted(client: Int, peer: Endpoint, local: Endpoint)
        /// What a client sent: how many octets, and the first of them (``GreetingServer/shownOctets`` at most).
        case received(client: Int, octets: Int, first: [UInt8])
        /// What it sends; the time is when it began to.
        case replied(client: Int, octets: Int)
        /// The server has said that it will send no more, and reads on.
        case halfClosed(client: Int)
        case closed(client: Int, how: Ending)
        /// A system call failed; `client` is `nil` where it was the accepting itself, which goes on.
        case failed(client: Int?, SystemError)
        case stopped(ServerSummary)
    }

    /// How a client's connection ended.
    public enum Ending: Hashable, Sendable {
        /// The server closed first.
        case byServer
        /// The client closed first.
        case byClient
        /// The client sent a RST.
        case reset
        /// Nothing came for the time allowed.
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
    /// Octets of all clients together that were read.
    public var octetsReceived = 0
    /// Octets of all clients together that were handed to the kernel.
    public var octetsSent = 0
    /// Connections that ended with a RST or a failure.
    public var failures = 0
    /// Events that nobody took in time and that were dropped.
    public var eventsDropped = 0

    /// Nothing yet.
    public init() {}
}
