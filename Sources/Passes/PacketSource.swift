import CaptureFile
import Tracking

/// What a ``PacketSource`` had to give.
public enum PacketArrival: Sendable {
    /// Packets; there may be more at once.
    case packets
    /// Nothing has come in time; more may.
    case nothing
    /// Nothing more is to come.
    case ended
}

/// Packets as they come, for as long as they do: a pipe, a file that another program writes, an interface.
public protocol PacketSource: ~Copyable {
    /// Gives the packets that are at hand to an analysis, some hundred at a time; where there are none, waits for the
    /// first.
    ///
    /// - Parameter milliseconds: for at most so long. Packets that are there are given without waiting for more.
    mutating func give(to analysis: inout CaptureAnalysis, waiting milliseconds: Int32) throws -> PacketArrival
}

extension CaptureReader: PacketSource {
    /// Gives the packets that lie together in what was read.
    public mutating func give(
        to analysis: inout CaptureAnalysis, waiting milliseconds: Int32
    ) throws -> PacketArrival {
        patience = milliseconds
        return try analysis.takeNext(of: &self) ? .packets : isPaused ? .nothing : .ended
    }
}

extension CaptureAnalysis {
    /// How long a source that has nothing is waited for before the clock is looked at, in milliseconds.
    private static let patience: Int32 = 100

    /// Reads what is live until it ends. Where connections are let go (``Eviction``), time passes by the clock while
    /// nothing comes: it is as late as the last segment says, and the silence since.
    ///
    /// - Parameters:
    ///   - ticks: a clock in nanoseconds that never goes back.
    ///   - report: called after all that came together, and ten times a second while nothing comes.
    ///   - isEnough: asked after each report: whether to read no further.
    /// - Throws: what the source throws, and ``CaptureError`` where there is more than can be numbered
    ///   (``PassLimits``).
    public mutating func follow<Source: PacketSource & ~Copyable>(
        _ source: inout Source, ticks: () -> Int64,
        reporting report: (inout CaptureAnalysis) -> Void = { _ in }, until isEnough: () -> Bool = { false }
    ) throws {
        precondition(!isSettled, "reading on behind what was judged")
        var last = (segments: counts.segments, ticks: ticks())
        var swept = last.ticks
        while true {
            let arrival = try source.give(to: &self, waiting: Self.patience)
            let now = ticks()
            if counts.segments != last.segments { last = (counts.segments, now) }
            // Also where packets never stop coming: each of their segments has only two connections looked at.
            if now &- swept >= Int64(Self.patience) * 1_000_000 {
                tracker.sweep(afterSilence: now &- last.ticks)
                swept = now
            }
            report(&self)
            if arrival == .ended || isEnough() { return }
        }
    }
}
