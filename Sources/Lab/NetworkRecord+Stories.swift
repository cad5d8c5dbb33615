import CaptureFile
import FlatMemory
import Passes
import Stories
import TCPStack
import TCPState
import TCPWire
import Tracking
import VirtualNetwork

/// The connections in the run of a virtual network, as stories like those of a capture, but with the states and reasons
/// that the hosts reported.
extension NetworkRecord {
    /// All connections, in the order of their first segments; segments have the packets' numbers, from 1. The
    /// connections are made from the packets as they were sent. Behind a NAT, where each end knows the connection by
    /// other addresses, each direction is therefore a connection of its own, and what its story says of the outcome is
    /// about that direction only.
    public var stories: [ConnectionStory] {
        told.compactMap { connection, observations in
            let builder = StoryBuilder(connection, tellsArrivals: true)
            builder.take(all: observations)
            return builder.story
        }
    }

    /// All connections, each with the observations that its story is made of.
    package var told: [(connection: StoredConnection, observations: [Observation])] {
        var analysis = CaptureAnalysis(keeping: .all(limit: packets.count))
        let index = MomentIndex(self)
        for (place, packet) in packets.enumerated() {
            // A host that reports about itself knows that its SYN began a connection, whatever became of the SYN.
            let isRefused =
                packet.reason == nil && index.caused[place].map { moments[$0].record.refusesSYN } ?? false
            analysis.take(
                packet.octets.octets, number: place + 1, at: Timestamp(packet.sentAt), link: .raw, isRefused: isRefused)
        }
        let connections = (0..<analysis.count).compactMap { analysis.stored($0 + 1) }
        var told: [(connection: StoredConnection, observations: [Observation])] = []
        var ends: [Set<Endpoint>: [Int: Int]] = [:]
        // In reverse order, so that for each connection it is known where its ports are used again.
        for connection in connections.reversed() {
            let tuple: Set = [connection.record.clientEndpoint, connection.record.serverEndpoint]
            let witnesses = NetworkWitnesses(connection, self, index, until: ends[tuple] ?? [:])
            // If a connection has not reached one of the ends, an earlier one lasts there until the next that did.
            ends[tuple, default: [:]].merge(witnesses.begins) { $1 }
            told.append((connection, witnesses.observations()))
        }
        return told.reversed()
    }
}

extension Timestamp {
    /// Converts a time of the virtual network to one since 1970.
    init(_ instant: Instant) { self.init(nanoseconds: instant.nanoseconds) }
}
