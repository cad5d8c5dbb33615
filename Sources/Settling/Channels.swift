import TCPState
import TCPWire
import Tracking

/// The same addresses and ports in several VLANs or virtual networks at once: either one connection whose packets were
/// captured at several points, or several connections.
enum Channels {
    /// Divides a tuple's segments into groups, one for each network; usually there is a single group.
    static func groups(_ sightings: Sightings) -> [[Int]] {
        let channels = sightings.map(\.channel)
        var names: [UInt64] = []
        var members: [UInt64: [Int]] = [:]
        for (index, channel) in channels.enumerated() {
            if members[channel] == nil { names.append(channel) }
            members[channel, default: []].append(index)
        }
        // More networks than this are not compared with each other: a limit for hostile captures.
        guard names.count <= 64 else { return [Array(sightings.indices)] }
        let networks = names.map { name in
            let own = members[name] ?? []
            return Network(
                members: own, prints: Set(own.map { sightings[$0].print }),
                openings: (0...1).map { opening(own, of: $0, sightings) })
        }
        let group = joined(networks, sightings)
        let groupOf = Dictionary(uniqueKeysWithValues: zip(names, group))
        return Dictionary(grouping: channels.indices) { groupOf[channels[$0]] ?? 0 }
            .values.sorted { $0[0] < $1[0] }
    }

    /// The number of each network's group. Networks are joined if they share a packet or hold the two directions of one
    /// connection; after that, all networks that nothing keeps apart are joined.
    private static func joined(_ networks: [Network], _ sightings: Sightings) -> [Int] {
        var group = Array(networks.indices)
        var apart = Array(repeating: Set<Int>(), count: networks.count)
        var pairs: [(one: Int, other: Int, bond: Bond)] = []
        for one in networks.indices {
            for other in networks.indices.dropFirst(one + 1) {
                let bond = bond(networks[one], networks[other], sightings)
                guard bond != .none else {
                    apart[one].insert(other)
                    apart[other].insert(one)
                    continue
                }
                pairs.append((one, other, bond))
            }
        }
        for bond in [Bond.packet, .answer, .possible] {
            for pair in pairs where pair.bond == bond && group[pair.one] != group[pair.other] {
                let (to, from) = (group[pair.one], group[pair.other])
                let strangers = group.indices.filter { group[$0] == from }.reduce(into: Set()) {
                    $0.formUnion(apart[$1])
                }
                guard !group.indices.contains(where: { group[$0] == to && strangers.contains($0) }) else { continue }
                for place in group.indices where group[place] == from { group[place] = to }
            }
        }
        return group
    }

    /// How two networks are related.
    private enum Bond {
        /// Both hold the same packet, which was captured twice.
        case packet
        /// One holds segments that answer the other's.
        case answer
        /// Nothing shows that they hold different connections.
        case possible
        /// They hold different connections.
        case none
    }

    /// One of a tuple's networks.
    private struct Network {
        let members: [Int]
        let prints: Set<UInt64>
        /// For each side its SYN; without one, its first segment that is no RST.
        let openings: [Int?]
    }

    private static func bond(_ left: Network, _ right: Network, _ sightings: Sightings) -> Bond {
        let (few, many) = left.members.count < right.members.count ? (left, right) : (right, left)
        if !few.prints.isDisjoint(with: many.prints) { return .packet }
        if areApart(left, right, sightings) { return .none }
        return answers(left, right, sightings) || answers(right, left, sightings) ? .answer : .possible
    }

    /// Whether one end has numbers in the two networks that cannot be of one stream, while segments go on in both.
    private static func areApart(_ left: Network, _ right: Network, _ sightings: Sightings) -> Bool {
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

    /// Whether one end acknowledges in `right` what the other end sent in `left`.
    private static func answers(_ left: Network, _ right: Network, _ sightings: Sightings) -> Bool {
        (0...1).contains { side in
            guard let asked = left.openings[side], let answer = right.openings[1 - side],
                sightings[answer].flags.contains(.ack)
            else { return false }
            let distance = sightings[answer].segment.acknowledgment.distance(from: sightings[asked].end)
            let isOpening = sightings[asked].flags.contains(.syn) && sightings[answer].flags.contains(.syn)
            return isOpening ? distance == 0 : distance.magnitude <= reach
        }
    }

    /// Two segments of one stream that are under way at the same time are never further apart than this many numbers.
    private static let reach: UInt32 = 1 << 24

    private static func opening(_ members: [Int], of side: Int, _ sightings: Sightings) -> Int? {
        let own = members.filter { sightings[$0].side == side && !sightings[$0].flags.contains(.rst) }
        return own.first { sightings[$0].flags.contains(.syn) } ?? own.first
    }
}
