import FlatMemory

/// How much a ``FragmentAssembler`` remembers.
package struct FragmentLimits: Sendable {
    /// Limits on the packets that are remembered, and on the octets of memory that all of them take.
    var packets: Int
    var octets: Int
    /// Whether a fragment that comes a second time may belong to a second copy of its packet, since a capture may hold
    /// a packet twice; otherwise it is ignored.
    var expectsCopies: Bool

    /// For one host.
    package static let host = FragmentLimits(packets: 64, octets: 64 << 16, expectsCopies: false)
    /// For the packets that pass the point where a capture is taken.
    package static let capture = FragmentLimits(packets: 4096, octets: 32 << 20, expectsCopies: true)
}

/// Puts IP fragments together (RFC 791 3.2, RFC 8200 4.5), with limits on the number of packets, on their octets and on
/// how long they wait. A packet whose fragments overlap is dropped whole (RFC 5722 3; no honest sender of IPv4 makes
/// such fragments either).
///
/// Times and origins come from the caller: a host has one clock; in a capture each packet has its own time and its
/// offset in the file.
package struct FragmentAssembler: Sendable {
    /// What became of a fragment that was added.
    package enum Outcome: Sendable {
        /// It is kept; other fragments of its packet are still missing.
        case kept
        /// It overlaps another fragment, or is malformed. Its whole packet is dropped, with the `others` that had been
        /// kept.
        case refused(others: Int)
        /// It belongs to a packet that is not to be put together; see ``passOver(_:at:)``.
        case unwanted
        case whole(AssembledPacket)
    }

    /// How long an incomplete packet is kept, in nanoseconds. RFC 8200 4.5: 60 seconds; RFC 1122 3.3.2: at least as
    /// long.
    package static let patience: Int64 = 60_000_000_000
    /// The most fragments of one packet. Even the link with the smallest MTU (RFC 791 3.2: 68 octets) needs only 31 for
    /// a segment of usual size.
    private static let pieceLimit = 1024
    /// The most copies of one packet that may be incomplete at the same time.
    private static let copyLimit = 4

    private let limits: FragmentLimits
    /// The packets that are remembered, by serial number. Serial numbers follow the order in which packets began.
    private var packets: [Int: PendingPacket] = [:]
    private var serials: [IPFragment.Key: [Int]] = [:]
    private var (oldest, next) = (0, 0)
    private var heldOctets = 0
    /// Packets that were given up, and that ``takeGivenUp()`` has not returned yet.
    private var given: [GivenUp] = []

    /// An assembler without fragments, which holds at most as much as `limits` allow.
    package init(limits: FragmentLimits) { self.limits = limits }

    /// Returns the packets that were given up since the last call.
    package mutating func takeGivenUp() -> [GivenUp] {
        defer { given = [] }
        return given
    }

    /// Gives up the packets that have been incomplete for longer than ``patience``.
    package mutating func giveUp(at time: Int64) {
        while oldest < next {
            if let packet = packets[oldest] {
                guard time &- packet.since > Self.patience else { return }
                giveUp(oldest)
            }
            oldest += 1
        }
    }

    /// Gives up all incomplete packets, since no more fragments will come.
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

    /// Adds one fragment. Afterwards ``takeGivenUp()`` may return packets that had to be given up.
    ///
    /// - Parameters:
    ///   - frame: the octets that contain the fragment.
    ///   - origins: where the fragment was captured; several where it was put together from fragments itself.
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
                // A new packet may have the same addresses and identification.
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

    /// Has all fragments of a packet ignored from now on, because its first one has shown that they are not needed.
    ///
    /// - Returns: how many of its fragments had been kept before.
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

    /// Drops the packet that a fragment belongs to, and all its fragments that are still to come.
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
