import Tracking

/// A reading's fragments. Used by whoever confirms a part, which is one worker at a time: that makes it safe to share
/// (`@unchecked Sendable`).
final class SharedReassembly: @unchecked Sendable {
    var value: Reassembly

    init(_ value: Reassembly) { self.value = value }
}
