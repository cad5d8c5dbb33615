import Tracking

/// The verdict on each segment of a tuple, in eight octets each.
struct SettledVerdicts {
    /// The verdicts without a packet number, by their codes. Code 0 is the verdict at the start.
    private static let plain: [Verdict] = [
        .taken, .corrupt, .foreign, .refused(.syn), .refused(.reset), .refused(.window), .refused(.acknowledgment),
        .refused(.oldTimestamp), .refused(.octets),
    ]
    /// For each segment the verdict's code; for a copy, the packet number of its original plus the number of codes.
    private var codes: [UInt64]

    init(count: Int) { codes = Array(repeating: 0, count: count) }

    @inline(__always)
    subscript(index: Int) -> Verdict {
        get { codes[index] == 0 ? .taken : Self.verdict(codes[index]) }
        set { codes[index] = Self.code(newValue) }
    }

    private static func verdict(_ code: UInt64) -> Verdict {
        code < UInt64(plain.count)
            ? plain[Int(code)] : .copy(of: Int(truncatingIfNeeded: code &- UInt64(plain.count)))
    }

    private static func code(_ verdict: Verdict) -> UInt64 {
        switch verdict {
        case .copy(let number): UInt64(truncatingIfNeeded: number) &+ UInt64(plain.count)
        case .taken: 0
        case .corrupt: 1
        case .foreign: 2
        case .refused(.syn): 3
        case .refused(.reset): 4
        case .refused(.window): 5
        case .refused(.acknowledgment): 6
        case .refused(.oldTimestamp): 7
        case .refused(.octets): 8
        }
    }
}
