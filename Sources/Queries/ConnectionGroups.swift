import TCPWire
import Tracking

/// By what connections are grouped.
package enum GroupKey: String, CaseIterable, Sendable {
    case client, server, port, outcome
}

/// Connections that have something in common, counted.
package struct ConnectionGroup: Sendable {
    /// What they have in common.
    package enum Common: Hashable, Sendable {
        /// The client's address.
        case client(IPAddress)
        /// The server's address and port.
        case server(Endpoint)
        /// The server's port.
        case port(UInt16)
        /// How they opened and ended.
        case outcome(Opening, Ending)
    }

    /// What all connections of the group have in common.
    package let common: Common
    /// The number of connections in the group.
    package private(set) var connections = 0
    /// Their segments, both directions together.
    package private(set) var segments: UInt64 = 0
    /// Their payload octets in sequence space, each counted once, both directions together.
    package private(set) var octets: UInt64 = 0
    /// How many of them have at least one trouble.
    package private(set) var troubled = 0
    /// The worst trouble of all, and the number of the connection that has it.
    package private(set) var worst: (trouble: Trouble, number: Int)?

    fileprivate init(_ common: Common) { self.common = common }

    fileprivate mutating func add(_ record: ConnectionRecord, number: Int) {
        connections += 1
        segments += UInt64(record.client.segments) + UInt64(record.server.segments)
        octets &+= record.client.streamBytes &+ record.server.streamBytes
        guard let trouble = record.troubles().first else { return }
        troubled += 1
        if worst.map({ trouble.isWorse(than: $0.trouble) }) ?? true { worst = (trouble, number) }
    }
}

/// All groups of a list of connections.
package struct ConnectionGroups {
    private let key: GroupKey
    private var groups: [ConnectionGroup] = []
    private var places: [ConnectionGroup.Common: Int] = [:]

    /// Creates an empty list of groups.
    package init(by key: GroupKey) { self.key = key }

    /// Puts a connection into its group.
    package mutating func add(_ record: ConnectionRecord, number: Int) {
        let common: ConnectionGroup.Common
        switch key {
        case .client: common = .client(record.clientEndpoint.address)
        case .server: common = .server(record.serverEndpoint)
        case .port: common = .port(record.serverEndpoint.port)
        case .outcome:
            let outcome = record.outcome
            common = .outcome(outcome.opening, outcome.ending)
        }
        let place = places[common] ?? groups.count
        if place == groups.count {
            places[common] = place
            groups.append(ConnectionGroup(common))
        }
        groups[place].add(record, number: number)
    }

    /// The largest group first; groups of equal size in the order of their first connections.
    package var sorted: [ConnectionGroup] {
        let order = groups.indices.sorted { left, right in
            let (more, less) = (groups[left].connections, groups[right].connections)
            return more == less ? left < right : more > less
        }
        return order.map { groups[$0] }
    }
}
