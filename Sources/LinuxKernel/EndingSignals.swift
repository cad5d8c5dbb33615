import CLinux

/// SIGTERM, SIGHUP and SIGINT as bytes of a pipe.
public enum EndingSignals {
    /// Has their numbers written to a descriptor where they would end this process.
    public static func tell(_ descriptor: Int32) { clinux_tell_of_signals(descriptor) }

    /// Runs the body on a thread of its own.
    public static func watch(_ body: @escaping @Sendable () -> Void) { try? WorkerThread.start(body) }
}
