import Synchronization

/// Whether a growing file is to be waited for: until the first Ctrl-C, or until nobody reads what is said of it.
final class Following {
    private final class Mark: Sendable {
        let isOver = Atomic(false)
    }

    private let mark: Mark
    private let interrupts: Interrupts

    init() {
        let mark = Mark()
        self.mark = mark
        interrupts = Interrupts { mark.isOver.store(true, ordering: .relaxed) }
    }

    var goesOn: Bool { !mark.isOver.load(ordering: .relaxed) && Screen.hasReader }
}
