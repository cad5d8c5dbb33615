import CaptureFile
import TCPWire
import Tracking

// Packets from a source that is not a file: an experiment, a virtual network, a test.
extension CaptureAnalysis {
    /// Takes one packet from memory. It cannot be fetched again later, so stories of its connection are possible only
    /// where segments are kept with their bytes. Must not be called after several workers have read a capture into this
    /// analysis.
    ///
    /// - Parameters:
    ///   - number: the packet's, from 1.
    ///   - originalLength: octets on the wire; `nil`: as many as there are here.
    ///   - isRefused: whether its receiver is known to have refused it, so that its SYN begins no connection. Must be
    ///     false in an analysis that measures.
    public mutating func take(
        _ frame: RawSpan, number: Int, at time: Timestamp, link: LinkType, originalLength: Int? = nil,
        isRefused: Bool = false
    ) {
        precondition(choice != .places, "a packet that lies at no place")
        var packet = CapturedPacket()
        packet.number = number
        packet.time = time
        packet.linkType = link.rawValue
        packet.capturedLength = frame.byteCount
        packet.originalLength = originalLength ?? frame.byteCount
        take(frame, packet, isRefused: isRefused)
    }
}
