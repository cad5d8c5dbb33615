import CaptureFile
import LinuxKernel
import TCPWire

/// How a connection attempt turned out.
public enum DialOutcome: Hashable, Sendable {
    case established
    /// Nobody listens there: an RST came, or instead of it an ICMP error (port unreachable).
    case refused(ReportedICMP?)
    /// No answer came within the time allowed, or before the kernel gave up.
    case timedOut
    /// An ICMP error says that the address, or the port, cannot be reached.
    case unreachable(Unreachable, SystemError, ReportedICMP?)
    /// The connection was established, and then the peer sent an RST.
    case resetAfterEstablished
    /// The connection was established, and then failed in another way.
    case brokenAfterEstablished(SystemError)
    /// The name has no address.
    case nameNotFound(ResolverError)
    /// This host itself could not send anything.
    case local(LocalFault, SystemError)
    /// The dialer was interrupted.
    case interrupted

    /// What cannot be reached.
    public enum Unreachable: Hashable, Sendable {
        case host, network, prohibited, other
    }

    /// What is missing on this host.
    public enum LocalFault: Hashable, Sendable {
        /// There is no free local port, or the one that was asked for is taken.
        case port
        /// There is no route to the address, or a route that forbids it.
        case route
        /// The source address is not this host's, or is of the other family.
        case address
        case other
    }

    /// The exit code for this outcome.
    public var exitCode: Int32 {
        switch self {
        case .established: 0
        case .refused: 10
        case .timedOut: 11
        case .unreachable: 12
        case .resetAfterEstablished, .brokenAfterEstablished: 13
        case .nameNotFound: 14
        case .local: 15
        case .interrupted: 130
        }
    }
}

/// A step of a dial, with the time when it was taken or seen (CLOCK_REALTIME, which captured packets have too).
public struct DialStep: Hashable, Sendable {
    /// When it was done, or seen by this program.
    public var time: Timestamp
    /// What was done, or happened.
    public var kind: Kind

    /// What was done, or happened.
    public enum Kind: Hashable, Sendable {
        case resolved([IPAddress])
        case connecting(Endpoint)
        /// connect(2) has given up on an address; the next is tried, if there is one.
        case failed(Endpoint, DialOutcome)
        case established(local: Endpoint, remote: Endpoint)
        /// The time is when the call was made.
        case sent(octets: Int)
        case received([UInt8])
        /// Our side was closed, while we go on reading.
        case halfClosed
        /// The peer closed its side.
        case peerClosed
        case idle
        /// The time is when the call was made.
        case closed
    }
}

/// What happened in a dial.
public struct DialStory: Sendable {
    /// The outcome; interrupted until another one is known.
    public var outcome = DialOutcome.interrupted
    /// The steps, in the order in which they were taken.
    public var steps: [DialStep] = []
    /// Our endpoint in the last attempt; `nil` if no attempt got a local port.
    public var local: Endpoint?
    /// The address that was tried last.
    public var remote: Endpoint?
    /// Octets that were passed to the kernel. Whether they arrived is not known here.
    public var octetsSent = 0
    /// Octets of the answer that were read, kept or not.
    public var octetsReceived = 0
    /// The first octets of the answer.
    public var answer: [UInt8] = []
    /// Whether the peer closed its side before we did ours.
    public var peerClosedFirst = false

    /// Creates a story without steps.
    public init() {}
}
