import FlatMemory

/// Headers that capturing systems put before a frame: they say where it was captured, and what kind of frame it is.
extension HeaderWalk {
    static func captured(
        _ frame: RawSpan, link: LinkDoor, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        switch link {
        case .ppi: return ppi(frame, at: offset, in: bounds, &segment, &observer)
        case .pktap, .pktapUser2: return pktap(frame, link: link, at: offset, in: bounds, &segment, &observer)
        case .nflog: return nflog(frame, at: offset, in: bounds, &segment, &observer)
        case .pflog, .pflogOld:
            return pflog(frame, isOld: link == .pflogOld, at: offset, in: bounds, &segment, &observer)
        case .erf, .erfEthernet, .erfPOS: return erf(frame, at: offset, in: bounds, &segment, &observer)
        case .enc, .encOpenBSD:
            return familyAhead(frame, .enc, 12, at: offset, in: bounds, &segment, &observer)
        case .ipnet: return familyAhead(frame, .ipnet, 24, at: offset, in: bounds, &segment, &observer)
        case .symantec:
            observer.enter(.symantec, at: offset)
            let available = bounds.captured &- offset
            guard available >= 44 else { return observer.truncated(.symantec, have: available, need: 44) }
            return etherType(
                frame, frame.bigEndian16(at: offset &+ 6), at: offset &+ 44, in: bounds, &segment, &observer)
        case .broadcomTag: return tagInEthernet(frame, 4, at: offset, in: bounds, &segment, &observer)
        case .marvellTag: return tagInEthernet(frame, 4, at: offset, in: bounds, &segment, &observer)
        case .marvellEtherTypeTag: return tagInEthernet(frame, 8, at: offset, in: bounds, &segment, &observer)
        case .broadcomTagBefore:
            observer.enter(.switchTag, at: offset)
            return ethernet(frame, at: offset &+ 4, in: bounds, &segment, &observer)
        case .netAnalyzer, .netAnalyzerTransparent:
            return netAnalyzer(frame, link: link, at: offset, in: bounds, &segment, &observer)
        default: return juniper(frame, link: link, at: offset, in: bounds, &segment, &observer)
        }
    }

