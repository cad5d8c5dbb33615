import CaptureFile
import TCPWire
import Tracking

// Packets of a source that is no file: an experiment's, a virtual network's, a test's.
extension CaptureAnalysis {
    /// Takes one packet, whose octets are at hand; it lies nowhere that it could be fetched again from, so its connection's
    /// story is to be had only where segments are kept with their bytes. Not behind what several workers have read.
    ///
    /// - Parameters:
    ///   - number: the packet's, from 1.
    ///   - originalLength: octets on the wire; `nil`: as many as there are here.
    ///   - isRefused: whether its receiver is known to have refused it, so that its SYN begins no connection. Not while
    ///     measuring.
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
