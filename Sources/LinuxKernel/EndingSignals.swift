import CLinux

/// SIGTERM, SIGHUP and SIGINT as bytes of a pipe.
public enum EndingSignals {
    /// Has their numbers written to a descriptor where they would end this process.
    ///
    /// - Parameter evenIgnored: SIGINT also where it is ignored, as a shell has it for what it starts with `&`.
    public static func tell(_ descriptor: Int32, evenIgnored: Bool = false) {
        clinux_tell_of_signals(descriptor, evenIgnored ? 1 : 0)
    }

    /// To be called of each number that was read: the same signal ends the process from now on, unless it comes with the first.
    public static func take(_ number: Int32) { clinux_take_signal(number) }

    /// The signal ends the process whenever it comes.
    public static func letEnd(_ number: Int32) { clinux_let_signal_end(number) }

    /// Runs the body on a thread of its own.
    public static func watch(_ body: @escaping @Sendable () -> Void) { try? WorkerThread.start(body) }
}
