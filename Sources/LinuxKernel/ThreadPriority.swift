#if os(Linux)
    import CLinux

    /// The scheduling priority of a thread.
    package enum ThreadPriority {
        /// Gives the calling thread a real-time priority, so that on a busy machine it runs as soon as its packet
        /// arrives. Without the privilege (CAP_SYS_NICE) this has no effect.
        package static func raise() { _ = clinux_hurry() }
    }
#endif
