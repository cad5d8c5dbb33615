import CaptureFile
import FlatMemory
import Measures
import Settling
import TCPWire
import Tracking

/// The result of judging a pass's connections in doubt, and the order of all connections after it.
///
/// The judged connections' records and measures replace those in the pass, so that they take no memory here.
struct Settlement {
    struct Member: BitwiseCopyable, Sendable {
        let place: PacketPlace
        let time: Timestamp
        let verdict: Verdict
    }

    /// The results by shard.
    private var shards: [SettledShard]
    /// All connections in the order of their first packets, each as a ``location(_:_:)``.
    private(set) var order: [UInt32] = []
    /// How many connections in doubt could not be judged, because their packets are too many to be held at once, or
    /// could not be read again.
    let unsettled: Int

    var disorder: TimeDisorder { shards.reduce(into: TimeDisorder()) { $0.add($1.disorder) } }

    /// - Parameters:
    ///   - count: how many connections the pass has.
    ///   - place: returns a connection's shard and its index there, by its index in the order of first packets.
    ///   - firstPlace: returns the position of a connection's first packet in the capture, by its shard and its index
    ///     there.
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

    /// A connection's shard and its index there, in one number: the shard in the upper four bits.
    static func location(_ shard: Int, _ own: Int) -> UInt32 {
        precondition(own < 1 << 28, "more connections than PassLimits lets in")
        return UInt32(truncatingIfNeeded: shard << 28 | own)
    }

    /// What is known of a judged connection besides its record, by its shard and its index there; `nil` if it was not
    /// judged.
    func judged(_ shard: Int, _ own: Int) -> SettledShard.Life? { shards[shard].life(at: own) }

    /// The packets of a judged connection in the order in which they came, at most `limit`.
    func members(of life: SettledShard.Life, _ shard: Int, limit: Int = .max) -> [Member] {
        shards[shard].members(of: life, limit: limit)
    }
}

/// The result of judging one shard's tuples.
///
/// One worker at a time fills it, and then it is only read; so it is safe to share (`@unchecked Sendable`).
final class SettledShard: @unchecked Sendable {
    /// One connection whose packets may be asked for.
    struct Life {
        /// The range of its members among those of all connections.
        fileprivate let members: Range<Int>
        /// ``SettledLife/endedBy``.
        let endedBy: Int?
        let standing: Standing?
    }

    private let tuples: DoubtfulTuples?
    private let keepsPlaces: Bool
    /// By tuple number - 1: whether the tuple was judged.
    private var isJudged: [Bool]
    /// The indices of the connections that the tuples turned out to have.
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
    /// - Parameter keep: stores a connection's record and measures at the given index, or after all others if that is
    ///   `nil`; returns the index at which they are stored.
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

    /// Whether a connection of the pass belongs to a tuple that was judged.
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
    /// Whether a segment with this verdict is measured. A copy is not, because its original was measured; neither is a
    /// segment that is older than the connection, or is not part of it.
    fileprivate var isMeasured: Bool {
        switch self {
        case .taken, .corrupt, .foreign, .refused(.reset), .refused(.syn), .refused(.acknowledgment): true
        case .copy, .refused(.oldTimestamp), .refused(.window), .refused(.octets): false
        }
    }
}
