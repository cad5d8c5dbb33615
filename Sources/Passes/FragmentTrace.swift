import CaptureFile
import FlatMemory
import TCPWire
import Tracking

/// Finds out what became of the IP packet to which a fragment in a capture belongs. For this the capture is read again,
/// as far as necessary.
public struct FragmentTrace: Sendable {
    /// What became of the packet.
    public enum Fate: Sendable, Equatable {
        /// The packet was complete; the verdict says what it is.
        case whole(PacketVerdict)
        /// The packet was refused because its fragments overlap, or are impossible.
        case refused
        /// Other fragments of the packet are not in the capture.
        case alone
        /// The packet's first fragment shows that it carries no TCP.
        case unwanted
    }

    /// What became of the IP packet to which the fragment belongs.
    public private(set) var fate = Fate.alone
    /// The number of the captured packet that holds the first fragment; `nil` where the capture has none.
    public private(set) var first: Int?
    /// The numbers of the captured packets from which it was put together, in order; empty if it was not.
    public private(set) var packets: [Int] = []

    /// The number of the captured packet whose fragment is traced.
    private let number: Int
    private var key: IPFragment.Key?
    private var fragmented = FragmentedSegments()

    /// - Parameter number: the number of the captured packet that holds the fragment.
    /// - Returns: `nil` if the packet is no fragment, or the capture cannot be read again.
    public init?(of number: Int, in reader: borrowing CaptureReader) throws(CaptureError) {
        self.number = number
        guard var source = try reader.again() else { return nil }
        var packet = CapturedPacket()
        // First find out to which IP packet the fragment belongs; what came before it in the capture is looked at after
        // that.
        while key == nil {
            guard packet.number < number, try source.next(&packet) else { return nil }
            guard packet.number == number else { continue }
            each(of: packet, source.bytes) { _, fragment, _ in if key == nil { key = fragment.key } }
            if key == nil { return nil }
        }
        guard var source = try reader.again() else { return nil }
        packet = CapturedPacket()
        while try source.next(&packet) {
            if take(packet, source.bytes) { return }
        }
        fragmented.end()
        _ = isFound()
    }

    /// - Returns: whether it is known now what became of the packet.
    private mutating func take(_ packet: borrowing CapturedPacket, _ bytes: RawSpan) -> Bool {
        var found: [(octets: [UInt8], place: FragmentPlace, isDecided: Bool, fragment: IPFragment, part: Int)] = []
        each(of: packet, bytes) { part, fragment, met in
            found.append((met.octets, met.place, met.isDecided, fragment, part))
        }
        for met in found {
            let isOwn = met.fragment.key == key
            // The last first fragment before the traced one, or else the first one after it: identifications are used
            // again.
            if isOwn, met.fragment.offset == 0, packet.number <= number || first == nil { first = packet.number }
            fragmented.take(
                met.octets.octets, at: met.place, isDecided: met.isDecided,
                from: FragmentOrigin(packet, part: met.part))
            let tally = fragmented.takeTally()
            if isFound() { return true }
            if isOwn, packet.number >= number {
                if tally.refused > 0 { fate = .refused }
                if tally.unwanted > 0 || met.isDecided { fate = .unwanted }
                if fate != .alone { return true }
            }
        }
        return false
    }

    private mutating func isFound() -> Bool {
        for found in fragmented.takeFound() where found.origins.contains(where: { $0.number == number }) {
            packets = found.origins.map(\.number).sorted()
            if found.isWhole { fate = .whole(found.verdict) }
            return true
        }
        return false
    }

    private typealias Met = (octets: [UInt8], place: FragmentPlace, isDecided: Bool)

    /// Calls `body` with each fragment that a frame carries.
    private func each(of packet: borrowing CapturedPacket, _ bytes: RawSpan, _ body: (Int, IPFragment, Met) -> Void) {
        let frame = bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
        var (part, count) = (0, 1)
        while part < count {
            defer { part += 1 }
            var header = SegmentHeader()
            var finding = PacketDecoder.Finding()
            let verdict = PacketDecoder.decode(
                frame, link: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength, part: part,
                into: &header, noting: &finding)
            count = finding.partCount
            guard let place = finding.fragment, let fragment = IPFragment(in: frame, at: place) else { continue }
            let isDecided = FragmentedSegments.isDecided(
                verdict, isCutOff: packet.capturedLength < packet.originalLength)
            body(part, fragment, (Array(copying: frame), place, isDecided))
        }
    }
}
