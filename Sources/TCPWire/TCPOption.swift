/// One TCP option (RFC 9293 3.2 and the IANA registry), read without allocating.
public enum TCPOption: Hashable, Sendable {
    /// Kind 0: the rest of the header is padding.
    case endOfOptions
    /// Kind 1.
    case noOperation
    /// Kind 2 (RFC 9293 3.7.1): the largest payload that its sender accepts, in octets.
    case maximumSegmentSize(UInt16)
    /// Kind 3 (RFC 7323 2.2): by how many bits its sender's windows are shifted; more than 14 counts as 14.
    case windowScale(UInt8)
    /// Kind 4 (RFC 2018 2).
    case sackPermitted
    /// Kind 5 (RFC 2018 3).
    case sack(SACKBlocks)
    /// Kind 8 (RFC 7323 3.2).
    case timestamps(TCPTimestamps)
    /// Kind 19 (RFC 2385): the digest's 16 octets.
    case md5Signature(UInt128)
    /// Kind 28 (RFC 5482).
    case userTimeout(seconds: UInt32)
    /// Kind 29 (RFC 5925 2.2); the MAC has `macLength` octets.
    case authentication(keyID: UInt8, receiveNextKeyID: UInt8, macLength: UInt8)
    /// Kind 30 (RFC 8684 3); `length` counts the whole option.
    case multipath(MultipathSubtype, length: UInt8)
    /// Kind 34 (RFC 7413 4.1.1), or the experimental 254 with 0xf989 (its appendix B).
    case fastOpen(FastOpenCookie, experimental: Bool)
    /// Kinds 172 and 174 (RFC 9768 3.2.3), or the experimental 254 with 0xacce or 0xacc1.
    case accurateECN(AccurateECNCounters)
    /// Kinds 253 and 254 with an experiment's identifier (RFC 6994) that is none of the above.
    case experiment(kind: UInt8, identifier: UInt16, length: UInt8)
    /// A kind that is not decoded; `length` counts the whole option.
    case unknown(kind: UInt8, length: UInt8)
    /// A known kind with a length it cannot have.
    case malformed(kind: UInt8, length: UInt8)
}

/// The two values of a timestamps option, as sent.
@frozen public struct TCPTimestamps: Hashable, Sendable {
    /// TSval: the sender's timestamp clock.
    public var value: UInt32
    /// TSecr: the most recent TSval that the sender has received from the other end; valid only in segments with ACK.
    public var echoReply: UInt32

    /// Both values as sent, each in ticks of the clock of the end that has made it.
    @inlinable public init(value: UInt32, echoReply: UInt32) {
        self.value = value
        self.echoReply = echoReply
    }
}

/// A Fast Open cookie, left-aligned in `bits`: 4 to 16 octets, or empty where the option asks for a cookie.
@frozen public struct FastOpenCookie: Hashable, Sendable {
    /// The cookie's octets, left-aligned; the bits after ``length`` octets are 0.
    public var bits: UInt128
    /// The cookie's length in octets.
    public var length: UInt8

    /// A cookie; by default an empty one, which requests a cookie.
    @inlinable public init(bits: UInt128 = 0, length: UInt8 = 0) {
        self.bits = bits
        self.length = length
    }
}

/// The octet counters of an AccECN option, 24 bits each; `nil` where the option leaves one out.
@frozen public struct AccurateECNCounters: Hashable, Sendable {
    /// Whether ECT(1) comes first (kind 174) or ECT(0) (kind 172).
    public var startsWithECT1: Bool
    /// Whether the option was sent with the experimental kind 254.
    public var experimental: Bool
    /// EE0B: octets received with ECT(0), modulo 2^24.
    public var ect0: UInt32?
    /// ECEB: octets received with CE, modulo 2^24.
    public var ce: UInt32?
    /// EE1B: octets received with ECT(1), modulo 2^24.
    public var ect1: UInt32?

    /// Counters as in the option; those that are not given are absent.
    @inlinable public init(
        startsWithECT1: Bool, experimental: Bool = false, ect0: UInt32? = nil, ce: UInt32? = nil, ect1: UInt32? = nil
    ) {
        self.startsWithECT1 = startsWithECT1
        self.experimental = experimental
        self.ect0 = ect0
        self.ce = ce
        self.ect1 = ect1
    }
}

/// What a Multipath TCP option does (RFC 8684 8.2).
@frozen public struct MultipathSubtype: RawRepresentable, Hashable, Sendable {
    /// The option's four-bit subtype field: 0 to 15.
    public let rawValue: UInt8

    /// The subtype with this number, whether or not the registry has it.
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The registry's symbol, or the subtype's number where it has none.
    public var name: String {
        switch rawValue {
        case 0: "MP_CAPABLE"
        case 1: "MP_JOIN"
        case 2: "DSS"
        case 3: "ADD_ADDR"
        case 4: "REMOVE_ADDR"
        case 5: "MP_PRIO"
        case 6: "MP_FAIL"
        case 7: "MP_FASTCLOSE"
        case 8: "MP_TCPRST"
        case 15: "MP_EXPERIMENTAL"
        default: "subtype \(rawValue)"
        }
    }
}

extension TCPOption: CustomStringConvertible {
    /// The option in the terms of its RFC (`MSS 1460`, `TSval 7 TSecr 0`): no sentence, so it is the same in every
    /// language.
    public var description: String {
        switch self {
        case .endOfOptions: "EOL"
        case .noOperation: "NOP"
        case .maximumSegmentSize(let size): "MSS \(size)"
        case .windowScale(let shift): "WScale \(shift)"
        case .sackPermitted: "SACK-Permitted"
        case .sack(let blocks): "SACK" + blocks.map { " \($0.left)-\($0.right)" }.joined()
        case .timestamps(let stamps): "TSval \(stamps.value) TSecr \(stamps.echoReply)"
        case .md5Signature: "MD5"
        case .userTimeout(let seconds): "UTO \(seconds) s"
        case .authentication(let keyID, let next, let length): "TCP-AO KeyID \(keyID) RNextKeyID \(next) MAC \(length)"
        case .multipath(let subtype, _): "MPTCP \(subtype.name)"
        case .fastOpen(let cookie, let experimental):
            (experimental ? "TFO(exp)" : "TFO")
                + (cookie.length == 0 ? " cookie request" : " cookie \(Self.hex(cookie.bits, octets: cookie.length))")
        case .accurateECN(let counters):
            "AccECN\(counters.startsWithECT1 ? "1" : "0")"
                + Self.counter("EE0B", counters.ect0) + Self.counter("ECEB", counters.ce)
                + Self.counter("EE1B", counters.ect1)
        case .experiment(let kind, let identifier, let length):
            "kind \(kind) ExID 0x\(String(identifier, radix: 16)) length \(length)"
        case .unknown(let kind, let length): "kind \(kind) length \(length)"
        case .malformed(let kind, let length): "kind \(kind) bad length \(length)"
        }
    }

    private static func counter(_ name: String, _ value: UInt32?) -> String {
        value.map { " \(name) \($0)" } ?? ""
    }

    private static func hex(_ bits: UInt128, octets: UInt8) -> String {
        let digits = String(bits, radix: 16)
        let padded = String(repeating: "0", count: 32 - digits.count) + digits
        return String(padded.prefix(Int(octets) * 2))
    }
}
