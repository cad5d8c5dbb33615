import VirtualNetwork

/// What happens in an exchange between a TCP of our own, the driver, and the TCP that is looked at, its peer: who connects,
/// what their programs do, what the path does to their segments. All of it follows from the seed.
package struct ExchangePlan: Sendable {
    /// What a program does next. None waits for a time where it could wait for the other end, so that the same happens whatever
    /// the pace.
    enum Step: Hashable, Sendable {
        case write(Int)
        /// Until so many octets have been read in all.
        case read(Int)
        case readToEnd
        case pause(milliseconds: Int)
        /// Every small segment goes out at once.
        case hurry
        /// Closes the sending direction.
        case finish
        case close
        case abort
    }

    /// What the driver offers, and so decides for both.
    struct Offer: Hashable, Sendable {
        var timestamps = true
        var selectiveAcknowledgment = true
        var windowScaling = true
        var explicitCongestionNotification = false
        var maximumSegmentSize: UInt16?
        var receiveBuffer = 131_072
    }

    package let seed: UInt64
    /// Whether the peer opens actively.
    let peerConnects: Bool
    /// Whether somebody listens there.
    private(set) var isAwaited = true
    private(set) var offer = Offer()
    private(set) var driver: [Step] = []
    private(set) var peer: [Step] = []
    let impairment: Impairment

    package init(seed: UInt64) {
        self.seed = seed
        var random = SeededRandom(seed: seed &* 0x9e37_79b9 &+ 0x18)
        peerConnects = Bool.random(using: &random)
        impairment = Impairment(seed: random.next(), &random)
        offer.timestamps = random.next() % 4 != 0
        offer.selectiveAcknowledgment = random.next() % 4 != 0
        offer.windowScaling = random.next() % 6 != 0
        offer.explicitCongestionNotification = random.next() % 8 == 0
        offer.maximumSegmentSize = [nil, nil, nil, 536, 1000, 1200].randomElement(using: &random) ?? nil
        choosePrograms(&random)
    }

    private mutating func choosePrograms(_ random: inout SeededRandom) {
        switch random.next() % 12 {
        case 0, 1, 2: talkInTurns(&random)
        case 3: bulk(fromPeer: true, &random)
        case 4: bulk(fromPeer: false, &random)
        case 5: talkAtOnce(&random)
        case 6: closeByHalves(&random)
        case 7: abort(&random)
        case 8: closeUnread(&random)
        case 9: readSlowly(&random)
        case 10: writeSmall(&random)
        default: if random.next() % 4 == 0 { isAwaited = false } else { talkInTurns(&random) }
        }
    }

    private static func size(_ random: inout SeededRandom) -> Int {
        [1, 100, 536, 1000, 1460, 2000, 4000, 8000, 14_000, 20_000, 30_000].randomElement(using: &random) ?? 1
    }

    /// Gives one of two ends to the peer.
    private mutating func assign(_ one: [Step], _ other: [Step], _ random: inout SeededRandom) {
        (peer, driver) = Bool.random(using: &random) ? (one, other) : (other, one)
    }

    private mutating func talkInTurns(_ random: inout SeededRandom) {
        var (asks, answers): ([Step], [Step]) = ([], [])
        var (asked, answered) = (0, 0)
        for _ in 0...random.next() % 3 {
            let (question, answer) = (Self.size(&random), Self.size(&random))
            asked += question
            answered += answer
            asks += [.write(question), .read(answered)]
            answers += [.read(asked), .write(answer)]
        }
        if Bool.random(using: &random) {
            assign(asks + [.finish, .readToEnd], answers + [.readToEnd, .finish], &random)
        } else {
            assign(asks + [.readToEnd, .finish], answers + [.finish, .readToEnd], &random)
        }
    }

    private mutating func bulk(fromPeer: Bool, _ random: inout SeededRandom) {
        let count = Int(random.next() % 60_000) + 1
        let (source, sink): ([Step], [Step]) = ([.write(count), .finish, .readToEnd], [.readToEnd, .finish])
        (peer, driver) = fromPeer ? (source, sink) : (sink, source)
    }

    private mutating func talkAtOnce(_ random: inout SeededRandom) {
        let (one, other) = (Self.size(&random), Self.size(&random))
        if Bool.random(using: &random) {
            assign([.write(one), .finish, .readToEnd], [.write(other), .finish, .readToEnd], &random)
        } else {
            assign(
                [.write(one), .read(other), .finish, .readToEnd], [.write(other), .read(one), .finish, .readToEnd],
                &random)
        }
    }

    private mutating func closeByHalves(_ random: inout SeededRandom) {
        assign(
            [.write(Self.size(&random)), .finish, .readToEnd], [.readToEnd, .write(Self.size(&random)), .finish],
            &random)
    }

    private mutating func abort(_ random: inout SeededRandom) {
        let (count, rest) = (Self.size(&random), Self.size(&random))
        // While the rest is on its way.
        assign(
            [.write(count), .read(1), .write(rest), .readToEnd, .finish],
            [.read(count), .write(1), .pause(milliseconds: 15), .abort], &random)
    }

    private mutating func closeUnread(_ random: inout SeededRandom) {
        assign([.write(Self.size(&random)), .readToEnd, .finish], [.pause(milliseconds: 150), .close], &random)
    }

    /// The driver's window closes: what the peer does then is looked at.
    private mutating func readSlowly(_ random: inout SeededRandom) {
        offer.receiveBuffer = [2000, 4000, 6000, 9000].randomElement(using: &random) ?? 4000
        let count = offer.receiveBuffer * Int.random(in: 2...4, using: &random)
        driver = [.pause(milliseconds: Int.random(in: 300...1500, using: &random)), .read(count), .finish, .readToEnd]
        peer = [.write(count), .readToEnd, .finish]
    }

    private mutating func writeSmall(_ random: inout SeededRandom) {
        var (steps, count): ([Step], Int) = ([], 0)
        if Bool.random(using: &random) { steps.append(.hurry) }
        for _ in 0..<Int.random(in: 2...10, using: &random) {
            let size = Int.random(in: 1...400, using: &random)
            steps.append(.write(size))
            count += size
        }
        assign(steps + [.finish, .readToEnd], [.read(count), .readToEnd, .finish], &random)
    }
}
