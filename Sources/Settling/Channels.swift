import TCPState
import TCPWire
import Tracking

/// The same four numbers in several VLANs or virtual networks at once: one connection whose packets were captured in several
/// places, or several connections.
enum Channels {
    /// Divides a tuple's segments into those of one network each; usually all are of one.
    static func groups(_ sightings: [Sighting]) -> [[Int]] {
        let channels = sightings.map(\.channel)
        guard let first = channels.first, channels.contains(where: { $0 != first }) else {
            return [Array(sightings.indices)]
        }
        var names: [UInt64] = []
        var members: [UInt64: [Int]] = [:]
        for (index, channel) in channels.enumerated() {
            if members[channel] == nil { names.append(channel) }
            members[channel, default: []].append(index)
        }
        // More are never compared with each other; a bound for hostile captures.
        guard names.count <= 64 else { return [Array(sightings.indices)] }
        var group = Array(names.indices)
        for one in names.indices {
            for other in names.indices.dropFirst(one + 1) where group[one] != group[other] {
                let (left, right) = (members[names[one]] ?? [], members[names[other]] ?? [])
                guard !areApart(left, right, sightings) else { continue }
                let (from, to) = (group[other], group[one])
                for place in group.indices where group[place] == from { group[place] = to }
            }
        }
        return Dictionary(grouping: channels.indices) { group[names.firstIndex(of: channels[$0]) ?? 0] }
            .values.sorted { $0[0] < $1[0] }
    }

    /// Whether two networks hold connections of their own: an end has numbers in each that cannot be of one stream, and they
    /// go on beside each other. A packet that is in both is one packet, seen twice.
    private static func areApart(_ left: [Int], _ right: [Int], _ sightings: [Sighting]) -> Bool {
        let prints = Set(left.map { sightings[$0].print })
        if right.contains(where: { prints.contains(sightings[$0].print) }) { return false }
        guard left[0] < right[right.count - 1], right[0] < left[left.count - 1] else { return false }
        for side in 0...1 {
            guard let one = opening(left, of: side, sightings), let other = opening(right, of: side, sightings)
            else { continue }
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

    /// The side's SYN, else its first segment that is no RST.
    private static func opening(_ members: [Int], of side: Int, _ sightings: [Sighting]) -> Int? {
        let own = members.filter { sightings[$0].side == side && !sightings[$0].flags.contains(.rst) }
        return own.first { sightings[$0].flags.contains(.syn) } ?? own.first
    }
}
