#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Asks the system for large pages where much memory will be filled: one for 2 MB, where there would be 512 to be got one by one, and
/// a processor keeps the addresses of only some pages at hand.
enum LargePages {
    /// - Parameters:
    ///   - start: where the memory begins; it belongs to the caller.
    ///   - octets: how many there are.
    static func ask(for start: UnsafeMutableRawPointer?, _ octets: Int) {
        #if os(Linux)
            let page: UInt = 4096
            let address = UInt(bitPattern: start)
            let (first, end) = ((address &+ page - 1) & ~(page - 1), (address &+ UInt(octets)) & ~(page - 1))
            // Only a wish: where it is refused, nothing is lost. What is smaller than such a page is none.
            if first < end, end - first >= 1 << 21 {
                unsafe _ = madvise(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), MADV_HUGEPAGE)
            }
        #endif
    }
}

extension Array {
    /// Makes room for at least so many elements, before the first is there, in large pages where it is much.
    public mutating func reserveLargeCapacity(_ count: Int) {
        reserveCapacity(count)
        let octets = capacity * MemoryLayout<Element>.stride
        guard isEmpty else { return }
        unsafe withUnsafeMutableBufferPointer {
            unsafe LargePages.ask(for: UnsafeMutableRawPointer($0.baseAddress), octets)
        }
    }
}
