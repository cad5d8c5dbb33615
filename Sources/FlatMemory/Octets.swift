extension [UInt8] {
    /// The octets as the view that all readers take. `Span.bytes` is marked unsafe for elements with padding; an octet has
    /// none.
    @inlinable package var octets: RawSpan {
        @_lifetime(borrow self) get { unsafe span.bytes }
    }

    /// A copy of what a view shows.
    package init(copying span: RawSpan) {
        self = unsafe span.withUnsafeBytes { unsafe Array($0) }
    }

    /// Appends a copy of what a view shows.
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
    /// A copy of `length` octets from `offset` on. Beyond the span it traps.
    package func octets(at offset: Int, length: Int) -> [UInt8] {
        Array(copying: extracting(offset..<(offset &+ length)))
    }

    /// The octets read as UTF-8, what is not UTF-8 replaced by U+FFFD; up to the first NUL, which some writers append.
    /// Beyond the span it traps.
    package func string(at offset: Int, length: Int) -> String {
        unsafe extracting(offset..<(offset &+ length)).withUnsafeBytes { buffer in
            unsafe String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
