import Tracking

/// Round-trip times of one direction's segments, in nanoseconds, as ``ConnectionRecord`` measures them: from a segment passing
/// the capture to the other end's ACK of it passing back, one segment at a time, nothing that was sent again. So they tell of
/// the way beyond the capture, not of the whole.
///
/// Smallest and largest are of all samples; median and percentiles of at most ``mostKept`` of them, chosen evenly.
public struct RoundTrips: Sendable, BitwiseCopyable {
    static let mostKept = 32

    private var held: UInt32 = 0
    /// In ticks.
    private var shortest: UInt32 = 0
    private var longest: UInt32 = 0
    private var total: UInt64 = 0
    private var kept = InlineArray<32, UInt32>(repeating: 0)
    /// Drives the choice of what is kept: the same for the same samples.
    private var seed: UInt64 = 0x9e37_79b9_7f4a_7c15

    init() {}

    /// - Parameter sample: in units of ``ConnectionRecord/tick``.
    mutating func add(_ sample: UInt32) {
        guard held < .max else { return }
        shortest = held == 0 ? sample : min(shortest, sample)
        longest = max(longest, sample)
        total &+= UInt64(sample)
        held &+= 1
        if held <= UInt32(Self.mostKept) {
            kept[Int(held) - 1] = sample
            return
        }
        // Each sample so far has the same chance to be among those kept.
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let place = (seed >> 33) % UInt64(held)
        if place < UInt64(Self.mostKept) { kept[Int(place)] = sample }
    }

    /// How many were measured.
    public var count: Int { Int(held) }
    /// The shortest; 0 where nothing was measured.
    public var minimum: Int64 { Int64(shortest) * ConnectionRecord.tick }
    /// The longest; 0 where nothing was measured.
    public var maximum: Int64 { Int64(longest) * ConnectionRecord.tick }

    /// `nil` where nothing was measured.
    public var mean: Int64? { held == 0 ? nil : Int64(total / UInt64(held)) * ConnectionRecord.tick }

    /// The value below which so many percent of the samples lie; `nil` where nothing was measured.
    public func percentile(_ percent: Int) -> Int64? {
        let count = min(count, Self.mostKept)
        guard count > 0 else { return nil }
        var sorted = kept
        // Insertion sort in place: there are few, and sorting an array would allocate.
        for index in 1..<max(1, count) {
            var place = index
            while place > 0, sorted[place] < sorted[place - 1] {
                (sorted[place], sorted[place - 1]) = (sorted[place - 1], sorted[place])
                place -= 1
            }
        }
        return Int64(sorted[min(count - 1, max(0, count * percent / 100))]) * ConnectionRecord.tick
    }

    /// The value below which half of the samples lie; `nil` where nothing was measured.
    public var median: Int64? { percentile(50) }
}
