/// Reads of the numbers in the kernel's messages: in the machine's byte order unless said otherwise, `nil` past the end.
extension RawSpan {
    func native<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Number.Type) -> Number? {
        guard offset >= 0, offset <= byteCount &- MemoryLayout<Number>.size else { return nil }
        // The guard holds offset + size within the span, and the load itself is checked once more.
        return unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self)
    }

    func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Number.Type) -> Number? {
        native(offset, as: type).map { Number(bigEndian: $0) }
    }
}

/// Appends numbers in the machine's byte order.
extension [UInt8] {
    mutating func append<Number: FixedWidthInteger>(native number: Number) {
        Swift.withUnsafeBytes(of: number) { append(contentsOf: $0) }
    }

    mutating func append<Number: FixedWidthInteger>(bigEndian number: Number) {
        append(native: number.bigEndian)
    }
}
