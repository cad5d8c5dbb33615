import CaptureFile
import FlatMemory
import TCPWire

/// Counts signs that packets were captured inside a host, before its network card had split and completed what is sent,
/// or after it had merged what was received (offload).
public struct OffloadSigns: Sendable, Equatable {
    /// Segments that were looked at.
    public private(set) var segments = 0
    /// Segments whose checksum is not filled in: it holds the pseudo-header's sum only, or zero.
    public private(set) var unfilledChecksums = 0
    /// Segments larger than their receiver's MSS.
    public private(set) var oversized = 0

    /// The MSS of the lower and of the higher endpoint, by connection.
    private var limits: [FlowKey: [UInt16?]] = [:]

    /// Creates empty counters.
    package init() {}

    /// Examines one frame.
    package mutating func take(_ frame: RawSpan, link: LinkType, originalLength: Int) {
        var header = SegmentHeader()
        var finding = PacketDecoder.Finding()
        let verdict = PacketDecoder.decode(
            frame, link: link, originalLength: originalLength, into: &header, noting: &finding)
        guard verdict == .segment, finding.fragment == nil else { return }
        segments += 1
        switch TCPChecksum.verify(header, in: frame) {
        case .partial, .zero: unfilledChecksums += 1
        case .correct, .wrong, .cannotVerify: break
        }
        let (key, side) = FlowKey.of(header)
        if header.flags.contains(.syn) {
            limits[key, default: [nil, nil]][Int(side & 1)] = header.synOptions(in: frame).maximumSegmentSize
        } else if let limit = limits[key]?[1 - Int(side & 1)], limit > 0, header.payloadLength > UInt32(limit) {
            oversized += 1
        }
    }
}
