import CaptureFile
import TCPWire
import Tracking

extension OffloadSigns {
    /// How many packets are examined, which is enough to show what a host leaves to its network card.
    private static let looks = 1000

    /// Counts the signs in a capture's first packets, which are read again; `nil` if they cannot be.
    public init?(startOf reader: borrowing CaptureReader) throws(CaptureError) {
        guard var source = try reader.again() else { return nil }
        self.init()
        var packet = CapturedPacket()
        for _ in 0..<Self.looks where try source.next(&packet) {
            take(
                source.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength),
                link: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength)
        }
    }
}
