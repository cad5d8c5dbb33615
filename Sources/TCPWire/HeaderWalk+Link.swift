import FlatMemory

/// Link layers: the header that a frame of each link type begins with, and the EtherTypes.
extension HeaderWalk {
    static func frame(
        _ frame: RawSpan, link: LinkType, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        self.frame(frame, link: link, at: 0, in: bounds, &segment, &observer)
    }

    /// Reads a frame inside another packet, whose headers give the inner frame's link type.
    static func nestedFrame(
        _ frame: RawSpan, link: LinkType, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        return self.frame(frame, link: link, at: offset, in: bounds, &segment, &observer)
    }

    private static func frame(
        _ frame: RawSpan, link: LinkType, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard let door = LinkDoor(rawValue: link.rawValue) else {
            return observer.ended(.otherLink, .otherLinkType(link))
        }
        switch door {
        case .ethernet: return ethernet(frame, at: offset, in: bounds, &segment, &observer)
        case .linuxCooked, .linuxCooked2:
            return cooked(frame, version: door, at: offset, in: bounds, &segment, &observer)
        case .raw: return rawIP(frame, at: offset, in: bounds, &segment, &observer)
        case .ipv4: return ipv4(frame, at: offset, in: bounds, &segment, &observer)
        case .ipv6: return ipv6(frame, at: offset, in: bounds, &segment, &observer)
        case .null, .loop: return loopback(frame, at: offset, in: bounds, &segment, &observer)
        case .rawBSD, .rawOpenBSD:
            return rawOfSomeBSD(frame, link: door, at: offset, in: bounds, &segment, &observer)
        case .ppp, .pppHDLC, .pppd, .pppEther, .pppWithDirection, .ciscoHDLC, .netBSDHDLC, .hdlcNetBSD,
            .ciscoHDLCWithDirection, .frameRelay, .frameRelayWithDirection, .slip, .slipBSDOS, .mpls:
            return serial(frame, link: door, at: offset, in: bounds, &segment, &observer)
        case .wireless, .radiotap, .prism, .avs:
            return radio(frame, link: door, at: offset, in: bounds, &segment, &observer)
        case .fddi, .tokenRing, .firewire, .fibreChannel, .ipoib, .atm, .atmBSD, .atmCLIP, .atmCLIPLinux, .sunATM,
            .lane, .epon, .mPacket:
            return localNetwork(frame, link: door, at: offset, in: bounds, &segment, &observer)
        case .ppi, .pktap, .pktapUser2, .nflog, .pflog, .pflogOld, .enc, .encOpenBSD, .ipnet, .erf, .erfEthernet,
            .erfPOS, .symantec, .juniperPPPoE, .juniperEthernet, .juniperPPP, .juniperFrameRelay, .juniperCiscoHDLC,
            .netAnalyzer, .netAnalyzerTransparent, .broadcomTag, .broadcomTagBefore, .marvellTag, .marvellEtherTypeTag:
            return captured(frame, link: door, at: offset, in: bounds, &segment, &observer)
        case .tzsp: return tzsp(frame, at: offset, in: bounds, &segment, &observer)
        }
    }

