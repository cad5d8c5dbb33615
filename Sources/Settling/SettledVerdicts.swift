import Tracking

/// What each segment of a tuple turned out to be, in eight octets each.
struct SettledVerdicts {
    /// Those that name no other packet, by their codes; 0 is what each is at first.
    private static let plain: [Verdict] = [
        .taken, .corrupt, .foreign, .refused(.syn), .refused(.reset), .refused(.window), .refused(.acknowledgment),
        .refused(.oldTimestamp), .refused(.octets),
    ]
    /// A code, or the number of the packet that it is a copy of, moved on behind the codes.
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
