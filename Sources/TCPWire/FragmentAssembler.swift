import FlatMemory

/// How much a ``FragmentAssembler`` remembers.
package struct FragmentLimits: Sendable {
    /// Packets that are remembered, and octets of memory that they take.
    var packets: Int
    var octets: Int
    /// Whether a fragment that comes twice may be the beginning of a packet that was captured twice; else it is ignored.
    var expectsCopies: Bool

    /// For one host.
    package static let host = FragmentLimits(packets: 64, octets: 64 << 16, expectsCopies: false)
    /// For what passes by a place where a capture is taken.
    package static let capture = FragmentLimits(packets: 4096, octets: 32 << 20, expectsCopies: true)
}

/// Puts IP fragments together (RFC 791 3.2, RFC 8200 4.5), within bounds: so many packets, so many octets, so long. A packet
/// whose fragments overlap is dropped whole (RFC 5722 3; no honest sender makes such of IPv4 either).
///
/// Time and origins are handed in: a host has one clock, a capture has that of its packets, and the place of each.
package struct FragmentAssembler: Sendable {
    /// What came of a fragment that was added.
    package enum Outcome: Sendable {
        /// Others are to come.
        case kept
        /// It overlaps, or is impossible; the others of its packet are dropped with it. So many had been kept.
        case refused(others: Int)
        /// The packet is none that is put together.
        case unwanted
        case whole(AssembledPacket)
    }

    /// RFC 8200 4.5: 60 seconds; RFC 1122 3.3.2: at least as long.
    package static let patience: Int64 = 60_000_000_000
    /// Fragments of one packet. Those of a shortest link (RFC 791 3.2: 68 octets) cut a segment of usual size in 31.
    private static let pieceLimit = 1024
    /// Copies of one packet that may be under way together.
    private static let copyLimit = 4

    private let limits: FragmentLimits
    /// By serial number, in the order in which they began.
    private var packets: [Int: PendingPacket] = [:]
    private var serials: [IPFragment.Key: [Int]] = [:]
    private var (oldest, next) = (0, 0)
    private var heldOctets = 0
    /// What was given up and not yet taken.
    private var given: [GivenUp] = []

    /// Nothing held yet; ``FragmentLimits`` says how much may be.
    package init(limits: FragmentLimits) { self.limits = limits }

    /// What was given up since this was last asked.
    package mutating func takeGivenUp() -> [GivenUp] {
        defer { given = [] }
        return given
    }

    /// Gives up what has waited for too long.
    package mutating func giveUp(at time: Int64) {
        while oldest < next {
            if let packet = packets[oldest] {
                guard time &- packet.since > Self.patience else { return }
                giveUp(oldest)
            }
            oldest += 1
        }
    }

    /// Gives up all of them: nothing more is to come.
    package mutating func giveUpAll() {
        while oldest < next {
            giveUp(oldest)
            oldest += 1
        }
    }

    /// Takes a fragment that has arrived at a host.
    ///
    /// - Parameter octets: the IP packet that is a fragment.
    /// - Returns: as `packet` the whole packet, if this was the last of its fragments to arrive; as `isRefused` whether this fragment
    ///   was dropped: it is malformed, or overlaps another, or belongs to a packet that was dropped for that.
    package mutating func add(
        packet octets: [UInt8], at time: Int64
    ) -> (packet: [UInt8]?, isRefused: Bool) {
        var segment = SegmentHeader()
        var finding = PacketDecoder.Finding()
        _ = PacketDecoder.decode(
            octets.octets, link: .raw, originalLength: octets.count, into: &segment, noting: &finding)
        guard let place = finding.fragment, let fragment = IPFragment(in: octets.octets, at: place) else {
            return (nil, true)
        }
        defer { given = [] }
        switch add(fragment, in: octets.octets, from: [FragmentOrigin()], at: time) {
        case .kept, .unwanted: return (nil, false)
        case .refused: return (nil, true)
        case .whole(let packet): return (packet.octets, false)
        }
    }

    /// Takes one fragment; ``takeGivenUp()`` may tell of others after it.
    ///
    /// - Parameters:
    ///   - frame: the octets in which it stands.
    ///   - origins: where it came from.
    package mutating func add(
        _ fragment: IPFragment, in frame: RawSpan, from origins: [FragmentOrigin], at time: Int64
    ) -> Outcome {
        giveUp(at: time)
        let body = frame.octets(at: fragment.body.lowerBound, length: fragment.body.count)
        let piece = PendingPacket.Piece(fragment, body, origins)
        guard fragment.isPossible else { return refuse(fragment, at: time) }
        var isCopy = false
        for serial in serials[fragment.key] ?? [] {
            switch packets[serial]?.fit(of: piece) {
            case .refused: return .refused(others: 0)
            case .unwanted:
                // Another packet may have the same name.
                guard piece.offset == 0 else { return .unwanted }
                remove(serial)
            case .copy:
                isCopy = true
                if !limits.expectsCopies { return .kept }
            case .next: return place(piece, fragment, in: serial, frame)
            case .overlapping: return refuse(fragment, at: time)
            case .other, nil: break
            }
        }
        return place(piece, fragment, in: begin(fragment.key, at: time, isCopy: isCopy), frame)
    }

    /// Has the fragments of a packet passed over of which the first has shown that nobody wants them.
    ///
    /// - Returns: how many of them had come before.
    package mutating func passOver(_ key: IPFragment.Key, at time: Int64) -> Int {
        giveUp(at: time)
        let own = serials[key] ?? []
        guard !own.contains(where: { packets[$0]?.state == .unwanted }) else { return 0 }
        var others = 0
        for serial in own {
            guard let packet = packets[serial], packet.state == .open, !packet.hasBeginning else { continue }
            if !packet.isCopy { others += packet.originCount }
            remove(serial)
        }
        let serial = begin(key, at: time, isCopy: false)
        packets[serial]?.state = .unwanted
        return others
    }

    private mutating func begin(_ key: IPFragment.Key, at time: Int64, isCopy: Bool) -> Int {
        if let own = serials[key], own.count >= Self.copyLimit { giveUp(own[0]) }
        while packets.count >= limits.packets { giveUpOldest() }
        defer { next += 1 }
        packets[next] = PendingPacket(key: key, since: time, isCopy: isCopy)
        serials[key, default: []].append(next)
        return next
    }

    private mutating func place(
        _ piece: PendingPacket.Piece, _ fragment: IPFragment, in serial: Int, _ frame: RawSpan
    ) -> Outcome {
        guard packets[serial]?.pieces.count ?? 0 < Self.pieceLimit else {
            return refuse(fragment, at: packets[serial]?.since ?? 0)
        }
        packets[serial]?.insert(piece, fragment, frame)
        heldOctets += piece.weight
        if let whole = packets[serial]?.whole {
            heldOctets -= packets[serial]?.close() ?? 0
            return .whole(whole)
        }
        while heldOctets > limits.octets { giveUpOldest() }
        return .kept
    }

    /// Drops the packet of a fragment, also what is still to come of it.
    private mutating func refuse(_ fragment: IPFragment, at time: Int64) -> Outcome {
        var others = 0
        for serial in serials[fragment.key] ?? [] {
            if packets[serial]?.state == .open { others += packets[serial]?.originCount ?? 0 }
            remove(serial)
        }
        let serial = begin(fragment.key, at: time, isCopy: false)
        packets[serial]?.state = .refused
        return .refused(others: others)
    }

    private mutating func giveUpOldest() {
        while oldest < next, packets[oldest] == nil { oldest += 1 }
        giveUp(oldest)
    }

    private mutating func giveUp(_ serial: Int) {
        guard let packet = packets[serial] else { return }
        if packet.state == .open { given.append(GivenUp(packet)) }
        remove(serial)
    }

    private mutating func remove(_ serial: Int) {
        guard let packet = packets.removeValue(forKey: serial) else { return }
        heldOctets -= packet.heldOctets
        serials[packet.key]?.removeAll { $0 == serial }
        if serials[packet.key]?.isEmpty ?? false { serials[packet.key] = nil }
    }
}
