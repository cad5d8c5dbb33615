import CaptureFile
import LinuxKernel
import TCPWire

/// How a connection attempt turned out.
public enum DialOutcome: Hashable, Sendable {
    case established
    /// Nobody listens: a RST came; where an ICMP error said so instead (port unreachable), that.
    case refused(ReportedICMP?)
    /// No answer, within the time allowed or the kernel's patience.
    case timedOut
    /// An ICMP error says that the address, or the port, cannot be reached.
    case unreachable(Unreachable, SystemError, ReportedICMP?)
    /// It was established, then the peer sent a RST.
    case resetAfterEstablished
    /// It was established, then failed otherwise.
    case brokenAfterEstablished(SystemError)
    /// The name has no address.
    case nameNotFound(ResolverError)
    /// This host itself could not send anything.
    case local(LocalFault, SystemError)
    /// The dialer was interrupted.
    case interrupted

    /// Who or what cannot be reached.
    public enum Unreachable: Hashable, Sendable {
        case host, network, prohibited, other
    }

    /// What is missing here.
    public enum LocalFault: Hashable, Sendable {
        /// No free local port, or the one asked for is taken.
        case port
        /// No route to the address, or one that forbids it.
        case route
        /// The source address is not this host's, or of the other family.
        case address
        case other
    }

    /// The exit code that stands for it.
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

/// A step of a dial, when it was taken or seen (CLOCK_REALTIME, as captured packets are stamped).
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
        /// The time is that of the call.
        case sent(octets: Int)
        case received([UInt8])
        /// Our side was closed while we read on.
        case halfClosed
        /// The peer closed its side.
        case peerClosed
        case idle
        /// The time is that of the call.
        case closed
    }
}

/// What became of a dial.
public struct DialStory: Sendable {
    /// How it came out; interrupted as long as nothing else is known.
    public var outcome = DialOutcome.interrupted
    /// In the order in which they were taken.
    public var steps: [DialStep] = []
    /// Our end in the last attempt; `nil` where none got as far as a local port.
    public var local: Endpoint?
    /// The address that was tried last.
    public var remote: Endpoint?
    /// Octets that were handed to the kernel; whether they arrived is not known from here.
    public var octetsSent = 0
    /// Octets of the answer that were read, kept or not.
    public var octetsReceived = 0
    /// The first octets of the answer.
    public var answer: [UInt8] = []
    /// Whether the peer closed its side before we did ours.
    public var peerClosedFirst = false

    /// Nothing has been done yet.
    public init() {}
}
