import TCPState
import TCPWire

/// SYN cookies (RFC 4987 3.6): what must be known of a half-open connection is encoded in the sequence number of the
/// SYN-ACK, so that no memory is needed for it.
///
/// Five bits count units of 64 s, three are the index of an MSS, and 24 are a keyed hash. If the SYN has a timestamp,
/// window scale and SACK-Permitted are encoded in the lowest six bits of the SYN-ACK's own timestamp.
struct SYNCookie {
    let hash: KeyedHash

    static let segmentSizes: [UInt16] = [536, 1220, 1300, 1360, 1400, 1440, 1460, 8960]
    /// How many units of time a cookie remains valid after the one in which it was made.
    private static let lifetime: UInt32 = 2

    static func unit(at now: Instant) -> UInt32 { UInt32(truncatingIfNeeded: now.nanoseconds / 64_000_000_000) }

    /// The sequence number of the SYN-ACK.
    func number(answering syn: Segment, now: Instant) -> SequenceNumber {
        let announced = syn.options.maximumSegmentSize ?? (syn.source.address.isIPv4 ? 536 : 1220)
        let index = UInt32(Self.segmentSizes.lastIndex { $0 <= announced } ?? 0)
        let unit = Self.unit(at: now)
        return SequenceNumber((unit & 0x1f) << 27 | index << 24 | proof(syn, syn.sequence, unit: unit, index: index))
    }

    /// The SYN for which the cookie was made that the ACK returns; `nil` where the cookie is not from this host or too
    /// old.
    func syn(acknowledgedBy ack: Segment, now: Instant) -> Segment? {
        let cookie = (ack.acknowledgment - 1).rawValue
        let index = cookie >> 24 & 7
        let unit = Self.unit(at: now)
        let age = (unit &- cookie >> 27) & 0x1f
        guard age <= Self.lifetime else { return nil }
        let first = ack.sequence - 1
        guard cookie & 0xff_ffff == proof(ack, first, unit: unit &- age, index: index) else { return nil }
        var syn = Segment(from: ack.source, to: ack.destination)
        syn.sequence = first
        syn.flags = .syn
        syn.window = ack.window
        syn.options.maximumSegmentSize = Self.segmentSizes[Int(index)]
        if let stamps = ack.options.timestamps {
            syn.options.timestamps = stamps
            Self.read(stamps.echoReply, into: &syn.options)
        }
        return syn
    }

    /// A timestamp that is not later than `clock`, and whose lowest bits encode the SYN's options.
    static func stamp(_ clock: UInt32, for options: SegmentOptions) -> UInt32 {
        let bits = UInt32(options.windowScale ?? 15) | (options.sackPermitted ? 0x10 : 0)
        let stamp = clock & ~0x3f | bits
        return stamp > clock ? stamp &- 64 : stamp
    }

    private static func read(_ stamp: UInt32, into options: inout SegmentOptions) {
        let shift = UInt8(stamp & 0x0f)
        options.windowScale = shift == 15 ? nil : min(shift, 14)
        options.sackPermitted = stamp & 0x10 != 0
    }

    private func proof(_ segment: Segment, _ first: SequenceNumber, unit: UInt32, index: UInt32) -> UInt32 {
        let more = UInt64(first.rawValue) << 32 | UInt64(unit & 0x0fff_ffff) << 4 | UInt64(index) | 8
        return UInt32(truncatingIfNeeded: hash(segment.destination, segment.source, more)) & 0xff_ffff
    }
}
