// Reading numbers out of octets. All unsafe calls that read numbers are in this file: `unsafeLoadUnaligned` checks its
// bounds, and only integers are read, for which every bit pattern is valid, so these calls are in fact safe. An offset
// beyond the span traps: callers must compare lengths first, or use one of the readers that return `nil`.

/// Numbers in network byte order.
extension RawSpan {
    /// One octet.
    @inlinable @inline(__always)
    package func octet(at offset: Int) -> UInt8 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
    }

    /// Two octets in network order.
    @inlinable @inline(__always)
    package func bigEndian16(at offset: Int) -> UInt16 {
        unsafe UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// Four octets in network order.
    @inlinable @inline(__always)
    package func bigEndian32(at offset: Int) -> UInt32 {
        unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Eight octets in network order.
    @inlinable @inline(__always)
    package func bigEndian64(at offset: Int) -> UInt64 {
        unsafe UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

/// Numbers in the byte order of a file, which its header states.
extension RawSpan {
    /// - Parameter swapped: whether the file's byte order differs from this machine's.
    @inlinable @inline(__always)
    package func uint16(at offset: Int, swapped: Bool) -> UInt16 {
        let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return swapped ? value.byteSwapped : value
    }

    /// Four octets; see ``uint16(at:swapped:)``.
    @inlinable @inline(__always)
    package func uint32(at offset: Int, swapped: Bool) -> UInt32 {
        let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return swapped ? value.byteSwapped : value
    }

    /// Eight octets; see ``uint16(at:swapped:)``.
    @inlinable @inline(__always)
    package func uint64(at offset: Int, swapped: Bool) -> UInt64 {
        let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return swapped ? value.byteSwapped : value
    }

    /// Four words under one bounds check: a pcap record header is exactly this.
    @inlinable @inline(__always)
    package func fourWords(at offset: Int, swapped: Bool) -> (UInt32, UInt32, UInt32, UInt32) {
        let words = UInt128(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt128.self))
        func word(_ index: Int) -> UInt32 {
            let word = UInt32(littleEndian: UInt32(truncatingIfNeeded: words >> (32 * index)))
            return swapped ? word.byteSwapped : word
        }
        return (word(0), word(1), word(2), word(3))
    }
}

/// Numbers in messages of the kernel, whose lengths nothing here has checked: `nil` where a number would reach past the
/// end.
extension RawSpan {
    /// A number in this machine's byte order.
    @inlinable @inline(__always)
    package func native<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Number.Type) -> Number? {
        guard offset >= 0, offset <= byteCount &- MemoryLayout<Number>.size else { return nil }
        return unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self)
    }

    /// A number in network byte order.
    @inlinable @inline(__always)
    package func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        _ offset: Int, as type: Number.Type
    ) -> Number? {
        native(offset, as: type).map { Number(bigEndian: $0) }
    }
}
