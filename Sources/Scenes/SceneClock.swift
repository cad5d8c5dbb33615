import FlatMemory

/// The format of a scene's times: one unit and one number of decimals for all rows, so that the column is straight,
/// with enough decimals that rows at different times show different numbers (on loopback, events are microseconds
/// apart).
package struct SceneClock: Sendable, Equatable {
    /// `ms`, or `s` for a scene of hours.
    package var unit: String
    /// How many nanoseconds ``unit`` has.
    package var nanosecondsInUnit: UInt64
    /// Digits after the decimal point.
    package var decimals: Int
    /// The cells of the widest time.
    package var width: Int

    private static let milliseconds = SceneClock(unit: "ms", nanosecondsInUnit: 1_000_000, decimals: 1, width: 0)
    private static let microseconds = SceneClock(unit: "ms", nanosecondsInUnit: 1_000_000, decimals: 3, width: 0)
    private static let seconds = SceneClock(unit: "s", nanosecondsInUnit: 1_000_000_000, decimals: 3, width: 0)
    private static let fineSeconds = SceneClock(unit: "s", nanosecondsInUnit: 1_000_000_000, decimals: 6, width: 0)

    /// Times of up to this many nanoseconds are shown in milliseconds.
    private static let mostMilliseconds: UInt64 = 10_000_000_000_000

    /// A clock that fits these times, in nanoseconds since the scene's start.
    package init(times: [Int64]) {
        var longest: UInt64 = 0
        var previous: Int64?
        var isCoarseEnough = true
        var isNegative = false
        for time in times {
            longest = max(longest, time.magnitude)
            isNegative = isNegative || time < 0
            if let previous, previous != time {
                isCoarseEnough = isCoarseEnough && Self.milliseconds.steps(previous) != Self.milliseconds.steps(time)
            }
            previous = time
        }
        switch (longest <= Self.mostMilliseconds, isCoarseEnough) {
        case (true, true): self = Self.milliseconds
        case (true, false): self = Self.microseconds
        case (false, true): self = Self.seconds
        case (false, false): self = Self.fineSeconds
        }
        let sign = isNegative ? 1 : 0
        width = text(Int64(clamping: longest)).utf8.count + sign
    }

    /// A clock for a scene that still goes on: with a resolution of a microsecond, as wide as `time` needs.
    package init(upTo time: Int64) { self.init(times: [0, 1, time]) }

    private init(unit: String, nanosecondsInUnit: UInt64, decimals: Int, width: Int) {
        self.unit = unit
        self.nanosecondsInUnit = nanosecondsInUnit
        self.decimals = decimals
        self.width = width
    }

    /// Nanoseconds in this clock's unit: `1018.9`.
    package func text(_ nanoseconds: Int64) -> String {
        String(nanoseconds, unit: nanosecondsInUnit, decimals: decimals)
    }

    /// Appends what ``text(_:)`` gives to a text that exists already.
    package func put(_ nanoseconds: Int64, into text: inout OctetText) {
        text.put(nanoseconds, unit: nanosecondsInUnit, decimals: decimals)
    }

    /// The time in units of the last decimal, rounded as it is when written: two times with the same result are written
    /// alike.
    private func steps(_ nanoseconds: Int64) -> Int64 {
        let step = (0..<decimals).reduce(Int64(nanosecondsInUnit)) { step, _ in step / 10 }
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: step)
        return whole + (rest.magnitude * 2 >= step ? nanoseconds.signum() : 0)
    }
}
