extension HeaderReport {
    /// Reads octets of unknown kind as an IP packet, as a frame of a common link type, or as a bare TCP header,
    /// whichever fits best. Evidence counts in this order: a correct IPv4 header checksum, a TCP header reached through
    /// headers that agree with each other, a bare TCP header whose own fields are sound.
    public static func guessing(_ octets: [UInt8]) -> HeaderReport {
        let asIP = HeaderReport(octets, link: .raw)
        if asIP.layers.first?.checksum == .correct { return asIP }
        let candidates =
            [asIP]
            + [LinkType.ethernet, .linuxCooked2, .linuxCooked, .null, .ppp].map {
                HeaderReport(octets, link: $0)
            }
        let reached = candidates.filter { $0.verdict == .segment || $0.verdict == .quotedSegment }
        if let best = reached.first(where: { $0.hasRightChecksum }) ?? reached.first(where: { $0.isWhole }) {
            return best
        }
        if isSoundTCP(octets) { return HeaderReport(bareTCP: octets) }
        if let best = reached.first ?? candidates.first(where: { $0.layers.contains { $0.checksum == .correct } }) {
            return best
        }
        // No reading reaches the end: the one that got furthest shows best where the octets stop making sense.
        let furthest = candidates.max { $0.depth < $1.depth }
        guard let furthest, furthest.depth > 0 else { return HeaderReport(bareTCP: octets) }
        return furthest
    }

    private var hasRightChecksum: Bool { layers.contains { $0.checksum == .correct } }

    /// Whether the lengths in the headers agree with the number of octets there are.
    private var isWhole: Bool {
        segment.map { $0.capturedPayloadLength == $0.payloadLength && !$0.optionsTruncated } ?? false
    }

    /// How many IP and TCP headers were opened and found sound.
    private var depth: Int {
        let internet = layers.filter { $0.kind == .ipv4 || $0.kind == .ipv6 || $0.kind == .tcp }.count
        switch stop {
        case .invalid, .otherFamily, .otherEtherType, .otherPPPProtocol: return internet - 1
        default: return internet
        }
    }

    /// Whether the data offset fits, no reserved bit is set, and the flags may occur together.
    private static func isSoundTCP(_ octets: [UInt8]) -> Bool {
        guard octets.count >= 20 else { return false }
        let header = Int(octets[12] >> 4) * 4
        let flags = octets[13]
        let synAndFin = flags & 0x03 == 0x03
        let synAndReset = flags & 0x06 == 0x06
        return header >= 20 && header <= octets.count && octets[12] & 0x0e == 0 && flags != 0 && !synAndFin
            && !synAndReset
    }
}
