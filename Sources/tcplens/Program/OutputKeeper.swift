import LinuxKernel
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes the buffered output: when a tenth of a second has passed without further output, and before a signal ends the
/// program. Output to a terminal is never buffered.
enum OutputKeeper {
    private static let news: UInt8 = 0
    private static let patience: Int32 = 100
    /// The write end of the pipe that wakes the watching thread; -1 before that thread exists.
    private static let writer = Atomic<Int32>(-1)
    /// The action that runs on a signal, in place of ending the program; `nil` where a signal ends the program.
    private static let finish = Mutex<(@Sendable () -> Void)?>(nil)

    static func start() {
        guard !Screen.isTerminal else { return }
        startWatching()
    }

    /// Sets the action that the next signal runs in place of ending the program; with `nil`, a signal ends the program
    /// again.
    static func finish(by action: (@Sendable () -> Void)?) {
        finish.withLock { $0 = action }
        guard action != nil else { return }
        startWatching()
        EndingSignals.tell(writer.load(ordering: .acquiring), evenIgnored: true)
    }

    private static func startWatching() {
        guard writer.load(ordering: .acquiring) < 0 else { return }
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return }
        let (reader, writer) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(writer, F_SETFL, O_NONBLOCK)
        Self.writer.store(writer, ordering: .releasing)
        EndingSignals.tell(writer)
        EndingSignals.watch { watch(reader) }
    }

    /// Tells the watching thread that the output buffer is no longer empty.
    static func noteGathered() {
        let descriptor = writer.load(ordering: .acquiring)
        guard descriptor >= 0 else { return }
        var byte = news
        _ = unsafe write(descriptor, &byte, 1)
    }

    private static func watch(_ reader: Int32) {
        var isGathered = false
        var seen = 0
        while true {
            var state = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            let count = unsafe poll(&state, 1, isGathered ? patience : -1)
            if count < 0, errno != EINTR { return }
            if count > 0 {
                var byte: UInt8 = 0
                guard unsafe read(reader, &byte, 1) == 1 else { return }
                if byte == news { isGathered = true } else { end(by: Int32(byte)) }
                continue
            }
            // Output that is still growing needs no help: it is written whenever a whole block is full.
            let now = Screen.gatheredCount
            if now > 0, now == seen { Screen.flush() }
            isGathered = Screen.gatheredCount > 0
            seen = now
        }
    }

    /// Ends the program as the signal itself would have ended it, after all buffered output is written. Where the
    /// command has set an action (``finish``), runs that action instead. A second signal ends the program at once,
    /// whether or not the output is written.
    private static func end(by number: Int32) {
        EndingSignals.take(number)
        let action = finish.withLock { action in
            defer { action = nil }
            return action
        }
        if let action {
            if number == SIGINT, Screen.isErrorTerminal { Screen.leaveTypedLine() }
            action()
            return
        }
        EndingSignals.letEnd(number)
        Screen.flush(then: {
            raise(number)
            // `raise` sends the signal to this thread only; this call is reached where that has not ended the process.
            _exit(128 + number)
        })
    }
}
