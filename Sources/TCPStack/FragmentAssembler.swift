import TCPWire

/// Puts IP fragments together (RFC 791 3.2, RFC 8200 4.5), within bounds: so many datagrams, so many octets, so long. A
/// datagram whose fragments overlap is dropped whole (RFC 5722 4), for no honest sender makes such.
struct FragmentAssembler: Sendable {
    struct Key: Hashable {
        var source: IPAddress
        var destination: IPAddress
        var identification: UInt32
        var nextProtocol: UInt8
    }

    struct Datagram {
        var key: Key
        var since: Instant
        /// In the order of their offsets.
        var pieces: [(offset: Int, octets: [UInt8])] = []
        var header: [UInt8] = []
        var length: Int?
        var isSpoilt = false
    }

    private var datagrams: [Datagram] = []
    static let datagramLimit = 64
    static let pieceLimit = 128
    /// RFC 8200 4.5: 60 seconds.
    static let patience = Interval.seconds(60)

    /// - Returns: the whole packet, once its last piece is here; whether the fragment was refused.
    mutating func add(_ packet: InternetPacket, _ octets: [UInt8], now: Instant) -> (packet: [UInt8]?, isRefused: Bool)
    {
        guard let fragment = packet.fragment else { return (nil, true) }
        datagrams.removeAll { now - $0.since > Self.patience }
        let key = Key(
            source: packet.source, destination: packet.destination, identification: fragment.identification,
            nextProtocol: packet.isIPv4 ? packet.nextProtocol : 0)
        let body = Array(octets[packet.payloadStart..<packet.end])
        let end = fragment.offset + body.count
        // Only the last fragment may have a length that is no multiple of eight, and none may reach past 64 KiB.
        guard !body.isEmpty, end + fragment.headerEnd <= 65_535, !fragment.hasMore || body.count % 8 == 0 else {
            return (nil, true)
        }
        if !datagrams.contains(where: { $0.key == key }) {
            if datagrams.count >= Self.datagramLimit { datagrams.removeFirst() }
            datagrams.append(Datagram(key: key, since: now))
        }
        guard let index = datagrams.firstIndex(where: { $0.key == key }) else { return (nil, true) }
        guard place(body, fragment, at: index, end: end) else {
            datagrams[index].isSpoilt = true
            datagrams[index].pieces = []
            return (nil, true)
        }
        if fragment.offset == 0 {
            datagrams[index].header = Array(octets[0..<fragment.headerEnd])
            if !packet.isIPv4 { setNextHeader(packet.nextProtocol, at: index) }
        }
        guard let whole = assembled(datagrams[index], isIPv4: packet.isIPv4) else { return (nil, false) }
        datagrams.remove(at: index)
        return (whole, false)
    }

    private mutating func place(
        _ body: [UInt8], _ fragment: InternetPacket.Fragment, at index: Int, end: Int
    ) -> Bool {
        guard !datagrams[index].isSpoilt else { return false }
        if let length = datagrams[index].length, end > length || !fragment.hasMore && end != length { return false }
        let pieces = datagrams[index].pieces
        // The same fragment twice is a duplicate of the network, not an attack.
        if pieces.contains(where: { $0.offset == fragment.offset && $0.octets == body }) { return true }
        guard pieces.count < Self.pieceLimit,
            !pieces.contains(where: { $0.offset < end && fragment.offset < $0.offset + $0.octets.count })
        else { return false }
        if !fragment.hasMore {
            if pieces.contains(where: { $0.offset >= end }) { return false }
            datagrams[index].length = end
        }
        let place = pieces.firstIndex { $0.offset > fragment.offset } ?? pieces.count
        datagrams[index].pieces.insert((fragment.offset, body), at: place)
        return true
    }

    /// The header that stood before the fragment header names what stood behind it.
    private mutating func setNextHeader(_ number: UInt8, at index: Int) {
        guard datagrams[index].header.count >= 40 else { return }
        var place = 6
        var offset = 40
        while offset + 1 < datagrams[index].header.count {
            place = offset
            offset += (Int(datagrams[index].header[offset + 1]) + 1) * 8
        }
        datagrams[index].header[place] = number
    }

    private func assembled(_ datagram: Datagram, isIPv4: Bool) -> [UInt8]? {
        guard let length = datagram.length, !datagram.header.isEmpty,
            datagram.pieces.reduce(0, { $0 + $1.octets.count }) == length
        else { return nil }
        var packet = datagram.header
        for piece in datagram.pieces { packet += piece.octets }
        if isIPv4 {
            packet[2] = UInt8(packet.count >> 8 & 0xff)
            packet[3] = UInt8(packet.count & 0xff)
            packet[6] = 0
            packet[7] = 0
            packet[10] = 0
            packet[11] = 0
            let sum = InternetPacket.checksum(packet[0..<datagram.header.count])
            packet[10] = UInt8(sum >> 8)
            packet[11] = UInt8(sum & 0xff)
        } else {
            let payload = packet.count - 40
            packet[4] = UInt8(payload >> 8 & 0xff)
            packet[5] = UInt8(payload & 0xff)
        }
        return packet
    }
}
