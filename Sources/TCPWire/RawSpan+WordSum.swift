extension RawSpan {
    /// The ones' complement sum of the 16-bit words from `start` to before `end`, in network order; an odd last octet
    /// is padded with a zero. RFC 1071 2 allows adding the words in any byte order, so they are added as they lie in
    /// memory. The bounds are checked once, and eight pairs of words are added at a time.
    func sumOfWords(from start: Int, to end: Int) -> UInt16 {
        precondition(start >= 0 && start <= end && end <= byteCount, "beyond the span")
        var sum = unsafe withUnsafeBytes { octets in
            var sum: UInt64 = 0
            var offset = start
            while end &- offset >= 32 {
                var even = SIMD8<UInt32>.zero
                var odd = SIMD8<UInt32>.zero
                // No lane can overflow within one mebibyte.
                let stop = min(end, offset &+ 1 << 20)
                while stop &- offset >= 32 {
                    let pairs = unsafe octets.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt32>.self)
                    even &+= pairs & 0xffff
                    odd &+= pairs &>> 16
                    offset &+= 32
                }
                for lane in 0..<8 { sum &+= UInt64(even[lane]) &+ UInt64(odd[lane]) }
            }
            while end &- offset >= 4 {
                unsafe sum &+= UInt64(octets.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                offset &+= 4
            }
            if end &- offset >= 2 {
                unsafe sum &+= UInt64(octets.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
                offset &+= 2
            }
            if offset < end { unsafe sum &+= UInt64(UInt16(bigEndian: UInt16(octets[offset]) << 8)) }
            return sum
        }
        while sum > 0xffff { sum = (sum & 0xffff) &+ (sum >> 16) }
        return UInt16(bigEndian: UInt16(truncatingIfNeeded: sum))
    }
}
