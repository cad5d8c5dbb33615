import CaptureFile

extension Timestamp {
    /// Seconds since 1970 with nine decimals.
    package var secondsText: String {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let sign = nanoseconds < 0 ? "-" : ""
        let fraction = String(rest.magnitude)
        return sign + String(seconds.magnitude) + "." + String(repeating: "0", count: 9 - fraction.count) + fraction
    }
}
