import FlatMemory
import TCPWire

/// A connection of a script: its addresses, and what is needed to translate the script's numbers into those on the
/// wire.
///
/// In a segment with SYN the script writes sequence and acknowledgment numbers as they are in the header. In all others
/// they count from the two SYNs' numbers, so that the first octet of data is 1. Our side uses the numbers that the
/// script writes; the host chooses its own ISN.
struct ScriptConnection {
    /// The host's endpoint; `remote` is ours.
    var local: Endpoint
    var remote: Endpoint
    /// The sequence number of the SYN that we sent; `nil` before that.
    var remoteISN: UInt32?
    /// The sequence number of the host's SYN; `nil` before that.
    var localISN: UInt32?
    /// The sequence number that the script writes for the host's SYN.
    var localScriptISN: UInt32 = 0
    /// The sequence number of the last SYN that was injected; it is our ISN if the host accepts that SYN.
    var lastSYN: UInt32?
    /// The host's timestamps (TSval), by the value that the script writes for each.
    var clock: [UInt32: UInt32] = [:]
    /// By how many ticks the host's timestamp may differ from the script's value for it.
    var clockSlack: UInt32 = 0
    /// Whether the script's values count ticks, so that each timestamp must be as many ticks after the first one as its
    /// value says.
    var comparesClock = false
    /// What is added to a script's value to get a timestamp of the host that has not been seen.
    var clockOffset: UInt32 = 0
    /// Whether this is, or once was, the current connection, to which packets without ports belong.
    var wasCurrent = false
    /// The MSS option that we sent.
    var announcedMSS: UInt16?
    /// The smallest MTU that an ICMP error sent by us has stated.
    var pathMTU: Int?

    /// The least payload that every segment of a burst but the last must have: the effective MSS less the greatest
    /// length of options.
    func leastFullPayload(mtu: Int, maximumSegment: Int?) -> Int {
        let headers = local.address.isIPv4 ? 40 : 60
        let path = min(mtu, pathMTU ?? .max) - headers
        return max(1, min(Int(announcedMSS ?? 536), path, maximumSegment ?? .max) - 40)
    }

    /// The sequence number and payload length of the host's last segment.
    var lastSent: (sequence: UInt32, length: Int) = (0, 0)

    init(local: Endpoint, remote: Endpoint) {
        self.local = local
        self.remote = remote
    }

    // MARK: Script to wire

    /// Builds a segment from our side.
    mutating func segment(_ pattern: SegmentPattern) -> SegmentBuilder {
        let isSYN = pattern.flags.contains(.syn)
        if isSYN {
            lastSYN = pattern.sequence
            if remoteISN == nil { remoteISN = pattern.sequence }
        }
        var builder = SegmentBuilder(from: remote, to: local)
        builder.flags = pattern.flags
        builder.sequence = isSYN ? pattern.sequence : pattern.sequence &+ (remoteISN ?? 0)
        if let number = pattern.acknowledgment {
            builder.acknowledgment = number &+ (localISN ?? 0) &- (isSYN ? localScriptISN : 0)
        }
        builder.window = pattern.window ?? 0
        builder.urgentPointer = pattern.urgentPointer ?? 0
        builder.payload = [UInt8](repeating: 0, count: pattern.length)
        builder.hopLimit = pattern.network.hopLimit ?? 255
        builder.trafficClass = (pattern.network.trafficClass ?? 0) | (pattern.network.congestion ?? 0)
        builder.options = (pattern.options ?? []).map { option in
            switch option {
            case .exact(.maximumSegmentSize(let size)):
                if isSYN { announcedMSS = size }
                return .maximumSegmentSize(size)
            case .exact(let other): return other
            // This never occurs in inbound segments.
            case .anyWindowScale: return .windowScale(0)
            case .timestamps(let value, let echo):
                let known = clock[echo] ?? echo &+ clockOffset
                return .timestamps(TCPTimestamps(value: value, echoReply: echo == 0 ? 0 : known))
            case .sack(let blocks):
                let base = localISN ?? 0
                return .sack(SACKBlocks(blocks.map { SACKBlock(left: $0.left &+ base, right: $0.right &+ base) }))
            }
        }
        return builder
    }

    // MARK: Wire to script

