/// Round-trip times of one direction's segments, in nanoseconds: from a segment passing the capture to the other end's ACK
/// of it passing back. So they tell of the way beyond the capture, not of the whole.
///
/// Karn's rule: where something was sent again, its ACK may be of either copy, so everything then on its way is not
/// measured. Smallest and largest are of all samples; median and percentiles of at most ``mostKept`` of them, chosen evenly.
public struct RoundTrips: Sendable, Equatable {
    static let mostKept = 128
    /// Beyond this many segments on their way, further ones are not timed.
    static let mostPending = 256

    private struct Pending: Equatable {
        var end: Int64
        var time: Int64
    }

    public private(set) var count = 0
    public private(set) var minimum: Int64 = 0
    public private(set) var maximum: Int64 = 0
    private var total: Int64 = 0
    private var kept: [Int64] = []
    private var pending: [Pending] = []
    /// Drives the choice of what is kept: the same for the same samples.
    private var seed: UInt64 = 0x9e37_79b9_7f4a_7c15

    init() {}

    /// A new segment that ends at `end` passed at `time`.
    mutating func sent(upTo end: Int64, at time: Int64) {
        guard pending.count < Self.mostPending else { return }
        pending.append(Pending(end: end, time: time))
    }

    /// Something was sent again.
    mutating func repeated() { pending.removeAll(keepingCapacity: true) }

    /// The other end acknowledged everything before `end`.
    mutating func acknowledged(upTo end: Int64, at time: Int64) {
        let covered = pending.prefix { $0.end <= end }
        guard let newest = covered.last else { return }
        let sample = time &- newest.time
        pending.removeSubrange(..<covered.endIndex)
        // Below zero where the capture's clock was set back.
        if sample >= 0 { add(sample) }
    }

    private mutating func add(_ sample: Int64) {
        minimum = count == 0 ? sample : min(minimum, sample)
        maximum = max(maximum, sample)
        total = total.addingReportingOverflow(sample).partialValue
        count += 1
        if kept.count < Self.mostKept {
            kept.append(sample)
            return
        }
        // Each sample so far has the same chance to be among those kept.
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let place = Int((seed >> 33) % UInt64(count))
        if place < kept.count { kept[place] = sample }
    }

    /// `nil` where nothing was measured.
    public var mean: Int64? { count == 0 ? nil : total / Int64(count) }

    /// The value below which so many percent of the samples lie; `nil` where nothing was measured.
    public func percentile(_ percent: Int) -> Int64? {
        guard !kept.isEmpty else { return nil }
        let sorted = kept.sorted()
        return sorted[min(sorted.count - 1, max(0, sorted.count * percent / 100))]
    }

    public var median: Int64? { percentile(50) }
}
