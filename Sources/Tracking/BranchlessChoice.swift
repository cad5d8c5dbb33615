import CHint

/// Selects one of two values without a branch, by a mask of all ones or zeros. Where the choice depends on the packets,
/// branch prediction fails about half of the time, and a misprediction costs more than working out both values.
struct BranchlessChoice: BitwiseCopyable {
    let mask: UInt64

    /// - Parameter condition: must be 1 or 0. It is no `Bool`, because the compiler makes branches of several combined
    ///   `Bool`s.
    @_transparent
    init(_ condition: UInt64) { mask = 0 &- tcplens_optimization_barrier(condition) }

    @_transparent
    private init(mask: UInt64) { self.mask = mask }

    @_transparent
    func callAsFunction(_ chosen: UInt64, else other: UInt64) -> UInt64 { other ^ ((other ^ chosen) & mask) }

    @_transparent
    func callAsFunction(_ chosen: UInt32, else other: UInt32) -> UInt32 {
        other ^ ((other ^ chosen) & UInt32(truncatingIfNeeded: mask))
    }
}

extension Bool {
    /// 1 for true, 0 for false: such numbers are combined without branches.
    @_transparent
    var bit: UInt64 { self ? 1 : 0 }
}
