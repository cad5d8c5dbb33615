extension [UInt8] {
    /// The octets as a `RawSpan`, which all readers take. `Span.bytes` is marked unsafe because elements could have
    /// padding; an octet has none.
    @inlinable package var octets: RawSpan {
        @_lifetime(borrow self) get { unsafe span.bytes }
    }

    /// A copy of the octets of a span.
    package init(copying span: RawSpan) {
        self = unsafe span.withUnsafeBytes { unsafe Array($0) }
    }

    /// Appends a copy of the octets of a span.
    package mutating func append(_ span: RawSpan) {
        unsafe span.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }

    /// Appends a number in this machine's byte order.
    package mutating func append<Number: FixedWidthInteger>(native number: Number) {
        unsafe Swift.withUnsafeBytes(of: number) { unsafe append(contentsOf: $0) }
    }

    /// Appends a number in network byte order.
    package mutating func append<Number: FixedWidthInteger>(bigEndian number: Number) {
        append(native: number.bigEndian)
    }
}

extension RawSpan {
    /// A copy of `length` octets from `offset` on. Traps where they reach beyond the span.
    package func octets(at offset: Int, length: Int) -> [UInt8] {
        Array(copying: extracting(offset..<(offset &+ length)))
    }

    /// The octets decoded as UTF-8, up to the first NUL, which some writers append; invalid UTF-8 is replaced by
    /// U+FFFD. Traps where they reach beyond the span.
    package func string(at offset: Int, length: Int) -> String {
        unsafe extracting(offset..<(offset &+ length)).withUnsafeBytes { buffer in
            unsafe String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
