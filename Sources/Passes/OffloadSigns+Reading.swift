import CaptureFile
import TCPWire
import Tracking

extension OffloadSigns {
    /// So many packets show what a capture's host leaves to its network card.
    private static let looks = 1000

    /// Those in a capture's first packets, which are read once more; `nil` where they are gone.
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
