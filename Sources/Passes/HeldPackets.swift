import Tracking

/// The packets of fragments whose segments are not known yet, where segments are kept with their bytes: the last ones, up to so
/// many octets.
struct HeldPackets: Sendable {
    private static let limit = 64 << 20

    /// By their places' keys.
    private var packets: [Int: StoredPacket] = [:]
    /// These in the order in which they came, of which the first so many are gone.
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

    /// Gives a packet away.
    mutating func take(_ key: Int) -> StoredPacket? {
        guard let packet = packets.removeValue(forKey: key) else { return nil }
        octets -= packet.frame.count
        return packet
    }
}
