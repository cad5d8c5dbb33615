import CaptureFile
import FlatMemory
import Measures
import Settling
import TCPWire
import Tracking

/// The connections of a pass that were in doubt, judged with all their segments at hand; and the order of all.
///
/// Their records, and what is measured of them, stand where the pass had its own: so judging takes no memory for them.
struct Settlement {
    struct Member: BitwiseCopyable, Sendable {
        let place: PacketPlace
        let time: Timestamp
        let verdict: Verdict
    }

    /// By shard.
    private var shards: [SettledShard]
    /// All connections in the order of their first packets, each as the shard above and its own place there below.
    private(set) var order: [UInt32] = []
    /// Connections in doubt that could not be judged: their packets are too many to be held at once, or could not be read once
    /// more.
    let unsettled: Int

    var disorder: TimeDisorder { shards.reduce(into: TimeDisorder()) { $0.add($1.disorder) } }

    /// - Parameters:
    ///   - count: how many connections the pass has.
    ///   - place: where one of them is, by its place in the order of their first packets.
    ///   - firstPlace: where its first packet stands, by where it is.
    init(
        _ shards: [SettledShard], unsettled: Int, among count: Int, place: (Int) -> (shard: Int, own: Int),
        firstPlace: (Int, Int) -> UInt64
    ) {
        self.shards = shards
        self.unsettled = unsettled
        var judged: [(first: UInt64, location: UInt32)] = []
        judged.reserveCapacity(shards.reduce(0) { $0 + $1.lives.count })
        for (shard, own) in shards.enumerated() {
            for life in 0..<own.lives.count {
                let place = Int(own.lives[life])
                judged.append((firstPlace(shard, place), Self.location(shard, place)))
            }
        }
        judged.sort { $0.first < $1.first }
        order.reserveCapacity(count)
        var next = 0
        for index in 0..<count {
            let (shard, own) = place(index)
            guard !shards[shard].isJudged(own) else { continue }
            let first = firstPlace(shard, own)
            while next < judged.count, judged[next].first < first {
                order.append(judged[next].location)
                next += 1
            }
            order.append(Self.location(shard, own))
        }
        for life in judged[next...] { order.append(life.location) }
    }

    /// A connection's shard, and its place there, in one number.
    static func location(_ shard: Int, _ own: Int) -> UInt32 {
        precondition(own < 1 << 28, "more connections than PassLimits lets in")
        return UInt32(truncatingIfNeeded: shard << 28 | own)
    }

    /// What is known of a judged connection beside its record, by where that stands; `nil` of one that was not judged.
    func judged(_ shard: Int, _ own: Int) -> SettledShard.Life? { shards[shard].life(at: own) }

    /// The packets of a judged connection in the order in which they came, up to so many.
    func members(of life: SettledShard.Life, _ shard: Int, limit: Int = .max) -> [Member] {
        shards[shard].members(of: life, limit: limit)
    }
}

/// What became of one shard's tuples.
///
/// Filled by one worker at a time, then only read: that makes it safe to share (`@unchecked Sendable`).
final class SettledShard: @unchecked Sendable {
    /// One connection, where somebody will ask for its packets.
    struct Life {
        /// Where its members are among those of all.
        fileprivate let members: Range<Int>
        /// ``SettledLife/endedBy``.
        let endedBy: Int?
        let standing: Standing?
    }

    private let tuples: DoubtfulTuples?
    private let keepsPlaces: Bool
    /// By tuple, counted from 0, whether it was judged.
    private var isJudged: [Bool]
    /// Where the connections stand that there turned out to be.
    private(set) var lives = FlatStore<UInt32>()
    private var found: [Int: Life] = [:]
    private var members = FlatStore<Settlement.Member>()
    private(set) var disorder = TimeDisorder()

    init(_ tuples: DoubtfulTuples?, keepsPlaces: Bool) {
        self.tuples = tuples
        self.keepsPlaces = keepsPlaces
        isJudged = Array(repeating: false, count: tuples?.count ?? 0)
    }

    /// Judges one tuple.
    ///
    /// - Parameter keep: keeps a connection's record, and what was measured of it, at a place of the pass's, or behind all where
    ///   there is none; returns the place.
    func judge(
        _ tuple: Int, _ segments: TupleSegments, keep: (Int?, ConnectionRecord, ConnectionMeasures?) -> Int
    ) {
        guard let tuples else { return }
        isJudged[tuple - 1] = true
        let places = tuples.records(of: tuple)
        var count = 0
        disorder.add(
            Judge.settle(segments.sightings) { life, judge in
                guard let (settled, measures) = result(life, judge, segments) else { return }
                var record = settled
                record.reusesTuple = count > 0
                let place = keep(count < places.count ? places[count] : nil, record, measures)
                count += 1
                lives.append(UInt32(truncatingIfNeeded: place))
                if keepsPlaces { note(life, judge, segments, at: place) }
            })
    }

    private func result(
        _ life: SettledLife, _ judge: borrowing Judge, _ segments: TupleSegments
    ) -> (ConnectionRecord, ConnectionMeasures?)? {
        guard segments.detail(0) != nil else { return judge.record(of: life).map { ($0, nil) } }
        var measures: ConnectionMeasures?
        let record = judge.replay(life) { index, verdict, segment, reading, record in
            guard verdict.isMeasured, let detail = segments.detail(index) else { return }
            if measures == nil { measures = ConnectionMeasures(startingWith: segment) }
            var reading = reading
            // A refused SYN's window and options belong to no end of this connection.
            if verdict == .refused(.syn) { reading.classes.insert(.stray) }
            measures?.take(segment, detail, reading, record)
        }
        return record.map { ($0, measures ?? ConnectionMeasures(startingWith: judge.first(of: life))) }
    }

    private func note(_ life: SettledLife, _ judge: borrowing Judge, _ segments: TupleSegments, at place: Int) {
        let start = members.count
        for member in judge.members(of: life) {
            guard let place = segments.place(member.sighting) else { continue }
            members.append(Settlement.Member(place: place, time: member.time, verdict: member.verdict))
        }
        found[place] = Life(members: start..<members.count, endedBy: life.endedBy, standing: life.standing)
    }

    /// Whether a connection of the pass is of a tuple that was judged.
    func isJudged(_ own: Int) -> Bool {
        guard let tuple = tuples?.number(of: own), tuple > 0 else { return false }
        return isJudged[tuple - 1]
    }

    /// How many connections of the pass stay in doubt.
    var unsettled: Int {
        (tuples?.sizes ?? []).enumerated().reduce(0) { $0 + (isJudged[$1.offset] ? 0 : $1.element.lives) }
    }

    func life(at own: Int) -> Life? { found[own] }

    func members(of life: Life, limit: Int) -> [Settlement.Member] {
        life.members.prefix(limit).map { members[$0] }
    }
}

extension Verdict {
    /// Whether it adds to what is measured. A copy's original was measured, and a segment older than the connection is not the
    /// connection's.
    fileprivate var isMeasured: Bool {
        switch self {
        case .taken, .corrupt, .foreign, .refused(.reset), .refused(.syn), .refused(.acknowledgment): true
        case .copy, .refused(.oldTimestamp), .refused(.window), .refused(.octets): false
        }
    }
}
