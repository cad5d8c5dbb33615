#if os(Linux)
    import CLinux

    /// How soon a thread gets a processor.
    package enum ThreadPriority {
        /// Gives the calling thread a real-time priority, so that on a busy machine it runs as soon as its packet is there.
        /// Without the right to do so (CAP_SYS_NICE) nothing changes.
        package static func raise() { _ = clinux_hurry() }
    }
#endif
