import CLinux
import CaptureFile

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The machine's clocks; the wall clock (CLOCK_REALTIME) also timestamps captured packets.
public enum SystemClock {
    /// The wall clock's time (CLOCK_REALTIME).
    public static func now() -> Timestamp { Timestamp(nanoseconds: clinux_real_time()) }

    /// Nanoseconds of a clock that never goes back (CLOCK_MONOTONIC), for measuring how long to wait.
    package static func ticks() -> Int64 { clinux_monotonic_time() }

    /// Blocks the calling thread for this many milliseconds.
    package static func sleep(milliseconds: Int) { sleep(microseconds: milliseconds &* 1000) }

    /// Blocks the calling thread for this many microseconds.
    package static func sleep(microseconds: Int) {
        usleep(useconds_t(clamping: microseconds))
    }
}
