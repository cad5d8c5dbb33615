/// Reading network byte order. Every unsafe spelling of this room's reading side stands here: `unsafeLoadUnaligned` is
/// bounds-checked and the types read are integers, for which any bits are a value, so what is left of "unsafe" is nothing.
/// An offset beyond the span traps, so callers compare lengths first.
extension RawSpan {
    /// One octet.
    @inlinable @inline(__always)
    public func octet(at offset: Int) -> UInt8 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
    }

    /// Two octets in network order.
    @inlinable @inline(__always)
    public func bigEndian16(at offset: Int) -> UInt16 {
        unsafe UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// Four octets in network order.
    @inlinable @inline(__always)
    public func bigEndian32(at offset: Int) -> UInt32 {
        unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Eight octets in network order.
    @inlinable @inline(__always)
    public func bigEndian64(at offset: Int) -> UInt64 {
        unsafe UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

extension [UInt8] {
    /// The octets for this room's functions, which take views. `Span.bytes` is marked unsafe for elements with padding;
    /// an octet has none.
    @inlinable public var octets: RawSpan {
        @_lifetime(borrow self) get { unsafe span.bytes }
    }
}
