/// Which TCP a script or an experiment runs on.
public enum HostKind: String, Sendable, CaseIterable {
    /// This machine's kernel.
    case kernel
    /// Our own TCP in virtual time. It needs no privilege and no kernel.
    case stack
}
