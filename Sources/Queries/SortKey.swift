import TCPWire
import Tracking

/// By what rows are sorted: numbers from the largest, other keys in ascending order, and equal rows as their
/// connections began.
package enum SortKey: String, CaseIterable, Sendable {
    case start, duration, client, server, segments, bytes, handshake, opening, ending

    /// The indices of `count` connections in this order.
    package func order(of count: Int, _ record: (Int) -> ConnectionRecord) -> RowOrder {
        switch self {
        case .start: RowOrder(all: count)
        case .duration: Self.by(count, record, descending: true) { $0.duration }
        case .client: Self.by(count, record) { $0.clientEndpoint }
        case .server: Self.by(count, record) { $0.serverEndpoint }
        case .segments:
            Self.by(count, record, descending: true) { UInt64($0.client.segments) + UInt64($0.server.segments) }
        case .bytes: Self.by(count, record, descending: true) { $0.client.streamBytes &+ $0.server.streamBytes }
        case .handshake: Self.by(count, record, descending: true) { $0.handshakeDelay }
        case .opening: Self.by(count, record) { $0.outcome.opening.rawValue }
        case .ending: Self.by(count, record) { $0.outcome.ending.rawValue }
        }
    }

    private static func by<Key: Comparable>(
        _ count: Int, _ record: (Int) -> ConnectionRecord, descending: Bool = false, _ key: (ConnectionRecord) -> Key
    ) -> RowOrder {
        let keys = (0..<count).map { key(record($0)) }
        let places = keys.indices.sorted { left, right in
            guard keys[left] != keys[right] else { return left < right }
            return (keys[left] < keys[right]) != descending
        }
        return RowOrder(places.map { UInt32(truncatingIfNeeded: $0) })
    }
}
