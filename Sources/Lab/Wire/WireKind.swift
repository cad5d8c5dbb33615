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
    public let kind: WireKind
    public let error: SystemError

    package init(_ kind: WireKind, _ error: SystemError) {
        self.kind = kind
        self.error = error
    }
}

/// No wire was available; with the reason for each kind.
public struct NoWire: Error, Sendable {
    public let refusals: [WireRefusal]

    package init(_ refusals: [WireRefusal]) { self.refusals = refusals }
}

/// The experiment was cancelled.
public struct ExperimentCancelled: Error {
    package init() {}
}
