import CaptureFile
import FlatMemory
import TCPStack
import TCPState
import TCPWire

/// Captures of the packets at a host's interface.
extension VirtualNetwork {
    /// A packet as a capture at one host contains it.
    public struct CapturedMoment: Hashable, Sendable {
        /// When it passed the interface.
        public var time: Instant
        /// The packet's octets, from the IP header on.
        public var octets: [UInt8]
        /// Whether the host of the capture sent it.
        public var isOutbound: Bool
        /// The rule that required it; `nil` where its sender is not a host.
        public var reason: Rule?
    }

    /// The packets that a capture at this host would contain, sorted by time.
    public func capture(at host: Int) -> [CapturedMoment] {
        var moments: [CapturedMoment] = []
        for packet in record.packets {
            if packet.sender == host {
                moments.append(
                    CapturedMoment(time: packet.sentAt, octets: packet.octets, isOutbound: true, reason: packet.reason))
            }
            if packet.receiver == host, case .arrived(let time) = packet.fate {
                moments.append(
                    CapturedMoment(time: time, octets: packet.octets, isOutbound: false, reason: packet.reason))
            }
        }
        // Stable: packets of the same time stay in the order in which they were sent.
        return moments.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(
            \.element)
    }

    /// Writes the capture that ``capture(at:)`` returns as pcapng, with raw IP packets and the rules as comments:
    /// `RFC 9293 3.10.1 activeOpen`.
    ///
    /// - Parameters:
    ///   - path: the file, which is truncated if it exists; `-` is standard output.
    ///   - epoch: the time, in nanoseconds since 1970, that the network's time 0 stands for.
    public func writeCapture(at host: Int, to path: String, epoch: Int64 = 0) throws(CaptureError) {
        var writer = try PcapngWriter(path: path, application: "tcplens")
        let interface = try writer.addInterface(
            CaptureInterface(name: "virtual\(host)", linkType: LinkType.raw.rawValue))
        for moment in capture(at: host) {
            try writer.write(
                moment.octets.octets, interface: interface,
                time: Timestamp(nanoseconds: epoch &+ moment.time.nanoseconds),
                direction: moment.isOutbound ? .outbound : .inbound,
                comments: moment.reason.map { ["\($0.document) \($0.section) \($0.rawValue)"] } ?? [])
        }
        try writer.finish()
    }
}