    /// Per-Packet Information (CACE Technologies): a version, flags, a little-endian length, the link type of what follows.
    private static func ppi(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.ppi, at: offset)
        let available = bounds.captured &- offset
        guard available >= 8 else { return observer.truncated(.ppi, have: available, need: 8) }
        let length = littleEndian16(frame, at: offset &+ 2)
        guard length >= 8 else { return observer.malformed(.ppi, field: "pph_len", value: length) }
        guard available >= length else { return observer.truncated(.ppi, have: available, need: length) }
        let link = littleEndian32(frame, at: offset &+ 4)
        return nestedFrame(
            frame, link: LinkType(rawValue: UInt16(clamping: link)), at: offset &+ length, in: bounds, &segment,
            &observer)
    }

    /// Apple's PKTAP, little-endian, in both versions; the flags at octet 36 tell which one. Apple's own libpcap writes
    /// it with link type USER2; with that link type, only a header of the first version with its full length is
    /// accepted.
    private static func pktap(
        _ frame: RawSpan, link door: LinkDoor, at offset: Int, in bounds: WalkBounds,
        _ segment: inout SegmentHeader, _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        let isPrivate = door == .pktapUser2
        if isPrivate {
            guard available >= 108, littleEndian32(frame, at: offset) == 108,
                littleEndian32(frame, at: offset &+ 4) <= 1, littleEndian32(frame, at: offset &+ 8) <= 300
            else { return observer.ended(.otherLink, .otherLinkType(LinkType(door))) }
        }
        let isSecond =
            !isPrivate && available >= 40 && littleEndian32(frame, at: offset &+ 36) & 0x0008_0000 != 0
        observer.enter(.pktap, at: offset, as: isSecond ? .extended : .usual)
        guard available >= 40 else { return observer.truncated(.pktap, have: available, need: 40) }
        let length = isSecond ? UInt32(frame.octet(at: offset)) : littleEndian32(frame, at: offset)
        let link = isSecond ? UInt32(littleEndian16(frame, at: offset &+ 6)) : littleEndian32(frame, at: offset &+ 8)
        guard length >= (isSecond ? 40 : 108), length <= 4096 else {
            return observer.malformed(.pktap, field: "Length", value: Int(length))
        }
        guard available >= Int(length) else { return observer.truncated(.pktap, have: available, need: Int(length)) }
        if !isSecond, littleEndian32(frame, at: offset &+ 4) == 0 {
            return observer.ended(.notIP, .noPacket(.pktap, field: "Record Type", value: 0))
        }
        return nestedFrame(
            frame, link: LinkType(rawValue: UInt16(clamping: link)), at: offset &+ Int(length), in: bounds, &segment,
            &observer)
    }

    /// OpenBSD's packet filter log: a header that begins with its own length, which every system pads to a multiple of
    /// four, and the address family. Before OpenBSD 3.4 it has 28 octets and begins with the family.
    private static func pflog(
        _ frame: RawSpan, isOld: Bool, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.pflog, at: offset, as: isOld ? .old : .usual)
        let available = bounds.captured &- offset
        guard available >= 4 else { return observer.truncated(.pflog, have: available, need: 4) }
        let stated = Int(frame.octet(at: offset))
        let length = isOld ? 28 : (stated &+ 3) & ~3
        guard isOld || stated >= 44 && stated <= 200 else {
            return observer.malformed(.pflog, field: "Length", value: stated)
        }
        guard available >= length else { return observer.truncated(.pflog, have: available, need: length) }
        let family =
            isOld ? AddressFamily.number(frame.bigEndian32(at: offset)) : UInt32(frame.octet(at: offset &+ 1))
        guard AddressFamily(family) != nil else { return observer.ended(.notIP, .otherFamily(family)) }
        // Where a rule translates between IPv4 and IPv6, the family may be that before the translation, so the packet's
        // own version field decides.
        return rawIP(frame, at: offset &+ length, in: bounds, &segment, &observer)
    }

    /// A header that gives the address family of the packet after it: in its first four octets (OpenBSD's enc, in the
    /// byte order of the capturing machine), or in its second octet (Solaris' ipnet).
    private static func familyAhead(
        _ frame: RawSpan, _ layer: HeaderLayer, _ length: Int, at offset: Int, in bounds: WalkBounds,
        _ segment: inout SegmentHeader, _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        let first = layer == .enc && available >= 4 ? frame.bigEndian32(at: offset) : 0
        observer.enter(layer, at: offset, as: first > 0xffff ? .littleEndian : .usual)
        guard available >= length else { return observer.truncated(layer, have: available, need: length) }
        let family = layer == .enc ? AddressFamily.number(first) : UInt32(frame.octet(at: offset &+ 1))
        return ofFamily(frame, family, at: offset &+ length, in: bounds, &segment, &observer)
    }

    /// A switch's tag between the source address and the EtherType of an Ethernet frame.
    private static func tagInEthernet(
        _ frame: RawSpan, _ tag: Int, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.switchTag, at: offset)
        let available = bounds.captured &- offset
        let length = 14 &+ tag
        guard available >= length else { return observer.truncated(.switchTag, have: available, need: length) }
        return etherType(
            frame, frame.bigEndian16(at: offset &+ length &- 2), at: offset &+ length, in: bounds, &segment, &observer)
    }

    /// Hilscher's netANALYZER: a little-endian word, then an Ethernet frame, which in transparent mode has its preamble
    /// before it. One bit of the word marks records of input events, which hold no frame.
    private static func netAnalyzer(
        _ frame: RawSpan, link: LinkDoor, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.netAnalyzer, at: offset)
        let available = bounds.captured &- offset
        guard available >= 4 else { return observer.truncated(.netAnalyzer, have: available, need: 4) }
        guard littleEndian32(frame, at: offset) & 0x100 == 0 else {
            return observer.ended(.notIP, .noPacket(.netAnalyzer, field: "G", value: 1))
        }
        let preamble = link == .netAnalyzerTransparent ? 8 : 0
        return ethernet(frame, at: offset &+ 4 &+ preamble, in: bounds, &segment, &observer)
    }
}

extension LinkType {
    init(_ door: LinkDoor) { self.init(rawValue: door.rawValue) }

    static let prism = LinkType(.prism)
    static let radiotap = LinkType(.radiotap)
}
