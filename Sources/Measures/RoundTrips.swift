import Tracking

/// Round-trip times of one direction's segments, in nanoseconds, as ``ConnectionRecord`` measures them: from the time
/// when a segment passes the capture point to the time when the other end's ACK of it does. One segment is measured at
/// a time, and none that was sent again. So they cover the path beyond the capture point, not the whole path.
///
/// Smallest and largest are of all samples; median and percentiles of at most ``mostKept`` of them (a reservoir
/// sample).
public struct RoundTrips: Sendable, BitwiseCopyable {
    static let mostKept = 32

    private var held: UInt32 = 0
    /// The shortest sample, in units of ``ConnectionRecord/tick``, as the next two.
    private var shortest: UInt32 = 0
    private var longest: UInt32 = 0
    private var total: UInt64 = 0
    private var kept = InlineArray<32, UInt32>(repeating: 0)
    /// The state of the generator that chooses which samples are kept. It starts with a constant, so the same samples
    /// give the same choice.
    private var seed: UInt64 = 0x9e37_79b9_7f4a_7c15

    init() {}

    /// - Parameter sample: a round trip, in units of ``ConnectionRecord/tick``.
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
        // Each sample so far has the same chance to be among those kept (reservoir sampling).
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let place = (seed >> 33) % UInt64(held)
        if place < UInt64(Self.mostKept) { kept[Int(place)] = sample }
    }

    /// How many round trips were measured.
    public var count: Int { Int(held) }
    /// The shortest; 0 where nothing was measured.
    public var minimum: Int64 { Int64(shortest) * ConnectionRecord.tick }
    /// The longest; 0 where nothing was measured.
    public var maximum: Int64 { Int64(longest) * ConnectionRecord.tick }

    /// The mean; `nil` where nothing was measured.
    public var mean: Int64? { held == 0 ? nil : Int64(total / UInt64(held)) * ConnectionRecord.tick }

    /// The value below which `percent` percent of the samples lie; `nil` where nothing was measured.
    public func percentile(_ percent: Int) -> Int64? {
        let count = min(count, Self.mostKept)
        guard count > 0 else { return nil }
        var sorted = kept
        // Insertion sort in place: there are few values, and sorting an array would allocate.
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
