import CaptureFile
import FlatMemory
import Passes
import Stories
import TCPStack
import TCPState
import TCPWire
import Tracking
import VirtualNetwork

/// The run of a virtual network as connections: the same stories as of a capture, settled by what their ends tell.
extension NetworkRecord {
    /// Every connection, in the order of first segments; segments are numbered as the packets are, from 1. The packets are
    /// those that were sent: behind a NAT, which has each end call the connection by another name, each direction is a
    /// connection of its own, and what a story says of its outcome is said of that half alone.
    public var stories: [ConnectionStory] {
        told.compactMap { connection, observations in
            let builder = StoryBuilder(connection, tellsArrivals: true)
            builder.take(all: observations)
            return builder.story
        }
    }

    /// Every connection, with what its story is made of.
    package var told: [(connection: StoredConnection, observations: [Observation])] {
        var analysis = CaptureAnalysis(keeping: .all(limit: packets.count))
        let index = MomentIndex(self)
        for (place, packet) in packets.enumerated() {
            // An end that tells of itself knows that its SYN began a connection, whatever became of it.
            let isRefused =
                packet.reason == nil && index.caused[place].map { moments[$0].record.refusesSYN } ?? false
            analysis.take(
                packet.octets.octets, number: place + 1, at: Timestamp(packet.sentAt), link: .raw, isRefused: isRefused)
        }
        let connections = (0..<analysis.count).compactMap { analysis.stored($0 + 1) }
        var told: [(connection: StoredConnection, observations: [Observation])] = []
        var ends: [Set<Endpoint>: [Int: Int]] = [:]
        // From the last one back, so that each knows where its ports are used again.
        for connection in connections.reversed() {
            let tuple: Set = [connection.record.clientEndpoint, connection.record.serverEndpoint]
            let witnesses = NetworkWitnesses(connection, self, index, until: ends[tuple] ?? [:])
            // Where a connection has not come to one of the ends, an earlier one ends with the next that did.
            ends[tuple, default: [:]].merge(witnesses.begins) { $1 }
            told.append((connection, witnesses.observations()))
        }
        return told.reversed()
    }
}

extension Timestamp {
    /// The moment of virtual time as one since 1970.
    init(_ instant: Instant) { self.init(nanoseconds: instant.nanoseconds) }
}
