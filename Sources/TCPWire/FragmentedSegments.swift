import FlatMemory

/// Counts of the fragments that are part of no packet that was found.
package struct FragmentTally: Sendable, Equatable {
    /// Refused because they overlap, or are malformed.
    package var refused = 0
    /// Dropped because other fragments of their packet did not come.
    package var alone = 0
    /// Fragments, other than the first, of packets whose first fragment shows that they carry no TCP.
    package var unwanted = 0
}

/// Finds TCP segments in IP fragments: in fragments of the connections' own packets, and of tunnels' packets.
package struct FragmentedSegments: Sendable {
    /// A packet that was put together from fragments, and what was found in it.
    package struct Found: Sendable {
        /// What the packet holds.
        package let verdict: PacketVerdict
        /// Filled in where the verdict is ``PacketVerdict/segment``; its offsets count from the beginning of `octets`.
        package let header: SegmentHeader
        /// The packet put together, from its IP header on (``LinkType/raw``), as far as it was captured.
        package let octets: [UInt8]
        /// The packet's length on the wire, in octets.
        package let length: Int
        /// Whether no fragment is missing; otherwise these are the first octets of a packet whose rest did not come.
        package let isWhole: Bool
        /// Where its fragments were captured, in the order in which they came.
        package let origins: [FragmentOrigin]
    }

    private var assembler = FragmentAssembler(limits: .capture)
    private var found: [Found] = []
    private var tally = FragmentTally()

    /// The most levels of fragments inside a packet that was itself put together from fragments, as with a tunnel in a
    /// tunnel.
    private static let deepest = 4

    /// A value that has been given no fragment yet.
    package init() {}

    /// Whether the verdict on one fragment shows that its packet need not be put together, because it is known already
    /// what the packet carries.
    ///
    /// - Parameter isCutOff: whether the capture kept only the beginning of the frame.
    package static func isDecided(_ verdict: PacketVerdict, isCutOff: Bool) -> Bool {
        switch verdict {
        case .segment, .fragment: false
        case .truncated: isCutOff
        case .quotedSegment, .otherTransport, .notIP, .otherLink, .concealed, .malformed: true
        }
    }

    /// Takes a fragment. Afterwards ``takeFound()`` returns the packets that it has completed.
    ///
    /// - Parameters:
    ///   - frame: the frame in which the walk has met the fragment.
    ///   - isDecided: the result of ``isDecided(_:isCutOff:)``.
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

    /// Gives up all packets that are still incomplete. To be called after the last fragment.
    package mutating func end() {
        assembler.giveUpAll()
        settleGivenUp()
    }

    /// Returns what was found since the last call, in the order in which it was found.
    package mutating func takeFound() -> [Found] {
        guard !found.isEmpty else { return [] }
        defer { found = [] }
        return found
    }

    /// Returns the counts of all other fragments since the last call.
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
    /// Adds where the packet was seen (VLAN, network, depth of tunnels): the octets that were put together do not show
    /// it.
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
