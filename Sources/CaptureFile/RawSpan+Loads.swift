// Every unsafe spelling about bytes being read is here. `unsafeLoadUnaligned` checks its bounds; what it cannot check is
// that any bit pattern is a valid value of the type, which holds for the integers and integer vectors used below.

extension RawSpan {
    @inlinable @inline(__always)
    func uint8(at offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    /// - Parameter swapped: whether the file's byte order differs from this machine's.
    @inlinable @inline(__always)
    func uint16(at offset: Int, swapped: Bool) -> UInt16 {
        let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return swapped ? value.byteSwapped : value
    }

    @inlinable @inline(__always)
    func uint32(at offset: Int, swapped: Bool) -> UInt32 {
        let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return swapped ? value.byteSwapped : value
    }

    @inlinable @inline(__always)
    func uint64(at offset: Int, swapped: Bool) -> UInt64 {
        let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return swapped ? value.byteSwapped : value
    }

    /// Four words under one bounds check: a pcap record header is exactly this.
    @inlinable @inline(__always)
    func fourWords(at offset: Int, swapped: Bool) -> (UInt32, UInt32, UInt32, UInt32) {
        let words = UInt128(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt128.self))
        func word(_ index: Int) -> UInt32 {
            let word = UInt32(littleEndian: UInt32(truncatingIfNeeded: words >> (32 * index)))
            return swapped ? word.byteSwapped : word
        }
        return (word(0), word(1), word(2), word(3))
    }

    /// The bytes read as UTF-8, what is not UTF-8 replaced by U+FFFD; up to the first NUL, which some writers append.
    func string(at offset: Int, length: Int) -> String {
        unsafe extracting(offset..<(offset &+ length)).withUnsafeBytes { buffer in
            unsafe String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

extension RawSpan {
    func octets(at offset: Int, length: Int) -> [UInt8] {
        unsafe extracting(offset..<(offset &+ length)).withUnsafeBytes { unsafe Array($0) }
    }
}

extension [UInt8] {
    mutating func append(_ span: RawSpan) {
        unsafe span.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }
}
