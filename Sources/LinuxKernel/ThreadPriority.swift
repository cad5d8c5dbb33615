#if os(Linux)
    import CLinux

    /// How soon a thread gets a processor.
    package enum ThreadPriority {
        /// Lets the calling thread run before all ordinary ones: what waits for a packet must not wait for a compiler too.
        /// Without the right to do so (CAP_SYS_NICE) nothing changes.
        package static func raise() { _ = clinux_hurry() }
    }
#endif
