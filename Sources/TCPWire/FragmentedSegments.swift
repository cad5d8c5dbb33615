import FlatMemory

/// What became of the fragments that are no part of what was found.
package struct FragmentTally: Sendable, Equatable {
    /// Refused because they overlap, or are impossible.
    package var refused = 0
    /// Left alone: the others of their packet did not come.
    package var alone = 0
    /// Of packets that carry no TCP, after their first one.
    package var unwanted = 0
}

/// Finds TCP segments in IP fragments: of the connection's own packets, and of tunnels'.
package struct FragmentedSegments: Sendable {
    /// What was found in packets that came in fragments.
    package struct Found: Sendable {
        /// What the packet is.
        package let verdict: PacketVerdict
        /// Filled where the verdict is ``PacketVerdict/segment``; its offsets count in `octets`.
        package let header: SegmentHeader
        /// The packet put together, from its IP header on (``LinkType/raw``), as far as it was captured.
        package let octets: [UInt8]
        /// How long it was on the wire.
        package let length: Int
        /// Whether nothing is missing; else it is the beginning of a packet whose rest did not come.
        package let isWhole: Bool
        /// Of its fragments, in the order in which they came.
        package let origins: [FragmentOrigin]
    }

    private var assembler = FragmentAssembler(limits: .capture)
    private var found: [Found] = []
    private var tally = FragmentTally()

    /// Fragments in fragments: of a tunnel in a tunnel.
    private static let deepest = 4

    /// Nothing met yet.
    package init() {}

    /// Whether what a walk says of a fragment shows that it need not be put together: without what is in the others it is
    /// known what the packet is.
    ///
    /// - Parameter isCutOff: whether the capture kept only the beginning of the frame.
    package static func isDecided(_ verdict: PacketVerdict, isCutOff: Bool) -> Bool {
        switch verdict {
        case .segment, .fragment: false
        case .truncated: isCutOff
        case .quotedSegment, .otherTransport, .notIP, .otherLink, .concealed, .malformed: true
        }
    }

    /// Takes a fragment; ``takeFound()`` then tells what it led to.
    ///
    /// - Parameters:
    ///   - frame: in which a walk has met it.
    ///   - isDecided: ``isDecided(_:isCutOff:)``.
    package mutating func take(
        _ frame: RawSpan, at place: FragmentPlace, isDecided: Bool, from origin: FragmentOrigin
    ) {
        guard let fragment = IPFragment(in: frame, at: place) else {
            if !isDecided { tally.refused += 1 }
            return
        }
        if isDecided {
            tally.unwanted += assembler.passOver(fragment.key, at: origin.time)
        } else {
            take(fragment, in: frame, from: [origin], at: origin.time, depth: 1)
        }
        settleGivenUp()
    }

    /// Nothing more is to come: what waits for the rest is given up.
    package mutating func end() {
        assembler.giveUpAll()
        settleGivenUp()
    }

    /// What was found since this was last asked, in the order in which it was.
    package mutating func takeFound() -> [Found] {
        guard !found.isEmpty else { return [] }
        defer { found = [] }
        return found
    }

    /// What became of the others since this was last asked.
    package mutating func takeTally() -> FragmentTally {
        defer { tally = FragmentTally() }
        return tally
    }

    private mutating func take(
        _ fragment: IPFragment, in frame: RawSpan, from origins: [FragmentOrigin], at time: Int64, depth: Int
    ) {
        switch assembler.add(fragment, in: frame, from: origins, at: time) {
        case .kept: break
        case .refused(let others): tally.refused += others + origins.count
        case .unwanted: tally.unwanted += origins.count
        case .whole(let packet): take(packet, at: time, depth: depth)
        }
    }

    private mutating func take(_ packet: AssembledPacket, at time: Int64, depth: Int) {
        var header = SegmentHeader()
        var finding = PacketDecoder.Finding()
        let verdict = PacketDecoder.decode(
            packet.octets.octets, link: .raw, originalLength: packet.length, into: &header, noting: &finding)
        header.place(in: packet.key)
        if packet.isWhole, depth < Self.deepest,
            !Self.isDecided(verdict, isCutOff: packet.octets.count < packet.length),
            let place = finding.fragment,
            let inner = IPFragment(in: packet.octets.octets, at: place.within(packet.key))
        {
            take(inner, in: packet.octets.octets, from: packet.origins, at: time, depth: depth + 1)
            return
        }
        guard packet.isWhole || verdict == .segment else {
            tally.alone += packet.origins.count
            return
        }
        found.append(
            Found(
                verdict: verdict, header: header, octets: packet.octets, length: packet.length, isWhole: packet.isWhole,
                origins: packet.origins))
    }

    private mutating func settleGivenUp() {
        for given in assembler.takeGivenUp() {
            guard let beginning = given.beginning else {
                tally.alone += given.count
                continue
            }
            tally.alone += given.count - beginning.origins.count
            take(beginning, at: 0, depth: Self.deepest)
        }
    }
}

extension SegmentHeader {
    /// Where a packet was seen that was taken out of its frame.
    fileprivate mutating func place(in key: IPFragment.Key) {
        if vlan == 0 { vlan = key.vlan }
        if network == 0 { network = key.network }
        tunnelDepth &+= key.tunnelDepth
    }
}

extension FragmentPlace {
    fileprivate func within(_ key: IPFragment.Key) -> FragmentPlace {
        var moved = self
        if moved.vlan == 0 { moved.vlan = key.vlan }
        if moved.network == 0 { moved.network = key.network }
        moved.tunnelDepth &+= key.tunnelDepth
        return moved
    }
}