    /// A segment of the host in the script's numbers. `expected` is the segment that the script expects here; it gives
    /// names to values that the host chooses.
    mutating func pattern(_ segment: HostSegment, expected: SegmentPattern?) -> SegmentPattern {
        let header = segment.header
        var pattern = SegmentPattern()
        pattern.flags = header.flags
        pattern.length = segment.length
        if header.flags.contains(.syn) {
            if localISN != header.sequence {
                localISN = header.sequence
                localScriptISN = expected?.sequence ?? 0
            }
            if header.flags.contains(.ack), let lastSYN, header.acknowledgment == lastSYN &+ 1 { remoteISN = lastSYN }
            pattern.sequence = header.sequence &- (localISN ?? 0) &+ localScriptISN
        } else {
            pattern.sequence = header.sequence &- (localISN ?? 0)
        }
        if header.flags.contains(.ack) {
            let relative = header.acknowledgment &- (remoteISN ?? 0)
            // The number of our own SYN is on the wire as the script writes it, so this acknowledgment may be written
            // so too; but a script may also count from the SYN already here.
            let counts = !header.flags.contains(.syn) || expected?.acknowledgment == relative
            pattern.acknowledgment = counts ? relative : header.acknowledgment
        }
        pattern.window = header.window
        pattern.urgentPointer = header.urgentPointer
        pattern.sourcePort = header.sourcePort
        pattern.destinationPort = header.destinationPort
        pattern.network.congestion = header.trafficClass & 3
        pattern.network.trafficClass = header.trafficClass
        pattern.network.hopLimit = header.hopLimit
        var expectedStamp: UInt32?
        for case .timestamps(let value, _)? in expected?.options ?? [] { expectedStamp = value }
        let leavesWindowScaleOpen = expected?.options?.contains(.anyWindowScale) ?? false
        pattern.options = segment.options.map { option in
            switch option {
            case .timestamps(let stamps):
                let value = reading(stamps.value, expected: expectedStamp)
                return .timestamps(value: value, echo: stamps.echoReply)
            case .sack(let blocks):
                let base = remoteISN ?? 0
                return .sack(blocks.map { .init(left: $0.left &- base, right: $0.right &- base) })
            case .windowScale where leavesWindowScaleOpen: return .anyWindowScale
            default: return .exact(option)
            }
        }
        lastSent = (header.sequence, segment.length)
        return pattern
    }

    /// The script's value for a timestamp of the host. A value that the script uses for the first time is assigned to
    /// it, since no host promises at which speed its timestamp clock runs.
    private mutating func reading(_ value: UInt32, expected: UInt32?) -> UInt32 {
        if let expected {
            if clock.isEmpty { clockOffset = value &- expected }
            if comparesClock {
                clock[expected] = value
                let difference = Int32(bitPattern: value &- clockOffset &- expected)
                return difference.magnitude <= clockSlack ? expected : value &- clockOffset
            }
            let known = clock[expected] ?? value
            // The clock may tick between two segments that the script expects to have the same timestamp.
            if value &- known <= clockSlack {
                clock[expected] = value
                return expected
            }
        }
        return value &- clockOffset
    }
}

/// A segment that the host sent, decoded.
struct HostSegment {
    var header: SegmentHeader
    /// Octets of payload; of all segments together where several were joined.
    var length: Int
    var options: [TCPOption]

    /// `nil` where the packet holds no TCP segment.
    init?(_ packet: [UInt8]) {
        header = SegmentHeader()
        guard
            PacketDecoder.decode(packet.octets, link: .raw, originalLength: packet.count, into: &header) == .segment
        else { return nil }
        length = Int(header.payloadLength)
        var cursor = TCPOptionCursor(header)
        options = []
        while let option = cursor.next(in: packet.octets) { options.append(option) }
        // Padding at the end is not counted as an option.
        if options.last == .endOfOptions { options.removeLast() }
    }
}

extension SegmentBuilder {
    /// Whether the options fit into a header.
    static func fit(_ options: [OptionPattern]) -> Bool {
        let nowhere = Endpoint(address: IPAddress(ipv4: 0), port: 0)
        var builder = SegmentBuilder(from: nowhere, to: nowhere)
        builder.options = options.map { option in
            switch option {
            case .exact(let exact): exact
            case .anyWindowScale: .windowScale(0)
            case .timestamps: .timestamps(TCPTimestamps(value: 0, echoReply: 0))
            case .sack(let blocks): .sack(SACKBlocks(blocks.map { _ in SACKBlock(left: 0, right: 0) }))
            }
        }
        return builder.fits
    }
}
