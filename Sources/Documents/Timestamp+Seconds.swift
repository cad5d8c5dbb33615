import CaptureFile
import FlatMemory

extension Timestamp {
    /// Seconds since 1970 with nine decimals.
    package var secondsText: String { String(nanoseconds, unit: 1_000_000_000, decimals: 9) }
}
