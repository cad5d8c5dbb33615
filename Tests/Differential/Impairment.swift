import TCPWire
import VirtualNetwork

/// What becomes of each segment on the path. It goes by what the segment is and how often it has been seen, not by how many
/// went before it: two peers of which one acknowledges more often meet the same fates.
struct Impairment: Hashable, Sendable {
    enum Direction: UInt64, Sendable {
        case toPeer, fromPeer
    }

    /// What a segment is known by: its numbers.
    struct Name: Hashable, Sendable {
        var direction: Direction
        /// Relative; of a pure ACK the acknowledgment.
        var number: UInt32
        var isPure: Bool
        var flags: UInt16
    }

    enum Fate: Hashable, Sendable {
        case passes
        case isLost
        /// Overtaken by what is sent less than so much later.
        case isLate(milliseconds: Int)
        /// Comes twice, the copy later.
        case isDoubled(milliseconds: Int)
    }

    private let seed: UInt64
    /// Each in a hundred.
    private var loss: UInt64 = 0
    private var lateness: UInt64 = 0
    private var doubling: UInt64 = 0
    private var lossOfPure: UInt64 = 0
    /// How often the same may be lost: what gets through in the end keeps the exchange short.
    private static let most = 2

    init(seed: UInt64, _ random: inout SeededRandom) {
        self.seed = seed
        switch random.next() % 10 {
        case 0, 1: break
        case 2, 3: loss = 5
        case 4: loss = 15
        case 5: lateness = 15
        case 6: doubling = 15
        case 7: lossOfPure = 25
        default: (loss, lateness, doubling, lossOfPure) = (4, 8, 4, 5)
        }
    }

    /// - Parameter count: how often it was seen before.
    func fate(of name: Name, seen count: Int) -> Fate {
        var random = SeededRandom(
            seed: seed ^ UInt64(name.number) &* 0x100_0003 ^ name.direction.rawValue << 40
                ^ UInt64(name.flags) << 44 ^ (name.isPure ? 1 << 41 : 0) ^ UInt64(count) << 56)
        let draw = random.next() % 100
        let delay = [3, 12, 30][Int(random.next() % 3)]
        let lost = name.isPure ? lossOfPure : loss
        if draw < lost { return count < Self.most ? .isLost : .passes }
        if name.isPure { return .passes }
        if draw < lost + lateness { return .isLate(milliseconds: delay) }
        if draw < lost + lateness + doubling { return .isDoubled(milliseconds: delay) }
        return .passes
    }
}
