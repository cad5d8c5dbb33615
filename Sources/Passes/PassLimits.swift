import CaptureFile
import Tracking

/// How much one worker's tables may hold before a pass ends with ``CaptureError/tooLarge(path:)``.
///
/// Connections are numbered with 28 bits where several workers share them (the upper four of 32 hold the worker's
/// number), segments and holes with 32. The limits are checked once for each batch of packets, so one batch, and the
/// parts of the capture that other workers have begun, may overshoot them; judging may add connections too. They are
/// therefore set below what the bits can number.
package struct PassLimits: Sendable {
    /// The most connections; their records take 46 GB.
    package var connections: Int
    /// The most segments whose packets' places are noted, which takes 64 GB; and the most holes.
    package var segments: Int

    /// Creates limits. By default they are below what the bits can number, by what may still come when a limit is
    /// reached.
    package init(connections: Int = (1 << 28) - (1 << 24), segments: Int = (1 << 32) - (1 << 28)) {
        self.connections = connections
        self.segments = segments
    }

    /// Whether one of the limits is reached. A tracker that lets connections go has its own limit (``Eviction``).
    func areReached(by tracker: borrowing ConnectionTracker, _ index: borrowing SegmentIndex) -> Bool {
        guard !tracker.isEvicting else { return false }
        return tracker.count >= connections || max(tracker.holeCount, index.count) >= segments
    }
}
