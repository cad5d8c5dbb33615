public import CHint

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A growable, contiguous list of values of fixed size. It grows by `realloc`, which moves pages (`mremap`) where the
/// system can, so that no two copies of the values exist at the same time; and it does not check before each change
/// whether it is uniquely referenced, as an array does.
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

    /// An empty store; memory is allocated with the first value.
    public init() { unsafe base = nil }

    /// How many values it holds.
    @inlinable public var count: Int { @inline(__always) get { held } }

    /// `count` copies of `value`.
    public init(repeating value: Value, count: Int) {
        self.init()
        precondition(count >= 0, "a negative number of values")
        reserve(count)
        unsafe base?.initialize(repeating: value, count: count)
        held = count
    }

    /// An empty store with room for `count` values, in huge pages where the system has them: with small pages, accesses
    /// in no order would miss the TLB nearly every time. Memory is used only as the store is filled, one huge page at a
    /// time.
    public init(expecting count: Int) {
        self.init()
        precondition(count >= 0, "a negative number of values")
        reserve(count)
        unsafe LargePages.ask(for: UnsafeMutableRawPointer(base), capacity * MemoryLayout<Value>.stride)
    }

    deinit { unsafe free(base) }

    /// The value at an index, which can be read and changed in place. Traps where the index is not below ``count``.
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

    /// Sets the value at `index`, whatever the order of the calls. A store that is shorter is first filled up with
    /// copies of `value`.
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

    /// Removes all values, and keeps the memory.
    public mutating func removeAll() { held = 0 }

    @usableFromInline
    @inline(never)
    mutating func grow() { reserve(max(64, capacity * 2)) }

    private mutating func reserve(_ larger: Int) {
        // `realloc` guarantees no larger alignment than this.
        precondition(MemoryLayout<Value>.alignment <= 16)
        guard larger > capacity else { return }
        guard let moved = unsafe realloc(base, larger * MemoryLayout<Value>.stride) else {
            preconditionFailure("out of memory")
        }
        unsafe base = moved.bindMemory(to: Value.self, capacity: larger)
        capacity = larger
    }
}
