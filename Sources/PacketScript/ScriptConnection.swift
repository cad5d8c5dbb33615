import FlatMemory
import TCPWire

/// A connection that a script speaks of: its addresses, and what turns the script's numbers into those on the wire.
///
/// A segment with SYN is written with the numbers it has, that of the ACK among them; from then on numbers count from the
/// two SYNs', so that the first octet of data is 1. Our side's numbers are used as written; the host's side has chosen its own.
struct ScriptConnection {
    /// The host's end and ours.
    var local: Endpoint
    var remote: Endpoint
    /// The number of the SYN that we sent; `nil` before.
    var remoteISN: UInt32?
    /// The number of the host's SYN; `nil` before.
    var localISN: UInt32?
    /// What the script calls it.
    var localScriptISN: UInt32 = 0
    /// The number of the last SYN that was injected: the ISN, if the host takes it for one.
    var lastSYN: UInt32?
    /// The script's readings of the host's timestamp clock, and what they were.
    var clock: [UInt32: UInt32] = [:]
    /// Ticks by which two readings of one name may differ, or a reading from what the script has.
    var clockSlack: UInt32 = 0
    /// Whether the script's names are readings: so many ticks from the first as they say.
    var comparesClock = false
    /// What to add to a reading that is not known.
    var clockOffset: UInt32 = 0
    /// Whether it is, or once was, the one that packets without ports belong to.
    var wasCurrent = false
    /// The MSS that we announced.
    var announcedMSS: UInt16?
    /// The least MTU that an ICMP error of ours has told.
    var pathMTU: Int?

    /// Payload that no segment of a burst but its last falls below: the MSS in force with options as long as they get.
    func leastFullPayload(mtu: Int, maximumSegment: Int?) -> Int {
        let headers = local.address.isIPv4 ? 40 : 60
        let path = min(mtu, pathMTU ?? .max) - headers
        return max(1, min(Int(announcedMSS ?? 536), path, maximumSegment ?? .max) - 40)
    }

    /// The host's last segment: its number and length.
    var lastSent: (sequence: UInt32, length: Int) = (0, 0)

    init(local: Endpoint, remote: Endpoint) {
        self.local = local
        self.remote = remote
    }

    // MARK: Script to wire

    /// A segment from our side.
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
            // Never in what comes in.
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

    /// A segment of the host, in the script's numbers. What the script expects there names numbers that it leaves open.
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
            // Our own SYN's number is on the wire as it is written; a script may also count from it already here.
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

    /// What the script calls a reading of the host's clock. A name that the script uses for the first time is given to it;
    /// the speed of that clock is nobody's promise.
    private mutating func reading(_ value: UInt32, expected: UInt32?) -> UInt32 {
        if let expected {
            if clock.isEmpty { clockOffset = value &- expected }
            if comparesClock {
                clock[expected] = value
                let difference = Int32(bitPattern: value &- clockOffset &- expected)
                return difference.magnitude <= clockSlack ? expected : value &- clockOffset
            }
            let known = clock[expected] ?? value
            // The clock may tick between two readings that the script takes for one.
            if value &- known <= clockSlack {
                clock[expected] = value
                return expected
            }
        }
        return value &- clockOffset
    }
}

/// A segment that the host sent, taken apart.
struct HostSegment {
    var header: SegmentHeader
    /// Octets of payload: of several segments where they were joined.
    var length: Int
    var options: [TCPOption]

    /// `nil` for what is no TCP segment.
    init?(_ packet: [UInt8]) {
        header = SegmentHeader()
        guard
            PacketDecoder.decode(packet.octets, link: .raw, originalLength: packet.count, into: &header) == .segment
        else { return nil }
        length = Int(header.payloadLength)
        var cursor = TCPOptionCursor(header)
        options = []
        while let option = cursor.next(in: packet.octets) { options.append(option) }
        // Padding is not an option that anybody chose.
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
