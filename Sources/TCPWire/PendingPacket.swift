import FlatMemory

/// Where a fragment came from.
package struct FragmentOrigin: BitwiseCopyable, Sendable {
    /// The number of its packet in the capture.
    package let number: Int
    /// The offset at which its packet can be fetched from the capture again.
    package let offset: Int
    /// The packet's time in nanoseconds, since 1970 or by the host's clock.
    package let time: Int64
    /// The index, from 0, of the packet in its frame, where the frame carries several.
    package let part: UInt8

    /// The origin of a fragment; the defaults are for a packet that will not be fetched again.
    package init(number: Int = 0, offset: Int = 0, time: Int64 = 0, part: UInt8 = 0) {
        (self.number, self.offset, self.time, self.part) = (number, offset, time, part)
    }
}

/// A packet that was put together, from its IP header on; or the beginning of one whose rest did not come, whose header
/// then still says that more fragments follow.
package struct AssembledPacket: Sendable {
    /// The packet's octets, as far as they were captured without a gap.
    package let octets: [UInt8]
    /// The packet's length on the wire, in octets.
    package let length: Int
    /// Whether no fragment is missing; otherwise this is the beginning of a packet whose rest did not come.
    package let isWhole: Bool
    /// Where its fragments were captured, in the order in which they came.
    package let origins: [FragmentOrigin]
    let key: IPFragment.Key
}

/// The fragments of a packet that was given up because the others did not come.
package struct GivenUp: Sendable {
    /// How many fragments there were; 0 where they were only copies of earlier ones.
    package let count: Int
    /// The packet's beginning, where the first fragment is among them.
    package let beginning: AssembledPacket?

    init(_ packet: PendingPacket) {
        count = packet.isCopy ? 0 : packet.originCount
        beginning = packet.isCopy ? nil : packet.beginning
    }
}

/// A packet of which at least one fragment has come.
struct PendingPacket: Sendable {
    struct Piece: Sendable {
        let offset: Int
        /// The length of the fragment's payload on the wire, in octets.
        let length: Int
        let hasMore: Bool
        var octets: [UInt8]
        /// How many octets were captured, and a hash of them, by which a copy is recognized later.
        let captured: Int
        let print: UInt64
        let origins: [FragmentOrigin]
        /// How many fragments of the packet came before this one.
        var place = 0

        var end: Int { offset + length }
        /// Octets of memory that it takes, with an allowance for bookkeeping.
        var weight: Int { octets.count + MemoryLayout<Self>.stride + 64 }

        init(_ fragment: IPFragment, _ body: [UInt8], _ origins: [FragmentOrigin]) {
            (offset, length, hasMore) = (fragment.offset, fragment.length, fragment.hasMore)
            (octets, captured, print) = (body, body.count, body.octets.print)
            self.origins = origins
        }

        /// Whether this is a copy of `other`. Once the packet has been put together, only the hashes of the octets are
        /// left to compare.
        func isAlike(_ other: Piece) -> Bool {
            offset == other.offset && length == other.length && hasMore == other.hasMore && captured == other.captured
                && (octets.isEmpty ? print == other.print : octets == other.octets)
        }
    }

    enum State: Sendable {
        case open
        /// It was put together; it is kept to recognize copies of its fragments.
        case closed
        case refused, unwanted
    }

    enum Fit {
        case next, copy, other, overlapping, refused, unwanted
    }

    let key: IPFragment.Key
    let since: Int64
    /// Whether its first fragment to come was a copy of one that had come before.
    let isCopy: Bool
    var state = State.open
    /// The fragments, sorted by their offsets.
    private(set) var pieces: [Piece] = []
    /// The packet's headers, from the first fragment. `nextHeaderPlace` is the index of the field in them that names
    /// the payload, and `nextHeader` the number that belongs there.
    private var header: [UInt8] = []
    private var nextHeaderPlace = 0
    private var nextHeader: UInt8 = 0
    private var isIPv4 = true
    /// Octets of the whole payload; known once the last fragment has come.
    private var length: Int?
    private var reached = 0
    private(set) var heldOctets = 0

    init(key: IPFragment.Key, since: Int64, isCopy: Bool) {
        (self.key, self.since, self.isCopy) = (key, since, isCopy)
    }

    /// Whether the first fragment has come.
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
        // Nothing may lie beyond the last fragment, and there can be only one.
        if let length, piece.end > length || !piece.hasMore { return .overlapping }
        if !piece.hasMore, let last = pieces.last, last.end > piece.end { return .overlapping }
        return .next
    }

    /// The index of the first piece whose offset is not below that of `piece`.
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
        // With IPv6's fragment header, which is removed when the packet is whole.
        let end = isIPv4 ? fragment.header.upperBound : fragment.body.lowerBound
        header = frame.octets(at: fragment.header.lowerBound, length: end - fragment.header.lowerBound)
        nextHeaderPlace = fragment.nextHeaderPlace - fragment.header.lowerBound
        nextHeader = fragment.nextHeader
    }

    /// Releases the octets, and keeps what copies are recognized by.
    ///
    /// - Returns: how many octets of memory were released.
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

    /// The packet's beginning: its fragments up to the first gap. `nil` where the first fragment is missing.
    var beginning: AssembledPacket? {
        guard !header.isEmpty else { return nil }
        var (count, end) = (0, 0)
        while count < pieces.count, pieces[count].offset == end {
            end = pieces[count].end
            count += 1
        }
        return assembled(count, isWhole: false)
    }

    /// - Parameter count: how many of the pieces, from the first on, are put together.
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
    /// A hash of the first and the last octets. Where only this is kept, two fragments that differ only in between are
    /// taken for copies; the later packet is put together all the same if its other fragments come.
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
