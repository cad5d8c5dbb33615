import TCPWire

/// Why a socket call fails. The cases correspond to errno's names.
public enum SocketError: Error, Hashable, Sendable, CaseIterable {
    case badDescriptor, invalidArgument, addressInUse, addressNotAvailable, isConnected, notConnected, inProgress,
        already
    case wouldBlock, connectionRefused, connectionReset, connectionAborted, timedOut, brokenPipe, hostUnreachable
    case networkUnreachable, noProtocol, messageTooLong, noBufferSpace, operationNotSupported

    /// The name in C: `ECONNREFUSED`.
    public var name: String { entry.0 }

    /// The number that Linux uses.
    public var number: Int32 { entry.1 }

    private var entry: (String, Int32) {
        switch self {
        case .badDescriptor: ("EBADF", 9)
        case .invalidArgument: ("EINVAL", 22)
        case .addressInUse: ("EADDRINUSE", 98)
        case .addressNotAvailable: ("EADDRNOTAVAIL", 99)
        case .isConnected: ("EISCONN", 106)
        case .notConnected: ("ENOTCONN", 107)
        case .inProgress: ("EINPROGRESS", 115)
        case .already: ("EALREADY", 114)
        case .wouldBlock: ("EAGAIN", 11)
        case .connectionRefused: ("ECONNREFUSED", 111)
        case .connectionReset: ("ECONNRESET", 104)
        case .connectionAborted: ("ECONNABORTED", 103)
        case .timedOut: ("ETIMEDOUT", 110)
        case .brokenPipe: ("EPIPE", 32)
        case .hostUnreachable: ("EHOSTUNREACH", 113)
        case .networkUnreachable: ("ENETUNREACH", 101)
        case .noProtocol: ("ENOPROTOOPT", 92)
        case .messageTooLong: ("EMSGSIZE", 90)
        case .noBufferSpace: ("ENOBUFS", 105)
        case .operationNotSupported: ("EOPNOTSUPP", 95)
        }
    }

    /// The errno for the end of a connection; `nil` for an orderly one.
    init?(_ end: ConnectionEnd) {
        switch end {
        case .closed, .returnedToListen: return nil
        case .reset: self = .connectionReset
        case .refused: self = .connectionRefused
        case .timedOut: self = .timedOut
        case .aborted: self = .connectionAborted
        case .unreachable(let reason): self.init(reason)
        }
    }

    /// The errno into which Linux translates an ICMP error.
    init(_ reason: ICMPReason) {
        switch reason {
        case .networkUnreachable, .networkProhibited, .noRoute: self = .networkUnreachable
        case .protocolUnreachable: self = .noProtocol
        case .portUnreachable: self = .connectionRefused
        case .fragmentationNeeded, .packetTooBig: self = .messageTooLong
        case .sourceRouteFailed: self = .operationNotSupported
        default: self = .hostUnreachable
        }
    }
}
