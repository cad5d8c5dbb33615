import CLinux
import CaptureFile

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The machine's clock: the one that also stamps captured packets (CLOCK_REALTIME).
public enum SystemClock {
    /// Now.
    public static func now() -> Timestamp { Timestamp(nanoseconds: clinux_real_time()) }

    /// Nanoseconds of a clock that never goes back (CLOCK_MONOTONIC), for waiting.
    package static func ticks() -> Int64 { clinux_monotonic_time() }

    /// Blocks this thread.
    package static func sleep(milliseconds: Int) { sleep(microseconds: milliseconds &* 1000) }

    /// Blocks this thread.
    package static func sleep(microseconds: Int) {
        usleep(useconds_t(clamping: microseconds))
    }
}
