import CHint

/// A choice that is made without a branch: all ones, or 0. Where traffic decides, a branch is predicted wrongly as often as
/// not, and that costs more than working out both.
struct Choice: BitwiseCopyable {
    let mask: UInt64

    /// - Parameter condition: 1 or 0. A number, since of truth values that are combined the compiler makes branches.
    @_transparent
    init(_ condition: UInt64) { mask = 0 &- tcplens_hide(condition) }

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
    /// 1 or 0.
    @_transparent
    var bit: UInt64 { self ? 1 : 0 }
}
