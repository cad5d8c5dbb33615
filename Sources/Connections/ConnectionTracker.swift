import CaptureFile
import TCPState
import TCPWire

/// Connections out of segments, in one pass: an open-addressing table over flat records. Nothing is allocated per
/// segment; memory grows with the number of connections.
public struct ConnectionTracker: ~Copyable {
    /// In the order of their first segments.
    public private(set) var connections: [ConnectionRecord] = []
    /// 0 for an empty slot; else record index + 1 below, and above it half of the key's hash, so that a slot taken by
    /// another key is passed over without a look at its record, which lies in cold memory. The number of slots is a power
    /// of two and at least half of them are empty.
    private var slots: [UInt64] = Array(repeating: 0, count: 1024)
    private var used = 0
    private let seed: HashSeed
    private let transitions = TransitionMatrix()

    public init(seed: HashSeed) { self.seed = seed }

    /// Takes the next segment.
    ///
    /// - Parameters:
    ///   - frame: the bytes `segment` was decoded from; read only where a SYN's options count.
    ///   - number: the packet's number in its source.
    /// - Returns: the index of its connection in ``connections``.
    public mutating func add(
        _ segment: SegmentHeader, in frame: RawSpan, at time: Timestamp, number: Int
    ) -> Int {
        let (key, side) = FlowKey.of(segment)
        return add(segment, of: key, from: side, hash: key.hash(seed: seed), in: frame, at: time, number: number)
    }

    /// The same, where key and hash are known.
    @inline(__always)
    mutating func add(
        _ segment: SegmentHeader, of key: FlowKey, from side: Int, hash: UInt64, in frame: RawSpan,
        at time: Timestamp, number: Int
    ) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let entry = slots[slot]
            let index = Self.index(entry)
            if entry >> 32 == hash >> 32, connections[index].key == key {
                if connections[index].startsNewLife(segment, from: side) {
                    let fresh = open(key: key, side: side, segment, time, number)
                    connections[fresh].reusesTuple = true
                    slots[slot] = Self.entry(fresh, hash)
                    connections[fresh].take(segment, in: frame, from: side, at: time, transitions)
                    return fresh
                }
                connections[index].take(segment, in: frame, from: side, at: time, transitions)
                return index
            }
            slot = (slot + 1) & mask
        }
        let fresh = open(key: key, side: side, segment, time, number)
        slots[slot] = Self.entry(fresh, hash)
        used += 1
        if used * 2 > slots.count { grow() }
        connections[fresh].take(segment, in: frame, from: side, at: time, transitions)
        return fresh
    }

    private mutating func open(
        key: FlowKey, side: Int, _ segment: SegmentHeader, _ time: Timestamp, _ number: Int
    ) -> Int {
        let (client, evidence) = ConnectionRecord.roles(segment, from: side)
        connections.append(
            ConnectionRecord(key: key, clientSide: client, evidence: evidence, time: time, number: number))
        return connections.count - 1
    }

    @inline(__always)
    private static func entry(_ index: Int, _ hash: UInt64) -> UInt64 {
        hash & 0xffff_ffff_0000_0000 | UInt64(UInt32(index + 1))
    }

    @inline(__always)
    private static func index(_ entry: UInt64) -> Int { Int(entry & 0xffff_ffff) - 1 }

    private mutating func grow() {
        let old = slots
        let mask = old.count * 2 - 1
        slots = Array(repeating: 0, count: mask + 1)
        for entry in old where entry != 0 {
            let hash = connections[Self.index(entry)].key.hash(seed: seed)
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = entry
        }
    }
}

extension ConnectionRecord {
    /// Who is the client, by the first segment seen.
    static func roles(_ segment: SegmentHeader, from side: Int) -> (client: Int, RoleEvidence) {
        if segment.opens {
            let answers = segment.flags.contains(.ack)
            let isReflexive = segment.sourceEndpoint == segment.destinationEndpoint
            return (answers && !isReflexive ? 1 - side : side, answers ? .synAck : .syn)
        }
        let source = RoleEvidence.rank(segment.sourcePort)
        let destination = RoleEvidence.rank(segment.destinationPort)
        if source != destination { return (source < destination ? 1 - side : side, .port) }
        return (side, .firstSeen)
    }

    /// Whether the segment opens a new connection on this one's tuple.
    ///
    /// A SYN with another ISN does, unless it is the other half of a simultaneous open. A repeated SYN with the same ISN
    /// does not, even after an RST: Windows asks again so, and for the application it is one `connect()`.
    @inline(__always)
    func startsNewLife(_ segment: SegmentHeader, from side: Int) -> Bool {
        segment.opens && hasOtherLife(segment, from: side)
    }

    private func hasOtherLife(_ segment: SegmentHeader, from side: Int) -> Bool {
        let other = peer(of: side)
        let based: Half.Marks = [.initialKnown, .initialGuessed]
        let isBased = !halves[side].marks.isDisjoint(with: based)
        if isBased, SequenceNumber(segment.sequence) == halves[side].initialSequence { return false }
        if segment.flags.contains(.ack) {
            // A server that forgot the SYN may answer its repetition with another ISN: still the same attempt.
            let answers =
                halves[other].marks.contains(.initialKnown)
                && SequenceNumber(segment.acknowledgment) == halves[other].initialSequence + 1
            return isBased && !answers
        }
        if isBased, halves[side].segments > 0 { return true }
        let isSimultaneous = halves[other].marks.contains(.syn) && halves[side].segments == 0
        return !isSimultaneous
    }
}

extension SegmentHeader {
    /// SYN or SYN-ACK. With RST it opens nothing (RFC 9293 3.10.7 looks at the RST first).
    @inline(__always)
    fileprivate var opens: Bool { flags.contains(.syn) && !flags.contains(.rst) }
}

extension RoleEvidence {
    /// 0 for a well-known port, 1 for a registered one, 2 for one of the range that systems take client ports from.
    fileprivate static func rank(_ port: UInt16) -> Int {
        port < 1024 ? 0 : port < 32768 ? 1 : 2
    }
}
