import LinuxKernel

/// What a wire between two ends of this machine's kernel consists of, the best first.
public enum WireKind: String, Sendable, CaseIterable {
    /// A TUN device in each of two network namespaces.
    case tunPair = "tun-pair"
    /// One TUN device in this process's own namespace. Packets that leave through it are sent back with their addresses
    /// exchanged, so that both ends are one machine with one address.
    case mirror
    /// A veth pair in each of two network namespaces; this process reads and writes their other ends with packet
    /// sockets.
    case vethPair = "veth-pair"
}

/// Why a kind of wire was not available.
public struct WireRefusal: Error, Hashable, Sendable {
    /// The kind of wire.
    public let kind: WireKind
    /// The call that failed, and its errno.
    public let error: SystemError

    /// Creates a refusal from the error of the call that failed.
    package init(_ kind: WireKind, _ error: SystemError) {
        self.kind = kind
        self.error = error
    }
}

/// No wire was available; with the reason for each kind.
public struct NoWire: Error, Sendable {
    /// Why each kind of wire that was tried was not available, the best first.
    public let refusals: [WireRefusal]

    /// Creates an error from the refusals of all kinds that were tried, the best first.
    package init(_ refusals: [WireRefusal]) { self.refusals = refusals }
}

/// The experiment was cancelled.
public struct ExperimentCancelled: Error {
    /// Creates the error, which has no details.
    package init() {}
}
