import CaptureFile
import Tracking

/// The result of ``PacketSource/give(to:waiting:)``.
public enum PacketArrival: Sendable {
    /// Packets were passed on; more may be available at once.
    case packets
    /// No packet has arrived in time; more may follow.
    case nothing
    /// The source has ended.
    case ended
}

/// A source of packets that arrive over time: a pipe, a file that another program is still writing, an interface.
public protocol PacketSource: ~Copyable {
    /// Passes the packets that are available to an analysis, a few hundred at most in one call. If there are none, it
    /// waits for the first one; it never waits for more.
    ///
    /// - Parameter milliseconds: the longest time to wait.
    mutating func give(to analysis: inout CaptureAnalysis, waiting milliseconds: Int32) throws -> PacketArrival
}

extension CaptureReader: PacketSource {
    /// Passes on the packets that are complete in the octets read so far.
    public mutating func give(
        to analysis: inout CaptureAnalysis, waiting milliseconds: Int32
    ) throws -> PacketArrival {
        patience = milliseconds
        return try analysis.takeNext(of: &self) ? .packets : isPaused ? .nothing : .ended
    }
}

extension CaptureAnalysis {
    /// The longest time, in milliseconds, to wait for a source before the clock is read again.
    private static let patience: Int32 = 100

    /// Reads a live source until it ends. If the analysis lets connections go (``Eviction``), they also expire while no
    /// segment arrives: the current time is then the time of the last segment plus the silence since.
    ///
    /// - Parameters:
    ///   - ticks: a clock in nanoseconds that never goes back.
    ///   - report: called after each batch of packets, and ten times a second while none arrive.
    ///   - isEnough: called after each report; if it returns true, reading ends.
    /// - Throws: the source's errors, and ``CaptureError`` if there is more than can be numbered (``PassLimits``).
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
            // This is needed even if packets arrive all the time, because each segment makes the tracker check only two
            // records.
            if now &- swept >= Int64(Self.patience) * 1_000_000 {
                tracker.sweep(afterSilence: now &- last.ticks)
                swept = now
            }
            report(&self)
            if arrival == .ended || isEnough() { return }
        }
    }
}
