import FlatMemory

extension SegmentBuilder {
    /// The segment in an IPv4 packet, or in an IPv6 packet where one of the addresses is IPv6.
    public func ipPacket() -> [UInt8] {
        let segment = segment()
        guard let source = source.address.ipv4, let destination = destination.address.ipv4 else {
            return Self.ipv6Packet(
                segment, protocol: IPProtocol.tcp, from: source.address, to: destination.address, hopLimit: hopLimit,
                trafficClass: trafficClass)
        }
        return Self.ipv4Packet(
            segment, protocol: IPProtocol.tcp, from: source, to: destination, hopLimit: hopLimit,
            trafficClass: trafficClass, identification: identification)
    }

    /// The packet in an Ethernet II frame, not padded, without a frame check sequence.
    ///
    /// - Parameter vlans: 802.1Q tags, outermost first.
    public func ethernetFrame(vlans: [UInt16] = []) -> [UInt8] {
        var frame: [UInt8] = [0x02, 0, 0, 0, 0, 0x02, 0x02, 0, 0, 0, 0, 0x01]
        for vlan in vlans {
            frame.append(EtherDoor.vlan.rawValue)
            frame.append(vlan)
        }
        frame.append(etherType)
        return frame + ipPacket()
    }

    /// The packet as a capture with this link type holds it.
    ///
    /// - Returns: `nil` for a link type that cannot carry it.
    public func frame(link: LinkType) -> [UInt8]? {
        let isIPv6 = etherType == EtherType.ipv6
        switch link {
        case .ethernet: return ethernetFrame()
        case .raw, .rawBSD, .rawOpenBSD: return ipPacket()
        case .rawIPv4: return isIPv6 ? nil : ipPacket()
        case .rawIPv6: return isIPv6 ? ipPacket() : nil
        // As macOS writes it: AF_INET6 is 30, and the family is little-endian.
        case .null: return [isIPv6 ? 30 : 2, 0, 0, 0] + ipPacket()
        case .loop: return [0, 0, 0, isIPv6 ? 24 : 2] + ipPacket()
        case .ppp: return [0xff, 0x03, 0x00, isIPv6 ? 0x57 : 0x21] + ipPacket()
        case .linuxCooked:
            var header: [UInt8] = [0, 0, 0, 1, 0, 6, 0x02, 0, 0, 0, 0, 0x01, 0, 0]
            header.append(etherType)
            return header + ipPacket()
        case .linuxCooked2:
            var header: [UInt8] = []
            header.append(etherType)
            return header + [0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0x02, 0, 0, 0, 0, 0x01, 0, 0] + ipPacket()
        default: return nil
        }
    }

    private var etherType: UInt16 {
        source.address.isIPv4 && destination.address.isIPv4 ? EtherType.ipv4 : EtherType.ipv6
    }

    private static func ipv4Packet(
        _ payload: [UInt8], protocol number: UInt8, from source: UInt32, to destination: UInt32, hopLimit: UInt8,
        trafficClass: UInt8, identification: UInt16
    ) -> [UInt8] {
        var header: [UInt8] = [0x45, trafficClass]
        // A length that does not fit into the field is written as 0, as segmentation offload does.
        header.append(UInt16(exactly: 20 + payload.count) ?? 0)
        header.append(identification)
        header += [0x40, 0, hopLimit, number, 0, 0]
        header.append(source)
        header.append(destination)
        var sum = InternetSum()
        sum.add(header.octets, from: 0, to: 20)
        header[10] = UInt8(sum.checksum >> 8)
        header[11] = UInt8(sum.checksum & 0xff)
        return header + payload
    }

    private static func ipv6Packet(
        _ payload: [UInt8], protocol number: UInt8, from source: IPAddress, to destination: IPAddress,
        hopLimit: UInt8, trafficClass: UInt8
    ) -> [UInt8] {
        var header: [UInt8] = []
        header.append(6 << 28 | UInt32(trafficClass) << 20)
        header.append(UInt16(exactly: payload.count) ?? 0)
        header += [number, hopLimit]
        for address in [source, destination] {
            header.append(address.high)
            header.append(address.low)
        }
        return header + payload
    }
}

extension TCPOption {
    /// Appends the option as sent. Octets that a ``TCPOption`` does not hold (a MAC, MPTCP's data, unknown kinds) are
    /// written as zero.
    func append(to octets: inout [UInt8]) {
        switch self {
        case .endOfOptions: octets.append(0 as UInt8)
        case .noOperation: octets.append(1 as UInt8)
        case .maximumSegmentSize(let size):
            octets += [2, 4]
            octets.append(size)
        case .windowScale(let shift): octets += [3, 3, shift]
        case .sackPermitted: octets += [4, 2]
        case .sack(let blocks):
            octets += [5, UInt8(2 + blocks.count * 8)]
            for block in blocks {
                octets.append(block.left)
                octets.append(block.right)
            }
        case .timestamps(let stamps):
            octets += [8, 10]
            octets.append(stamps.value)
            octets.append(stamps.echoReply)
        case .md5Signature(let digest):
            octets += [19, 18]
            Self.append(digest, octets: 16, to: &octets)
        case .userTimeout(let seconds):
            octets += [28, 4]
            octets.append(seconds <= 0x7fff ? UInt16(seconds) : 0x8000 | UInt16(min(seconds / 60, 0x7fff)))
        case .authentication(let keyID, let next, let macLength):
            octets += [29, macLength &+ 4, keyID, next] + Array(repeating: 0, count: Int(macLength))
        case .multipath(let subtype, let length):
            Self.append(kind: 30, length: length, body: [subtype.rawValue << 4], to: &octets)
        case .fastOpen(let cookie, let experimental):
            octets += experimental ? [254, cookie.length &+ 4, 0xf9, 0x89] : [34, cookie.length &+ 2]
            Self.append(cookie.bits, octets: cookie.length, to: &octets)
        case .accurateECN(let counters): counters.append(to: &octets)
        case .experiment(let kind, let identifier, let length):
            let body = [UInt8(identifier >> 8), UInt8(identifier & 0xff)]
            Self.append(kind: kind, length: length, body: body, to: &octets)
        case .unknown(let kind, let length), .malformed(let kind, let length):
            Self.append(kind: kind, length: length, body: [], to: &octets)
        }
    }

    private static func append(kind: UInt8, length: UInt8, body: [UInt8], to octets: inout [UInt8]) {
        octets += [kind, length] + body
        octets += Array(repeating: 0, count: max(0, Int(length) - 2 - body.count))
    }

    private static func append(_ bits: UInt128, octets count: UInt8, to octets: inout [UInt8]) {
        for index in 0..<min(count, 16) { octets.append(UInt8(truncatingIfNeeded: bits >> (120 - 8 * UInt128(index)))) }
    }
}

extension AccurateECNCounters {
    fileprivate func append(to octets: inout [UInt8]) {
        let order = startsWithECT1 ? [ect1, ce, ect0] : [ect0, ce, ect1]
        let present = order.prefix { $0 != nil }.compactMap { $0 }
        if experimental {
            octets += [254, UInt8(4 + present.count * 3), 0xac, startsWithECT1 ? 0xc1 : 0xce]
        } else {
            octets += [startsWithECT1 ? 174 : 172, UInt8(2 + present.count * 3)]
        }
        for counter in present {
            octets += [UInt8(counter >> 16 & 0xff), UInt8(counter >> 8 & 0xff), UInt8(counter & 0xff)]
        }
    }
}
