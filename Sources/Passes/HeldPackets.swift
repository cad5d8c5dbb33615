import Tracking

/// The packets of IP fragments that are not put together yet, if segments are kept with their bytes: the latest ones,
/// up to a limit of octets.
struct HeldPackets: Sendable {
    private static let limit = 64 << 20

    /// The packets by ``StoredPacket/key``.
    private var packets: [Int: StoredPacket] = [:]
    /// The keys in the order in which the packets came. The first `gone` of them have been dropped.
    private var order: [Int] = []
    private var gone = 0
    private var octets = 0

    mutating func add(_ packet: StoredPacket) {
        packets[packet.key] = packet
        order.append(packet.key)
        octets += packet.frame.count
        while octets > Self.limit, gone < order.count {
            _ = take(order[gone])
            gone += 1
        }
        if gone * 2 > order.count {
            order.removeFirst(gone)
            gone = 0
        }
    }

    /// Removes and returns a packet; `nil` if it is not held.
    mutating func take(_ key: Int) -> StoredPacket? {
        guard let packet = packets.removeValue(forKey: key) else { return nil }
        octets -= packet.frame.count
        return packet
    }
}