    static func ethernet(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.ethernet, at: offset)
        let available = bounds.captured &- offset
        guard available >= 14 else { return observer.truncated(.ethernet, have: available, need: 14) }
        return etherType(
            frame, frame.bigEndian16(at: offset &+ 12), at: offset &+ 14, in: bounds, &segment, &observer)
    }

    /// Reads what follows an EtherType field. Layers are counted here, in ``nestedFrame`` and in ``nestedIP``: every
    /// nesting of link headers and tunnels goes through one of these.
    static func etherType(
        _ frame: RawSpan, _ type: UInt16, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        guard let door = EtherDoor(rawValue: type) else {
            guard type < EtherType.least else { return observer.ended(.notIP, .otherEtherType(type)) }
            // The field is an 802.3 length; what follows after so many octets is padding.
            let end = offset &+ Int(type)
            if type <= 1500, end < bounds.end { bounds = bounds.narrowed(to: end) }
            return llc(frame, at: offset, in: bounds, &segment, &observer)
        }
        switch door {
        case .ipv4: return ipv4(frame, at: offset, in: bounds, &segment, &observer)
        case .ipv6: return ipv6(frame, at: offset, in: bounds, &segment, &observer)
        case .vlan, .serviceVLAN, .oldServiceVLAN, .oldServiceVLAN2, .oldServiceVLAN3:
            let available = bounds.captured &- offset
            observer.enter(.vlan, at: offset)
            guard available >= 4 else { return observer.truncated(.vlan, have: available, need: 4) }
            // With two tags, the outer one also distinguishes networks.
            if segment.vlan != 0 { segment.network = segment.network << 12 ^ UInt32(segment.vlan) }
            segment.vlan = frame.bigEndian16(at: offset) & 0x0fff
            return etherType(
                frame, frame.bigEndian16(at: offset &+ 2), at: offset &+ 4, in: bounds, &segment, &observer)
        case .mpls, .mplsMulticast: return mpls(frame, at: offset, in: bounds, &segment, &observer)
        case .pppoeSession, .oldPPPoESession: return pppoe(frame, at: offset, in: bounds, &segment, &observer)
        case .ppp: return ppp(frame, at: offset, in: bounds, &segment, &observer)
        case .rawFrameRelay: return frameRelay(frame, at: offset, in: bounds, &segment, &observer)
        case .transparentEthernet: return ethernet(frame, at: offset, in: bounds, &segment, &observer)
        case .jumboLLC: return llc(frame, at: offset, in: bounds, &segment, &observer)
        case .nsh: return nsh(frame, at: offset, in: bounds, &segment, &observer)
        case .providerBackbone, .fabricPath, .trill:
            return bridgedFrame(frame, door, at: offset, in: bounds, &segment, &observer)
        case .congestionNotification, .macsec, .ciscoMetadata, .vnTag, .hsr, .eTag, .marvellTag, .redundancyTag:
            return tag(frame, door, at: offset, in: bounds, &segment, &observer)
        }
    }

    /// BSD loopback: an address family in the byte order of the capturing machine, which may differ from the file's. No
    /// family reaches 65,536, so the value shows which order it is.
    static func loopback(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.loopback, at: offset)
        let available = bounds.captured &- offset
        guard available >= 4 else { return observer.truncated(.loopback, have: available, need: 4) }
        let family = AddressFamily.number(frame.bigEndian32(at: offset))
        return ofFamily(frame, family, at: offset &+ 4, in: bounds, &segment, &observer)
    }

    /// Reads a packet whose address family was given by a header of BSD, Darwin, Solaris or Linux.
    static func ofFamily(
        _ frame: RawSpan, _ family: UInt32, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        switch AddressFamily(family) {
        case .ipv4: return ipv4(frame, at: offset, in: bounds, &segment, &observer)
        case .ipv6: return ipv6(frame, at: offset, in: bounds, &segment, &observer)
        case nil: return observer.ended(.notIP, .otherFamily(family))
        }
    }

    /// Link types 12 and 14 mean raw IP in files of one BSD, and loopback or PPP in those of another: the first octet
    /// decides.
    private static func rawOfSomeBSD(
        _ frame: RawSpan, link: LinkDoor, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard offset < bounds.captured else { return rawIP(frame, at: offset, in: bounds, &segment, &observer) }
        let first = frame.octet(at: offset)
        if link == .rawBSD, bounds.captured &- offset >= 4, first >> 4 == 0 {
            return loopback(frame, at: offset, in: bounds, &segment, &observer)
        }
        if link == .rawOpenBSD, first == 0xff || first == 0x00 || first == 0x21 || first == 0x57 {
            return ppp(frame, at: offset, in: bounds, &segment, &observer)
        }
        return rawIP(frame, at: offset, in: bounds, &segment, &observer)
    }
}

extension HeaderWalk {
    /// Linux's cooked captures, of both versions: an ARPHRD type gives the kind of device, and a protocol field the
    /// kind of packet, as an EtherType or as one of Linux's own small numbers.
    private static func cooked(
        _ frame: RawSpan, version: LinkDoor, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        let isFirst = version == .linuxCooked
        let length = isFirst ? 16 : 20
        let layer = isFirst ? HeaderLayer.linuxCooked : .linuxCooked2
        observer.enter(layer, at: offset)
        guard available >= length else { return observer.truncated(layer, have: available, need: length) }
        let type = frame.bigEndian16(at: isFirst ? offset &+ 14 : offset)
        let device = frame.bigEndian16(at: isFirst ? offset &+ 2 : offset &+ 8)
        let start = offset &+ length
        switch device {
        case 770: return frameRelay(frame, at: start, in: bounds, &segment, &observer)
        case 801: return wireless(frame, at: start, in: bounds, &segment, &observer)
        case 802: return nestedFrame(frame, link: .prism, at: start, in: bounds, &segment, &observer)
        case 803: return nestedFrame(frame, link: .radiotap, at: start, in: bounds, &segment, &observer)
        case 824: return observer.ended(.notIP, .otherEtherType(type))
        default: break
        }
        // 4 is LLC. Devices without a link header (519: raw IP, 65534: none) may leave the field zero.
        if type < EtherType.least, type != 4 {
            guard device == 519 || device == 65534, bounds.captured > start,
                isPlausibleIPv4(frame, at: start, in: bounds) || isPlausibleIPv6(frame, at: start, in: bounds)
            else { return observer.ended(.notIP, .otherEtherType(type)) }
            return nestedIP(frame, at: start, in: bounds, &segment, &observer)
        }
        guard type >= EtherType.least else { return llc(frame, at: start, in: bounds, &segment, &observer) }
        return etherType(frame, type, at: start, in: bounds, &segment, &observer)
    }
}
