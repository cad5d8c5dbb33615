import CLinux

/// SIGTERM, SIGHUP and SIGINT, delivered as bytes in a pipe.
public enum EndingSignals {
    /// Has the number of each of these signals written to a descriptor, unless this process ignores it, or handles it
    /// already.
    ///
    /// - Parameter evenIgnored: whether SIGINT is delivered even if it is ignored, as it is in programs that a shell
    ///   starts with `&`.
    public static func tell(_ descriptor: Int32, evenIgnored: Bool = false) {
        clinux_tell_of_signals(descriptor, evenIgnored ? 1 : 0)
    }

    /// Must be called for each number that was read. From then on the same signal ends the process, unless it is a
    /// duplicate that comes within a tenth of a second.
    public static func take(_ number: Int32) { clinux_take_signal(number) }

    /// Restores the default action of a signal: from now on it ends the process at once.
    public static func letEnd(_ number: Int32) { clinux_let_signal_end(number) }

    /// Runs `body`, which waits for the signals, on a thread of its own.
    public static func watch(_ body: @escaping @Sendable () -> Void) { try? WorkerThread.start(body) }
}
