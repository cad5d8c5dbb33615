/// Whose TCP a script or an experiment runs on.
public enum HostKind: String, Sendable, CaseIterable {
    /// This machine's.
    case kernel
    /// Ours, in virtual time: needs no privilege and no kernel.
    case stack
}
