import FlatMemory

/// Where a fragment came from.
package struct FragmentOrigin: BitwiseCopyable, Sendable {
    /// Its packet's number, where that can be fetched again, and its time in nanoseconds.
    package let number: Int
    package let offset: Int
    package let time: Int64

    package init(number: Int = 0, offset: Int = 0, time: Int64 = 0) {
        (self.number, self.offset, self.time) = (number, offset, time)
    }
}

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
    private var packets: [Int: Pending] = [:]
    private var serials: [IPFragment.Key: [Int]] = [:]
    private var (oldest, next) = (0, 0)
    private var heldOctets = 0
    /// What was given up and not yet taken.
    private var given: [GivenUp] = []

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

    /// Takes a packet that is a fragment, for a host.
    ///
    /// - Returns: the whole packet, once its last fragment is here; whether the fragment was refused.
    package mutating func add(
        packet octets: [UInt8], at time: Int64
    ) -> (packet: [UInt8]?, isRefused: Bool) {
        var segment = SegmentHeader()
        var place: FragmentPlace?
        _ = PacketDecoder.decode(
            octets.octets, link: .raw, originalLength: octets.count, into: &segment, noting: &place)
        guard let place, let fragment = IPFragment(in: octets.octets, at: place) else { return (nil, true) }
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
        let piece = Pending.Piece(fragment, body, origins)
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
    package mutating func passOver(_ key: IPFragment.Key, at time: Int64) {
        giveUp(at: time)
        guard !(serials[key] ?? []).contains(where: { packets[$0]?.state == .unwanted }) else { return }
        let serial = begin(key, at: time, isCopy: false)
        packets[serial]?.state = .unwanted
    }

    private mutating func begin(_ key: IPFragment.Key, at time: Int64, isCopy: Bool) -> Int {
        if let own = serials[key], own.count >= Self.copyLimit { giveUp(own[0]) }
        while packets.count >= limits.packets { giveUpOldest() }
        defer { next += 1 }
        packets[next] = Pending(key: key, since: time, isCopy: isCopy)
        serials[key, default: []].append(next)
        return next
    }

    private mutating func place(
        _ piece: Pending.Piece, _ fragment: IPFragment, in serial: Int, _ frame: RawSpan
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

/// A packet that was put together, from its IP header on; or the beginning of one whose rest did not come, which then says of
/// itself that more follows.
package struct AssembledPacket: Sendable {
    /// As far as they were captured without a hole.
    package let octets: [UInt8]
    /// Octets on the wire.
    package let length: Int
    package let isWhole: Bool
    /// Of its fragments, in the order in which they came.
    package let origins: [FragmentOrigin]
    let key: IPFragment.Key
}

/// Fragments whose others did not come.
package struct GivenUp: Sendable {
    /// How many; none where all that came had come before.
    package let count: Int
    /// What they begin with, where the first is among them.
    package let beginning: AssembledPacket?

    fileprivate init(_ packet: Pending) {
        count = packet.isCopy ? 0 : packet.originCount
        beginning = packet.isCopy ? nil : packet.beginning
    }
}

/// A packet of which fragments have come.
private struct Pending: Sendable {
    struct Piece: Sendable {
        let offset: Int
        /// Of the fragment's payload on the wire.
        let length: Int
        let hasMore: Bool
        var octets: [UInt8]
        /// How many there were, and a hash of them: to know it again by.
        let captured: Int
        let print: UInt64
        let origins: [FragmentOrigin]
        /// How many came before it.
        var place = 0

        var end: Int { offset + length }
        /// Octets of memory: its own, and what it is remembered by.
        var weight: Int { octets.count + MemoryLayout<Self>.stride + 64 }

        init(_ fragment: IPFragment, _ body: [UInt8], _ origins: [FragmentOrigin]) {
            (offset, length, hasMore) = (fragment.offset, fragment.length, fragment.hasMore)
            (octets, captured, print) = (body, body.count, body.octets.print)
            self.origins = origins
        }

        /// Whether it is the other again. Of what was put together the octets are gone.
        func isAlike(_ other: Piece) -> Bool {
            offset == other.offset && length == other.length && hasMore == other.hasMore && captured == other.captured
                && (octets.isEmpty ? print == other.print : octets == other.octets)
        }
    }

    enum State: Sendable {
        case open
        /// It was put together; kept to know copies by.
        case closed
        case refused, unwanted
    }

    enum Fit {
        case next, copy, other, overlapping, refused, unwanted
    }

    let key: IPFragment.Key
    let since: Int64
    /// Whether it began with a fragment that had come before.
    let isCopy: Bool
    var state = State.open
    /// In the order of their offsets.
    private(set) var pieces: [Piece] = []
    /// What stands before the payload, from the first fragment; and where in it stands what the payload is, and what that is.
    private var header: [UInt8] = []
    private var nextHeaderPlace = 0
    private var nextHeader: UInt8 = 0
    private var isIPv4 = true
    /// Octets of all of its payload, once the last fragment has come.
    private var length: Int?
    private var reached = 0
    private(set) var heldOctets = 0

    init(key: IPFragment.Key, since: Int64, isCopy: Bool) {
        (self.key, self.since, self.isCopy) = (key, since, isCopy)
    }

    var originCount: Int { pieces.reduce(0) { $0 + $1.origins.count } }

    func fit(of piece: Piece) -> Fit {
        switch state {
        case .refused: return .refused
        case .unwanted: return .unwanted
        case .closed: return pieces.contains { $0.isAlike(piece) } ? .copy : .other
        case .open: break
        }
        let place = self.place(of: piece)
        if place < pieces.count, pieces[place].isAlike(piece) { return .copy }
        if place < pieces.count, pieces[place].offset < piece.end { return .overlapping }
        if place > 0, pieces[place - 1].end > piece.offset { return .overlapping }
        // Behind the last there is nothing, and there is one last.
        if let length, piece.end > length || !piece.hasMore { return .overlapping }
        if !piece.hasMore, let last = pieces.last, last.end > piece.end { return .overlapping }
        return .next
    }

    /// The first that does not stand before a piece.
    private func place(of piece: Piece) -> Int {
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].offset < piece.offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func insert(_ piece: Piece, _ fragment: IPFragment, _ frame: RawSpan) {
        var piece = piece
        piece.place = pieces.count
        pieces.insert(piece, at: place(of: piece))
        reached += piece.length
        heldOctets += piece.weight
        if !piece.hasMore { length = piece.end }
        guard piece.offset == 0 else { return }
        isIPv4 = fragment.isIPv4
        // With IPv6's fragment header, which goes where the packet is whole.
        let end = isIPv4 ? fragment.header.upperBound : fragment.body.lowerBound
        header = frame.octets(at: fragment.header.lowerBound, length: end - fragment.header.lowerBound)
        nextHeaderPlace = fragment.nextHeaderPlace - fragment.header.lowerBound
        nextHeader = fragment.nextHeader
    }

    /// Forgets all but what copies are known by.
    ///
    /// - Returns: octets less.
    mutating func close() -> Int {
        state = .closed
        let before = heldOctets
        heldOctets = 0
        for index in pieces.indices {
            pieces[index].octets = []
            heldOctets += pieces[index].weight
        }
        return before - heldOctets
    }

    var whole: AssembledPacket? {
        guard let length, reached == length, !header.isEmpty else { return nil }
        return assembled(pieces.count, isWhole: true)
    }

    /// Of the pieces those before the first hole.
    var beginning: AssembledPacket? {
        guard !header.isEmpty else { return nil }
        var (count, end) = (0, 0)
        while count < pieces.count, pieces[count].offset == end {
            end = pieces[count].end
            count += 1
        }
        return assembled(count, isWhole: false)
    }

    /// - Parameter count: how many of the pieces.
    private func assembled(_ count: Int, isWhole: Bool) -> AssembledPacket {
        var packet = header
        if isWhole, !isIPv4 {
            packet.removeLast(8)
            packet[nextHeaderPlace] = nextHeader
        }
        let length = packet.count + pieces[..<count].reduce(0) { $0 + $1.length }
        var isCut = false
        for piece in pieces[..<count] where !isCut {
            packet += piece.octets
            isCut = piece.captured < piece.length
        }
        let stated = isIPv4 ? length : length - 40
        let place = isIPv4 ? 2 : 4
        packet[place] = UInt8(truncatingIfNeeded: stated >> 8)
        packet[place + 1] = UInt8(truncatingIfNeeded: stated)
        if isIPv4 {
            if isWhole { (packet[6], packet[7]) = (0, 0) }
            (packet[10], packet[11]) = (0, 0)
            var sum = InternetSum()
            sum.add(packet.octets, from: 0, to: header.count)
            packet[10] = UInt8(sum.checksum >> 8)
            packet[11] = UInt8(sum.checksum & 0xff)
        }
        return AssembledPacket(
            octets: packet, length: length, isWhole: isWhole,
            origins: pieces[..<count].sorted { $0.place < $1.place }.flatMap(\.origins), key: key)
    }
}

extension RawSpan {
    /// A hash of how it begins and ends: what differs elsewhere is held to be a copy where only that is remembered, and is put
    /// together nevertheless if its others come.
    fileprivate var print: UInt64 {
        var mixed: UInt64 = 0x9e37_79b9_7f4a_7c15 ^ UInt64(byteCount)
        for place in 0..<min(32, byteCount) { mixed = Self.fold(mixed ^ UInt64(octet(at: place))) }
        for place in max(32, byteCount &- 16)..<max(32, byteCount) {
            mixed = Self.fold(mixed ^ UInt64(octet(at: place)))
        }
        return mixed
    }

    private static func fold(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
        return product.high ^ product.low
    }
}
