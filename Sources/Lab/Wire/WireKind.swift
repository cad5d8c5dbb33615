import LinuxKernel

/// What a wire between two ends of this machine's kernel is made of, the best first.
public enum WireKind: String, Sendable, CaseIterable {
    /// A TUN device in each of two network namespaces.
    case tunPair = "tun-pair"
    /// One TUN device in this process's own namespace: what leaves by it comes back with its addresses swapped, so that both ends
    /// are one machine with one address.
    case mirror
    /// A veth pair in each of two network namespaces, whose other ends are this process's by packet sockets.
    case vethPair = "veth-pair"
}

/// Why a kind of wire was not to be had.
public struct WireRefusal: Error, Hashable, Sendable {
    /// Which kind of wire.
    public let kind: WireKind
    /// The call that failed, and its errno.
    public let error: SystemError

    /// A kind of wire by the call that failed.
    package init(_ kind: WireKind, _ error: SystemError) {
        self.kind = kind
        self.error = error
    }
}

/// No wire was to be had: each kind with its reason.
public struct NoWire: Error, Sendable {
    /// Why each kind that was tried was not to be had, the best first.
    public let refusals: [WireRefusal]

    /// All that were tried, the best first.
    package init(_ refusals: [WireRefusal]) { self.refusals = refusals }
}

/// Nobody wanted an experiment any more.
public struct ExperimentCancelled: Error {
    /// Without more: who cancelled it knows why.
    package init() {}
}
