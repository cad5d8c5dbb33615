import Dispatch

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

    /// Has another processor fetch memory that will be filled at once from its beginning on: the system clears each page before
    /// it hands it out, which takes as long as much of the filling.
    ///
    /// - Parameters:
    ///   - start: where the memory begins; it belongs to the caller.
    ///   - octets: how many there are.
    static func fetchAhead(_ start: UnsafeMutableRawPointer?, _ octets: Int) {
        #if os(Linux)
            let large: UInt = 1 << 21
            let address = UInt(bitPattern: start)
            let (first, end) = ((address &+ large - 1) & ~(large - 1), (address &+ UInt(octets)) & ~(large - 1))
            guard first < end, end - first >= 2 * large else { return }
            DispatchQueue.global(qos: .userInitiated).async {
                // This only has pages filled with zeros that have none yet, and changes none. Where the owner has given its
                // memory back meanwhile, the call fails, or fetches pages for whoever has the addresses now.
                var place = first
                while place < end, unsafe madvise(UnsafeMutableRawPointer(bitPattern: place), Int(large), populate) == 0
                {
                    place += large
                }
            }
        #endif
    }

    /// `MADV_POPULATE_WRITE`, since Linux 5.14; an older one refuses it.
    private static let populate: CInt = 23
}

extension Array {
    /// Makes room for at least so many elements that will be appended at once, before the first is there; in large pages where it
    /// is much.
    public mutating func reserveLargeCapacity(_ count: Int) {
        reserveCapacity(count)
        let octets = capacity * MemoryLayout<Element>.stride
        guard isEmpty else { return }
        unsafe withUnsafeMutableBufferPointer {
            unsafe LargePages.ask(for: UnsafeMutableRawPointer($0.baseAddress), octets)
            unsafe LargePages.fetchAhead(UnsafeMutableRawPointer($0.baseAddress), octets)
        }
    }
}
