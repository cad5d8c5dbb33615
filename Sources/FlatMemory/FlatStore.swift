public import CHint

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
///   is 0; the first `held` of them are initialised, and `held <= capacity`;
/// - the values are plain bits (`BitwiseCopyable`), so they may be moved as octets and need no deinitialisation;
/// - every index is compared with `held` before it is used.
@safe @frozen public struct FlatStore<Value: BitwiseCopyable & Sendable>: ~Copyable, @unchecked Sendable {
    @usableFromInline var base: UnsafeMutablePointer<Value>?
    @usableFromInline var held = 0
    @usableFromInline var capacity = 0

    /// Empty; takes memory with the first value.
    public init() { unsafe base = nil }

    /// How many values it holds.
    @inlinable public var count: Int { @inline(__always) get { held } }

    /// `count` times the same.
    public init(repeating value: Value, count: Int) {
        self.init()
        precondition(count >= 0, "a negative number of values")
        reserve(count)
        unsafe base?.initialize(repeating: value, count: count)
        held = count
    }

    /// Empty, with room for `count` values, in huge pages where the system has them: values that are looked at in no order
    /// would miss the TLB nearly every time with small ones. Memory is used as the store is filled, a huge page at a time.
    public init(expecting count: Int) {
        self.init()
        precondition(count >= 0, "a negative number of values")
        reserve(count)
        unsafe LargePages.ask(for: UnsafeMutableRawPointer(base), capacity * MemoryLayout<Value>.stride)
    }

    deinit { unsafe free(base) }

    /// The value at an index, read or changed in place. Traps where the index is not one of ``count`` values.
    public subscript(index: Int) -> Value {
        @inlinable @inline(__always)
        unsafeAddress {
            // One comparison for both bounds: as an unsigned number, a negative index is huge. Where `count` is above 0, `base`
            // is not nil.
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no such value")
            return unsafe UnsafePointer(base.unsafelyUnwrapped + index)
        }
        @inlinable @inline(__always)
        unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no such value")
            return unsafe base.unsafelyUnwrapped + index
        }
    }

    /// Adds a value at the end.
    @inlinable @inline(__always)
    public mutating func append(_ value: Value) {
        if count == capacity { grow() }
        unsafe (base.unsafelyUnwrapped + count).initialize(to: value)
        held += 1
    }

    /// Puts a value at an index, in any order; indices before it that have no value yet hold this one until they get their own.
    @inlinable @inline(__always)
    public mutating func put(_ value: Value, at index: Int) {
        while held <= index { append(value) }
        self[index] = value
    }

    /// Prefetches a value that will be changed soon into the cache. An index out of bounds does nothing.
    @inlinable @inline(__always)
    public func prefetch(_ index: Int) {
        guard UInt(bitPattern: index) < UInt(bitPattern: count) else { return }
        unsafe tcplens_prefetch(base.unsafelyUnwrapped + index, MemoryLayout<Value>.size)
    }

    /// Forgets the values; keeps the memory.
    public mutating func removeAll() { held = 0 }

    @usableFromInline
    @inline(never)
    mutating func grow() { reserve(max(64, capacity * 2)) }

    private mutating func reserve(_ larger: Int) {
        // `realloc` promises no larger alignment.
        precondition(MemoryLayout<Value>.alignment <= 16)
        guard larger > capacity else { return }
        guard let moved = unsafe realloc(base, larger * MemoryLayout<Value>.stride) else {
            preconditionFailure("out of memory")
        }
        unsafe base = moved.bindMemory(to: Value.self, capacity: larger)
        capacity = larger
    }
}
