import CaptureFile
import LinuxKernel
import Passes
import TCPWire

/// A live interface as a source of packets.
public struct LivePackets: PacketSource, ~Copyable {
    private var capture: LiveCapture
    /// The number of packets so far, and the number after which the source ends.
    private var count = 0
    private let limit: Int
    /// Ends the source from any thread.
    public let interrupter: LiveCapture.Interrupter
    /// Whether ``interrupter`` has ended the source.
    public private(set) var isInterrupted = false

    /// The most packets that one call of ``give(to:waiting:)`` passes on.
    private static let most = 512

    /// Opens the interface. Every packet after this returns is captured.
    ///
    /// - Parameter limit: the number of packets after which the source ends.
    public init(_ options: CaptureOptions, limit: Int = .max) throws(LiveCaptureError) {
        capture = try LiveCapture(options)
        interrupter = capture.interrupter
        self.limit = limit
    }

    /// The capture's counts since it began.
    public var statistics: CaptureStatistics { capture.statistics() }

    public mutating func give(
        to analysis: inout CaptureAnalysis, waiting milliseconds: Int32
    ) throws -> PacketArrival {
        var given = 0
        while given < Self.most, count < limit {
            switch try capture.next(timeout: given == 0 ? milliseconds : 0) {
            case .packet(let packet): take(packet, into: &analysis)
            case .timeout: return given > 0 ? .packets : .nothing
            case .interrupted:
                isInterrupted = true
                while count < limit, let packet = try capture.drain() { take(packet, into: &analysis) }
                return .ended
            }
            given += 1
        }
        return count < limit ? .packets : .ended
    }

    private mutating func take(_ packet: LiveCapture.Packet, into analysis: inout CaptureAnalysis) {
        count += 1
        analysis.take(
            capture.bytes, number: count, at: packet.time, link: capture.linkType,
            originalLength: packet.originalLength)
    }
}
