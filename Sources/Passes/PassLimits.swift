import CaptureFile
import Tracking

/// How much one worker's tables may hold before a pass ends with ``CaptureError/tooLarge(path:)``.
///
/// Connections are numbered with 28 bits where several workers share them (the other four are the worker's), segments and
/// holes with 32. What is looked at only once for each batch may be passed by a batch, or by the parts that are under way when
/// it is reached, and connections by those that judging adds: so the limits stay below what the bits hold.
package struct PassLimits: Sendable {
    /// Connections: 46 GB of records.
    package var connections: Int
    /// Segments whose packets' places are noted, 64 GB of them; and holes.
    package var segments: Int

    package init(connections: Int = (1 << 28) - (1 << 24), segments: Int = (1 << 32) - (1 << 28)) {
        self.connections = connections
        self.segments = segments
    }

    /// Whether one of them is reached. A tracker that lets connections go has a limit of its own (``Eviction``).
    func areReached(by tracker: borrowing ConnectionTracker, _ index: borrowing SegmentIndex) -> Bool {
        guard !tracker.isEvicting else { return false }
        return tracker.count >= connections || max(tracker.holeCount, index.count) >= segments
    }
}
