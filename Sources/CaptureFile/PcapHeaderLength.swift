import FlatMemory

/// The length of a pcap file's record headers, as far as its first records show it.
enum PcapHeaderLength {
    case length(Int)
    /// The answer requires this many octets after the file's header.
    case undecided(wanted: Int)
}

// No answer depends on how many octets are available beyond those that it requires: so a stream is read exactly like a
// file with the same octets, in whatever pieces it arrives.
extension PcapRecords {
    /// Which of these lengths the headers of the records have, judged by the first records. It is the first length with
    /// which each record ends where another one with plausible lengths and times begins; where no length fits, it is
    /// the first of `lengths`, the usual one. A single record is enough if its packet is of the kind that the link type
    /// announces: so a live stream need not send a second packet before the first is shown.
    ///
    /// - Parameter isAll: whether the capture ends with these octets, so that no more will come to judge by.
    func likelyHeaderLength(
        among lengths: [Int], in bytes: RawSpan, from start: Int, isAll: Bool
    ) -> PcapHeaderLength {
        guard lengths.count > 1 else { return .length(lengths[0]) }
        for length in lengths {
            switch recordsFollow(
                headerLength: length, isUsual: length == lengths[0], in: bytes, from: start, isAll: isAll)
            {
            case .yes: return .length(length)
            case .no: continue
            case .unknown(let end): return .undecided(wanted: end &- start)
            }
        }
        return .length(lengths[0])
    }

    private enum Answer {
        case yes, no
        /// The octets up to this index are required for an answer.
        case unknown(upTo: Int)

        init(_ isSo: Bool) { self = isSo ? .yes : .no }
    }

    /// - Parameter isUsual: whether this is the usual header length; then a packet may be empty, and one record may be
    ///   all there is.
    private func recordsFollow(
        headerLength: Int, isUsual: Bool, in bytes: RawSpan, from start: Int, isAll: Bool
    ) -> Answer {
        var place = start
        for count in 0..<4 {
            let available = bytes.byteCount &- place
            guard available >= 16 else {
                guard isAll else { return .unknown(upTo: place &+ 16) }
                // A negative number means that the previous packet is cut off.
                return Answer(count > (available < 0 ? 2 : 1) || isUsual && count == 1 && available == 0)
            }
            if startsFile(at: place, in: bytes) { return Answer(count > (isUsual ? 0 : 1)) }
            let (_, fraction, first, second) = bytes.fourWords(at: place, swapped: swapped)
            let captured = mayHaveSwappedLengths ? min(first, second) : first
            guard captured <= 1 << 18, captured > 0 || isUsual, captured <= second || mayHaveSwappedLengths,
                Int64(fraction) &* nanosecondsPerFraction < 1_000_000_000
            else { return .no }
            place &+= headerLength
            let told = min(Int(captured), Self.tellingOctets)
            if bytes.byteCount &- place >= told {
                let packet = bytes.extracting(place..<(place &+ told))
                if isCarried(packet, length: Int(max(first, second))) { return .yes }
            } else if !isAll {
                return .unknown(upTo: place &+ told)
            }
            place &+= Int(captured)
        }
        return .yes
    }
}

// What is expected on each type of link.
extension PcapRecords {
    /// Enough octets for two VLAN tags after Ethernet's addresses, and an IPv6 header.
    private static let tellingOctets = 22 &+ 40

    /// Whether these first octets of a packet begin, on this type of link, with IP or ARP.
    private func isCarried(_ packet: RawSpan, length: Int) -> Bool {
        switch linkType {
        case 1: isCarried(packet, typeAt: 12, length: length)
        case 113: isCarried(packet, typeAt: 14, length: length)
        // BSD loopback, which begins with the address family, and raw IP.
        case 0, 108: isIP(packet, at: 4, length: length)
        case 12, 14, 101, 228, 229: isIP(packet, at: 0, length: length)
        case 276: isCarried(packet, typeAt: 0, payloadAt: 20, length: length)
        default: false
        }
    }

    private func isCarried(_ packet: RawSpan, typeAt place: Int, payloadAt payload: Int? = nil, length: Int) -> Bool {
        var place = place
        for _ in 0..<3 {
            guard packet.byteCount >= place &+ 4 else { return false }
            let next = payload ?? place &+ 2
            switch packet.networkNumber(at: place) {
            case 0x0800, 0x86dd: return isIP(packet, at: next, length: length)
            // ARP for Ethernet.
            case 0x0806: return packet.byteCount >= next &+ 2 && packet.networkNumber(at: next) == 1
            case 0x8100, 0x88a8: place &+= 4
            default: return false
            }
        }
        return false
    }

    /// Whether there is an IP header at `place` whose length fits into the packet.
    private func isIP(_ packet: RawSpan, at place: Int, length: Int) -> Bool {
        let rest = length &- place
        guard packet.byteCount >= place &+ 20 else { return false }
        switch packet.octet(at: place) {
        case 0x45...0x4f:
            let total = Int(packet.networkNumber(at: place &+ 2))
            return total >= 20 && total <= rest
        case 0x60...0x6f:
            // TCP, UDP or ICMPv6 must follow: the first octet alone does not prove an IPv6 header.
            return [6, 17, 58].contains(packet.octet(at: place &+ 6))
                && Int(packet.networkNumber(at: place &+ 4)) &+ 40 <= rest
        default: return false
        }
    }
}

extension RawSpan {
    /// Two octets in network order.
    fileprivate func networkNumber(at offset: Int) -> UInt16 {
        UInt16(octet(at: offset)) << 8 | UInt16(octet(at: offset &+ 1))
    }
}
