#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Values of fixed size one after another, in memory that grows without holding two copies of itself where the system can
/// move pages (`realloc` by `mremap`), and without the checks for other owners that an array makes before each change.
///
/// Invariants, on which the unsafe code below rests:
/// - `base` points to room for `capacity` values that belongs to this value alone until `deinit`, or is nil and `capacity`
///   is 0; the first `count` of them are initialised;
/// - the values are plain bits (`BitwiseCopyable`), so they may be moved as octets and need no deinitialisation;
/// - every index is compared with `count` before it is used.
@safe struct FlatStore<Value: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    private var base: UnsafeMutablePointer<Value>?
    private(set) var count = 0
    private var capacity = 0

    init() { unsafe base = nil }

    deinit { unsafe free(base) }

    subscript(index: Int) -> Value {
        @inline(__always)
        unsafeAddress {
            guard let base = unsafe base, index >= 0, index < count else { preconditionFailure("no such value") }
            return unsafe UnsafePointer(base + index)
        }
        @inline(__always)
        unsafeMutableAddress {
            guard let base = unsafe base, index >= 0, index < count else { preconditionFailure("no such value") }
            return unsafe base + index
        }
    }

    @inline(__always)
    mutating func append(_ value: Value) {
        if count == capacity { grow() }
        guard let base = unsafe base else { return }
        unsafe (base + count).initialize(to: value)
        count += 1
    }

    /// Forgets the values; keeps the memory.
    mutating func removeAll() { count = 0 }

    private mutating func grow() {
        let larger = max(64, capacity * 2)
        guard let moved = unsafe realloc(base, larger * MemoryLayout<Value>.stride) else {
            preconditionFailure("out of memory")
        }
        unsafe base = moved.bindMemory(to: Value.self, capacity: larger)
        capacity = larger
    }
}
