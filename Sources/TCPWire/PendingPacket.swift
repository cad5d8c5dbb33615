import FlatMemory

/// Where a fragment came from.
package struct FragmentOrigin: BitwiseCopyable, Sendable {
    /// Its packet's number.
    package let number: Int
    /// Where its packet can be fetched again.
    package let offset: Int
    /// Nanoseconds since 1970, or of the host's clock.
    package let time: Int64
    /// Which of its frame's packets it is, where that carries several; from 0.
    package let part: UInt8

    /// A fragment whose packet is not fetched again, or what of it is given.
    package init(number: Int = 0, offset: Int = 0, time: Int64 = 0, part: UInt8 = 0) {
        (self.number, self.offset, self.time, self.part) = (number, offset, time, part)
    }
}

/// A packet that was put together, from its IP header on; or the beginning of one whose rest did not come, which then says of
/// itself that more follows.
package struct AssembledPacket: Sendable {
    /// As far as they were captured without a hole.
    package let octets: [UInt8]
    /// Octets on the wire.
    package let length: Int
    /// Whether nothing is missing; else it is the beginning of a packet whose rest did not come.
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

    init(_ packet: PendingPacket) {
        count = packet.isCopy ? 0 : packet.originCount
        beginning = packet.isCopy ? nil : packet.beginning
    }
}

/// A packet of which fragments have come.
struct PendingPacket: Sendable {
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

    /// Whether the first fragment is among them.
    var hasBeginning: Bool { !header.isEmpty }

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
    /// A hash of its first and last octets. Two fragments that differ only in between are taken for copies where nothing but
    /// this is kept; the packet is put together all the same if its other fragments come.
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
