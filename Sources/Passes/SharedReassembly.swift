import Tracking

/// The reassembly of one reading's IP fragments. It is used only while a part is confirmed, by one worker at a time, so
/// it is safe to share (`@unchecked Sendable`).
final class SharedReassembly: @unchecked Sendable {
    var value: Reassembly

    init(_ value: Reassembly) { self.value = value }
}
