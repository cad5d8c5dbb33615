import TCPState
import TCPWire

/// SYN cookies (RFC 4987 3.6): what a half-open connection needs, folded into the number of the SYN-ACK, so that nothing has
/// to be remembered.
///
/// Five bits count units of 64 s, three name an MSS, 24 are keyed. Window scale and SACK-Permitted ride on the timestamp
/// where the SYN has one: in the lowest six bits, which its clock lends.
struct SYNCookie {
    let hash: KeyedHash

    static let segmentSizes: [UInt16] = [536, 1220, 1300, 1360, 1400, 1440, 1460, 8960]
    /// A cookie is good for this many units behind its own.
    private static let lifetime: UInt32 = 2

    static func unit(at now: Instant) -> UInt32 { UInt32(truncatingIfNeeded: now.nanoseconds / 64_000_000_000) }

    /// The SYN-ACK's number.
    func number(answering syn: Segment, now: Instant) -> SequenceNumber {
        let announced = syn.options.maximumSegmentSize ?? (syn.source.address.isIPv4 ? 536 : 1220)
        let index = UInt32(Self.segmentSizes.lastIndex { $0 <= announced } ?? 0)
        let unit = Self.unit(at: now)
        return SequenceNumber((unit & 0x1f) << 27 | index << 24 | proof(syn, syn.sequence, unit: unit, index: index))
    }

    /// The SYN that the ACK's cookie was made for; `nil` where the cookie is not ours or too old.
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

    /// A timestamp not later than `clock` whose lowest bits tell the SYN's options.
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
