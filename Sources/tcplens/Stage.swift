import ArgumentParser

/// Whose TCP a script or the demo runs on.
enum Stage: String, CaseIterable, ExpressibleByArgument {
    /// This machine's.
    case kernel
    /// Ours, in virtual time: needs no privilege and no kernel.
    case stack
}
