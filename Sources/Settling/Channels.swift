import TCPState
import TCPWire
import Tracking

/// The same four numbers in several VLANs or virtual networks at once: one connection whose packets were captured in several
/// places, or several connections.
enum Channels {
    /// Divides a tuple's segments into those of one network each; usually all are of one.
    static func groups(_ sightings: Sightings) -> [[Int]] {
        let channels = sightings.map(\.channel)
        var names: [UInt64] = []
        var members: [UInt64: [Int]] = [:]
        for (index, channel) in channels.enumerated() {
            if members[channel] == nil { names.append(channel) }
            members[channel, default: []].append(index)
        }
        // More are never compared with each other; a bound for hostile captures.
        guard names.count <= 64 else { return [Array(sightings.indices)] }
        let networks = names.map { name in
            let own = members[name] ?? []
            return Network(
                members: own, prints: Set(own.map { sightings[$0].print }),
                openings: (0...1).map { opening(own, of: $0, sightings) })
        }
        var group = Array(names.indices)
        for one in names.indices {
            for other in names.indices.dropFirst(one + 1) where group[one] != group[other] {
                guard !areApart(networks[one], networks[other], sightings) else { continue }
                let (from, to) = (group[other], group[one])
                for place in group.indices where group[place] == from { group[place] = to }
            }
        }
        let groupOf = Dictionary(uniqueKeysWithValues: zip(names, group))
        return Dictionary(grouping: channels.indices) { groupOf[channels[$0]] ?? 0 }
            .values.sorted { $0[0] < $1[0] }
    }

    /// One of a tuple's networks.
    private struct Network {
        let members: [Int]
        let prints: Set<UInt64>
        /// By side, its SYN, else its first segment that is no RST.
        let openings: [Int?]
    }

    /// Whether two networks hold connections of their own: an end has numbers in each that cannot be of one stream, and they
    /// go on beside each other. A packet that is in both is one packet, seen twice.
    private static func areApart(_ left: Network, _ right: Network, _ sightings: Sightings) -> Bool {
        let (few, many) = left.members.count < right.members.count ? (left, right) : (right, left)
        if !few.prints.isDisjoint(with: many.prints) { return false }
        guard left.members[0] < right.members[right.members.count - 1],
            right.members[0] < left.members[left.members.count - 1]
        else { return false }
        for side in 0...1 {
            guard let one = left.openings[side], let other = right.openings[side] else { continue }
            if sightings[one].flags.contains(.syn), sightings[other].flags.contains(.syn) {
                return sightings[one].segment.sequence != sightings[other].segment.sequence
            }
            let distance = sightings[one].segment.sequence.distance(from: sightings[other].segment.sequence)
            if distance.magnitude > reach { return true }
        }
        return false
    }

    /// Further apart no two segments of one stream are that go on at the same time.
    private static let reach: UInt32 = 1 << 24

    private static func opening(_ members: [Int], of side: Int, _ sightings: Sightings) -> Int? {
        let own = members.filter { sightings[$0].side == side && !sightings[$0].flags.contains(.rst) }
        return own.first { sightings[$0].flags.contains(.syn) } ?? own.first
    }
}
